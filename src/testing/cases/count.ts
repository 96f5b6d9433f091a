import assert from "node:assert/strict";
import type { FullStore } from "../../store/facets.ts";
import type { Lease } from "../../store/store.ts";
import { EXPIRY, moveOf } from "../../task/life.ts";
import type { Outcome } from "../../task/outcome.ts";
import { TASK_STATES, type TaskState } from "../../task/task.ts";
import { casesOf, type StoreUnderTest } from "../store-case.ts";
import {
  act,
  add,
  apply,
  assertCounts,
  cancelled,
  claim,
  claimOne,
  completed,
  counts,
  exhausted,
  failed,
  gone,
  HOUR,
  loseLeases,
  MINUTE,
  plain,
  Q,
  maintainAll,
  release,
  running,
  settle,
  snooze,
  task,
  tasks,
  queuesOf,
} from "./fixture.ts";

const OUTCOMES: readonly Outcome[] = [
  completed,
  gone,
  failed(MINUTE),
  exhausted,
  snooze(MINUTE),
  release,
  cancelled,
];

/** A small generator (Numerical Recipes, 7.1), so that a walk is the same every time. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/** Does one thing or another to the store. */
async function wander(
  sut: StoreUnderTest,
  roll: (sides: number) => number,
  known: string[],
  leases: Lease[],
) {
  const { store } = sut;
  const some = known[roll(known.length)] ?? task().id;
  const lease = leases[roll(leases.length)];
  switch (roll(12)) {
    case 0:
    case 1:
    case 2: {
      const fields = { queue: "ab"[roll(2)]!, priority: roll(10), crashLimit: roll(2) };
      known.push(await add(store, { ...fields, delayMs: roll(2) * MINUTE }));
      break;
    }
    case 3:
    case 4:
    case 5:
      leases.push(...(await claim(store, { queues: ["a", "b"], max: 1 + roll(3) })));
      break;
    case 6:
    case 7:
      if (lease !== undefined) await settle(store, lease, OUTCOMES[roll(OUTCOMES.length)]!);
      break;
    case 8:
      await act(store, "cancel", some);
      break;
    case 9:
      await (roll(2) === 0 ? act(store, "retry", some) : act(store, "runNow", some));
      break;
    case 10:
      await (roll(3) === 0
        ? act(store, "remove", some)
        : store.edit({ id: some }, { delayMs: roll(2) * MINUTE }));
      break;
    case 11:
      await sut.advance(roll(2) * MINUTE);
      await maintainAll(store);
      break;
  }
}

async function recount(store: FullStore, queue: string): Promise<Partial<Record<TaskState, number>>> {
  const recounted: Partial<Record<TaskState, number>> = {};
  for (const state of TASK_STATES) {
    const { items, nextCursor } = await store.list({ queue, state, limit: 500 });
    assert.equal(nextCursor, undefined);
    recounted[state] = items.length;
  }
  return recounted;
}

export const countCases = [
  ...casesOf("count", ["inspectable"], {
    "duplicates and lost answers are not counted": async (sut) => {
      const { store } = sut;
      const one = task({ key: { value: "k", windowMs: HOUR, fingerprint: "f" } });
      await store.add([one, one]);
      await store.add([{ ...one, id: task().id }]);
      const lease = await claimOne(store);
      await apply(store, lease, completed);
      for (const outcome of OUTCOMES) await settle(store, lease, outcome);
      await assertCounts(store, { completed: 1 });
    },

    "queues are listed by name": async ({ store }) => {
      await store.add(["b", "a", "c", "B"].map((queue) => task({ queue })));
      const names = (await queuesOf(store)).map(({ name }) => name);
      assert.deepEqual(names, ["B", "a", "b", "c"]);
    },

    "a queue that ran empty is still known": async ({ store }) => {
      await apply(store, await running(store), gone);
      assert.equal((await queuesOf(store)).length, 1);
      await assertCounts(store, {});
    },

    "each queue is counted for itself": async ({ store }) => {
      await store.add([...tasks(3, { queue: "a" }), ...tasks(2, { queue: "b" })]);
      await claim(store, { queues: ["a"], max: 1 });
      await assertCounts(store, { pending: 2, running: 1 }, "a");
      await assertCounts(store, { pending: 2 }, "b");
    },

    "both clients count the same": async (sut) => {
      const other = await sut.another();
      await sut.store.add(tasks(3));
      await other.add(tasks(2));
      await claim(other, { max: 1 });
      await assertCounts(sut.store, { pending: 4, running: 1 });
      await assertCounts(other, { pending: 4, running: 1 });
    },

    "the oldest pending task tells how long it has waited": async (sut) => {
      await add(sut.store);
      await sut.advance(HOUR);
      await add(sut.store);
      const age = async () => (await queuesOf(sut.store))[0]?.oldestPendingMs;
      const before = await age();
      assert.ok(before !== undefined && before >= HOUR && before < HOUR + MINUTE, `${before} ms`);
      await claimOne(sut.store);
      const after = await age();
      assert.ok(after !== undefined && after >= 0 && after < MINUTE, `${after} ms`);
    },

    "without a pending task nothing is the oldest": async ({ store }) => {
      await running(store);
      await add(store, { delayMs: HOUR });
      const [info] = await queuesOf(store);
      assert.deepEqual([info?.name, info?.oldestPendingMs], [Q, undefined]);
    },

    "a due task has waited since it was due": async (sut) => {
      await add(sut.store, { delayMs: HOUR });
      await sut.advance(HOUR + 10 * MINUTE);
      await maintainAll(sut.store);
      const age = (await queuesOf(sut.store))[0]?.oldestPendingMs;
      assert.ok(age !== undefined && age >= 9 * MINUTE && age < 12 * MINUTE, `${age} ms`);
    },
  }),

  ...casesOf("count", ["inspectable", "administrable"], {
    "every step of a life is counted": async (sut) => {
      const { store } = sut;
      await add(store, { delayMs: MINUTE });
      await assertCounts(store, { scheduled: 1 });
      await sut.advance(2 * MINUTE);
      await maintainAll(store);
      await assertCounts(store, { pending: 1 });
      const first = await claimOne(store);
      await assertCounts(store, { running: 1 });
      await apply(store, first, failed(MINUTE));
      await assertCounts(store, { [moveOf(failed()).to]: 1 });
      await sut.advance(2 * MINUTE);
      await apply(store, await claimOne(store), snooze(MINUTE));
      await assertCounts(store, { [moveOf(snooze()).to]: 1 });
      await sut.advance(2 * MINUTE);
      await apply(store, await claimOne(store), release);
      await assertCounts(store, { [moveOf(release).to]: 1 });
      await claimOne(store);
      await loseLeases(sut);
      await assertCounts(store, { [EXPIRY.to]: 1 });
      const last = await claimOne(store);
      await apply(store, last, exhausted);
      await assertCounts(store, { dead: 1 });
      await act(store, "retry", last.id);
      await assertCounts(store, { pending: 1 });
      await apply(store, await claimOne(store), completed);
      await assertCounts(store, { completed: 1 });
      await act(store, "remove", last.id);
      await assertCounts(store, {});
    },

    "after 400 acts at random the counts are what a recount finds": async (sut) => {
      const roll = dice(7);
      const [known, leases]: [string[], Lease[]] = [[], []];
      for (let step = 0; step < 400; step++) await wander(sut, roll, known, leases);
      for (const queue of ["a", "b"]) {
        assert.deepEqual({ ...(await counts(sut.store, queue)) }, await recount(sut.store, queue));
      }
    },

    "one queue is shown as it is in the list of all": async ({ store }) => {
      await store.add([...tasks(2, { queue: "a" }), ...tasks(1, { queue: "b", delayMs: HOUR })]);
      const listed = await queuesOf(store);
      for (const info of listed) {
        const { oldestPendingMs: _, ...one } = (await store.queue(info.name))!;
        const { oldestPendingMs: __, ...all } = info;
        assert.deepEqual(plain(one), plain(all));
      }
      assert.equal(await store.queue("unheard-of"), undefined);
      await store.purge("a", ["pending"]);
      assert.equal(await store.queue("a"), undefined);
    },
  }),
];
