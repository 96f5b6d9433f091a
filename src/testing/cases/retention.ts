import assert from "node:assert/strict";
import type { FullStore } from "../../store/facets.ts";
import type { Keep } from "../../store/store.ts";
import { casesOf, type StoreCase, type StoreUnderTest } from "../store-case.ts";
import {
  act,
  add,
  apply,
  assertCounts,
  assertEnded,
  claim,
  completed,
  exhausted,
  failed,
  HOUR,
  ids,
  KEEP_NONE,
  keep,
  MINUTE,
  Q,
  maintainAll,
  running,
  SECOND,
  snooze,
  task,
  taskIn,
} from "./fixture.ts";

const terminal = ["completed", "cancelled", "dead"] as const;

/** Finishes some tasks, a second apart. Answers their ids, the oldest first. */
async function finish(
  sut: StoreUnderTest,
  count: number,
  state: (typeof terminal)[number],
): Promise<string[]> {
  const finished: string[] = [];
  for (let nth = 0; nth < count; nth++) {
    finished.push(await taskIn(sut.store, state));
    await sut.advance(SECOND);
  }
  return finished;
}

async function left(store: FullStore, queue: string = Q): Promise<string[]> {
  return ids((await store.list({ queue, limit: 500 })).items).toSorted();
}

function boundCases(): Record<string, StoreCase["run"]> {
  const cases: Record<string, StoreCase["run"]> = {};
  for (const state of terminal) {
    const others = terminal.filter((name) => name !== state);
    cases[`${state} tasks beyond their age go, and no others`] = async (sut) => {
      await finish(sut, 3, state);
      for (const other of others) await finish(sut, 1, other);
      await sut.advance(HOUR);
      const [young] = await finish(sut, 1, state);
      const retention = keep({ [state]: { ageMs: 10 * MINUTE } });
      assert.equal((await maintainAll(sut.store, retention)).pruned, 3);
      assert.ok(await sut.store.get(young!));
      await assertCounts(sut.store, { [state]: 1, [others[0]!]: 1, [others[1]!]: 1 });
    };
    cases[`${state} tasks beyond their count go, the oldest first`] = async (sut) => {
      const finished = await finish(sut, 5, state);
      for (const other of others) await finish(sut, 1, other);
      const retention = keep({ [state]: { count: 2 } });
      assert.equal((await maintainAll(sut.store, retention)).pruned, 3);
      await assertCounts(sut.store, { [state]: 2, [others[0]!]: 1, [others[1]!]: 1 });
      for (const id of finished.slice(0, 3)) assert.equal(await sut.store.get(id), undefined);
      for (const id of finished.slice(3)) assert.ok(await sut.store.get(id));
    };
  }
  return cases;
}

/** The same without a facet: what is pruned may be added again, and what is not is a duplicate. */
function pruneCases(): Record<string, StoreCase["run"]> {
  const cases: Record<string, StoreCase["run"]> = {};
  for (const state of terminal) {
    const others = terminal.filter((name) => name !== state);
    cases[`a retention of ${state} tasks takes the old ones and those that are too many, and no others`] =
      async (sut) => {
        const { store } = sut;
        const old = await finish(sut, 2, state);
        await sut.advance(HOUR);
        const young = await finish(sut, 4, state);
        for (const other of others) await finish(sut, 1, other);
        const bounds = (bound: Partial<Keep>) => keep({ [state]: bound });
        assert.equal((await maintainAll(store, bounds({ ageMs: 2 * HOUR, count: 6 }))).pruned, 0);
        assert.equal((await maintainAll(store, bounds({ ageMs: 30 * MINUTE }))).pruned, 2);
        assert.equal((await maintainAll(store, bounds({ count: 3 }))).pruned, 1);
        const pruned = new Set([...old, young[0]]);
        for (const id of [...old, ...young]) {
          const [result] = await store.add([task({ id, queue: Q, delayMs: HOUR })]);
          assert.equal(result?.status, pruned.has(id) ? "added" : "duplicate");
        }
        await assertEnded(store, { [state]: 3, [others[0]!]: 1, [others[1]!]: 1 });
      };
  }
  return cases;
}

export const retentionCases = [
  ...casesOf("retention", [], {
    "the age counts from the end, not from the beginning": async (sut) => {
      await add(sut.store);
      await sut.advance(2 * HOUR);
      for (const lease of await claim(sut.store)) await apply(sut.store, lease, completed);
      const retention = keep({ completed: { ageMs: HOUR } });
      assert.equal((await maintainAll(sut.store, retention)).pruned, 0);
    },

    ...pruneCases(),

    "an age of none keeps none, and so does a count of none": async (sut) => {
      for (const bound of [{ ageMs: 0 }, { count: 0 }]) {
        for (const state of terminal) {
          await taskIn(sut.store, state);
          assert.equal((await maintainAll(sut.store, keep({ [state]: bound }))).pruned, 1);
        }
      }
      await assertEnded(sut.store, {});
    },

    "nothing is pruned that did not end, nor without a retention": async (sut) => {
      await finish(sut, 3, "completed");
      await sut.advance(10_000 * HOUR);
      assert.equal((await maintainAll(sut.store)).pruned, 0);
      await apply(sut.store, await running(sut.store), failed(HOUR));
      await apply(sut.store, await running(sut.store), snooze(HOUR));
      const lease = await running(sut.store);
      const waiting = await add(sut.store);
      await assertEnded(sut.store, { completed: 3 });
      assert.deepEqual(ids(await claim(sut.store)), [waiting]);
      await apply(sut.store, lease, completed);
      await sut.advance(2 * HOUR);
      assert.equal((await claim(sut.store)).length, 2);
    },

    "each queue may keep as many as the count says": async (sut) => {
      for (let nth = 0; nth < 3; nth++) {
        for (const queue of ["a", "b"]) {
          await apply(sut.store, await running(sut.store, { queue }), completed);
        }
      }
      assert.equal((await maintainAll(sut.store, keep({ completed: { count: 2 } }))).pruned, 2);
      await assertEnded(sut.store, { completed: 4 });
    },
  }),

  ...casesOf("retention", ["inspectable"], {
    ...boundCases(),

    "without a retention nothing goes": async (sut) => {
      await finish(sut, 3, "completed");
      await sut.advance(10_000 * HOUR);
      assert.equal((await maintainAll(sut.store)).pruned, 0);
      await assertCounts(sut.store, { completed: 3 });
    },

    "the stricter bound wins": async (sut) => {
      await finish(sut, 2, "completed");
      await sut.advance(HOUR);
      const young = await finish(sut, 4, "completed");
      const retention = keep({ completed: { ageMs: 30 * MINUTE, count: 3 } });
      await maintainAll(sut.store, retention);
      assert.deepEqual(await left(sut.store), young.slice(1).toSorted());
    },

    "a count of none keeps none": async (sut) => {
      await finish(sut, 3, "dead");
      await maintainAll(sut.store, keep({ dead: { count: 0 } }));
      await assertCounts(sut.store, {});
    },

    "what is within the bounds stays": async (sut) => {
      await finish(sut, 3, "completed");
      const retention = keep({ completed: { ageMs: HOUR, count: 3 } });
      assert.equal((await maintainAll(sut.store, retention)).pruned, 0);
      await assertCounts(sut.store, { completed: 3 });
    },

    "live tasks are never pruned": async (sut) => {
      for (const state of ["retrying", "scheduled", "running"] as const) await taskIn(sut.store, state);
      await add(sut.store);
      const reply = await sut.store.maintain({
        limit: 100,
        retention: { completed: KEEP_NONE, cancelled: KEEP_NONE, dead: KEEP_NONE },
      });
      assert.equal(reply.pruned, 0);
      await assertCounts(sut.store, { retrying: 1, scheduled: 1, running: 1, pending: 1 });
    },

    "counts are per queue": async (sut) => {
      for (let nth = 0; nth < 3; nth++) {
        await apply(sut.store, await running(sut.store, { queue: "a" }), completed);
        await apply(sut.store, await running(sut.store, { queue: "b" }), completed);
      }
      await maintainAll(sut.store, keep({ completed: { count: 2 } }));
      await assertCounts(sut.store, { completed: 2 }, "a");
      await assertCounts(sut.store, { completed: 2 }, "b");
    },
  }),

  ...casesOf("retention", ["inspectable", "administrable"], {
    "a retried task counts from its last end": async (sut) => {
      const [id] = await finish(sut, 1, "dead");
      await sut.advance(2 * HOUR);
      await act(sut.store, "retry", id!);
      for (const lease of await claim(sut.store)) await apply(sut.store, lease, exhausted);
      const retention = keep({ dead: { ageMs: HOUR } });
      assert.equal((await maintainAll(sut.store, retention)).pruned, 0);
      await assertCounts(sut.store, { dead: 1 });
    },
  }),
];
