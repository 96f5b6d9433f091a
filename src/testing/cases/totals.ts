import assert from "node:assert/strict";
import type { FullStore, QueueTotals } from "../../store/facets.ts";
import { TERMINAL_STATES } from "../../task/life.ts";
import type { Retention } from "../../store/store.ts";
import { casesOf } from "../store-case.ts";
import {
  act,
  add,
  apply,
  cancelled,
  claim,
  claimOne,
  completed,
  exhausted,
  failed,
  gone,
  HOUR,
  loseLeases,
  maintainAll,
  MINUTE,
  plain,
  Q,
  release,
  requeue,
  running,
  settle,
  snooze,
  task,
  tasks,
  queuesOf,
} from "./fixture.ts";

const NOTHING: QueueTotals = { added: 0, completed: 0, failed: 0, crashed: 0, dead: 0, unhandled: 0 };

/** Whatever has ended goes at once. */
const KEEP_NOTHING: Retention = {
  completed: { ageMs: 0, count: 0 },
  cancelled: { ageMs: 0, count: 0 },
  dead: { ageMs: 0, count: 0 },
};

async function assertTotals(store: FullStore, expected: Partial<QueueTotals>, queue: string = Q) {
  const found = await store.queue(queue);
  assert.deepEqual(plain(found!.totals), { ...NOTHING, ...expected });
}

/** One task completes, one fails and then dies, one is lost by its worker and then completes. */
async function live(store: FullStore, lose: () => Promise<void>): Promise<Partial<QueueTotals>> {
  await apply(store, await running(store), completed);
  await apply(store, await running(store), failed(0));
  await apply(store, await claimOne(store), exhausted);
  await running(store);
  await lose();
  await apply(store, await claimOne(store), gone);
  return { added: 3, completed: 2, failed: 2, crashed: 1, dead: 1 };
}

export const totalsCases = [
  ...casesOf("totals", ["inspectable"], {
    "every event of a life is counted, and both clients see it": async (sut) => {
      const { store } = sut;
      const lived = await live(store, () => loseLeases(sut));
      await assertTotals(store, lived);
      const other = await sut.another();
      await add(other);
      await assertTotals(other, { ...lived, added: 4 });
      assert.deepEqual(plain((await queuesOf(store))[0]!.totals), plain((await store.queue(Q))!.totals));
    },

    "duplicates, releases, snoozes, cancellations and stale answers do not count": async ({ store }) => {
      const one = task({ key: { value: "k", windowMs: HOUR, fingerprint: "f" } });
      await store.add([one, one]);
      await store.add([{ ...one, id: task().id }]);
      const first = await claimOne(store);
      await apply(store, first, release);
      await settle(store, first, completed);
      await apply(store, await claimOne(store), snooze(0));
      await apply(store, await claimOne(store), cancelled);
      await assertTotals(store, { added: 1 });
    },

    "a task that nobody handles is counted each time it is put back, a suspect that waits is not": async ({
      store,
    }) => {
      await apply(store, await running(store), requeue(0));
      await apply(store, await claimOne(store), requeue(0));
      await apply(store, await claimOne(store), requeue(0, "suspect"));
      const last = await claimOne(store);
      await apply(store, last, requeue(0));
      assert.equal(await settle(store, last, requeue(0)), "lost");
      await assertTotals(store, { added: 1, unhandled: 3 });
    },

    "of many that are settled at once each is counted for itself": async ({ store }) => {
      await store.add(tasks(6));
      const outcomes = [
        completed,
        gone,
        failed(HOUR),
        requeue(HOUR),
        requeue(HOUR),
        requeue(HOUR, "suspect"),
      ];
      const leases = await claim(store);
      await store.exchange({
        settle: leases.map(({ id, queue, token }, i) => ({ id, queue, token, outcome: outcomes[i]! })),
      });
      await assertTotals(store, { added: 6, completed: 2, failed: 1, unhandled: 2 });
    },

    "each queue has its own": async ({ store }) => {
      await store.add([...tasks(3, { queue: "a" }), ...tasks(2, { queue: "b", delayMs: HOUR })]);
      for (const lease of await claim(store, { queues: ["a"] })) await apply(store, lease, gone);
      await assertTotals(store, { added: 3, completed: 3 }, "a");
      await assertTotals(store, { added: 2 }, "b");
    },

    "a dead task that had a last chance counts what it used": async (sut) => {
      await add(sut.store, { crashLimit: 0 });
      await claimOne(sut.store);
      await loseLeases(sut);
      await assertTotals(sut.store, { added: 1, crashed: 1, dead: 1 });
    },

    "they go on where the retention and the minutes end": async (sut) => {
      const { store } = sut;
      const lived = await live(store, () => loseLeases(sut));
      for (let day = 0; day < 2; day++) {
        await sut.advance(1_500 * MINUTE);
        await maintainAll(store, KEEP_NOTHING);
      }
      assert.equal((await store.list({ queue: Q, limit: 10 })).items.length, 0);
      assert.deepEqual(await store.activity({ queues: [Q], minutes: 1_440 }), []);
      await add(store);
      await assertTotals(store, { ...lived, added: 4 });
    },
  }),

  ...casesOf("totals", ["inspectable", "administrable"], {
    "a purge to the last task and a removal take nothing from them": async (sut) => {
      const { store } = sut;
      const lived = await live(store, () => loseLeases(sut));
      await store.add(tasks(5));
      await store.purge(Q, ["pending", ...TERMINAL_STATES]);
      assert.equal(await store.queue(Q), undefined);
      await act(store, "remove", await add(store));
      await assertTotals(store, { ...lived, added: 9 });
    },

    "a dead task that is retried dies, and is counted, again": async ({ store }) => {
      const lease = await running(store);
      await apply(store, lease, exhausted);
      await act(store, "retry", lease.id);
      await apply(store, await claimOne(store), exhausted);
      await assertTotals(store, { added: 1, failed: 2, dead: 2 });
    },

    "a task that nobody handles and that is to stop is not put back, and not counted": async ({ store }) => {
      const lease = await running(store);
      await act(store, "cancel", lease.id);
      await apply(store, lease, requeue(0));
      await assertTotals(store, { added: 1 });
    },

    "a queue that was only paused has none": async ({ store }) => {
      await store.pause(Q);
      await assertTotals(store, {});
    },
  }),
];
