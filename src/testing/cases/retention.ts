import assert from "node:assert/strict";
import type { FullStore } from "../../store/facets.ts";
import type { Keep, Retention } from "../../store/store.ts";
import { casesOf, type StoreCase, type StoreUnderTest } from "../store-case.ts";
import {
  act,
  add,
  apply,
  assertCounts,
  claim,
  completed,
  exhausted,
  HOUR,
  ids,
  MINUTE,
  Q,
  maintainAll,
  running,
  SECOND,
  taskIn,
} from "./fixture.ts";

const EVERYTHING: Keep = { ageMs: 3_650 * 24 * HOUR, count: 1_000_000_000 };

function keep(bounds: Partial<Retention>): Retention {
  return { completed: EVERYTHING, cancelled: EVERYTHING, dead: EVERYTHING, ...bounds };
}

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
      const retention = keep({ [state]: { ...EVERYTHING, ageMs: 10 * MINUTE } });
      assert.equal((await maintainAll(sut.store, retention)).pruned, 3);
      assert.ok(await sut.store.get(young!));
      await assertCounts(sut.store, { [state]: 1, [others[0]!]: 1, [others[1]!]: 1 });
    };
    cases[`${state} tasks beyond their count go, the oldest first`] = async (sut) => {
      const finished = await finish(sut, 5, state);
      for (const other of others) await finish(sut, 1, other);
      const retention = keep({ [state]: { ...EVERYTHING, count: 2 } });
      assert.equal((await maintainAll(sut.store, retention)).pruned, 3);
      await assertCounts(sut.store, { [state]: 2, [others[0]!]: 1, [others[1]!]: 1 });
      for (const id of finished.slice(0, 3)) assert.equal(await sut.store.get(id), undefined);
      for (const id of finished.slice(3)) assert.ok(await sut.store.get(id));
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
      const retention = keep({ completed: { ...EVERYTHING, ageMs: HOUR } });
      assert.equal((await maintainAll(sut.store, retention)).pruned, 0);
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
      await maintainAll(sut.store, keep({ dead: { ...EVERYTHING, count: 0 } }));
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
      const none = { ageMs: 0, count: 0 };
      const reply = await sut.store.maintain({
        limit: 100,
        retention: { completed: none, cancelled: none, dead: none },
      });
      assert.equal(reply.pruned, 0);
      await assertCounts(sut.store, { retrying: 1, scheduled: 1, running: 1, pending: 1 });
    },

    "counts are per queue": async (sut) => {
      for (let nth = 0; nth < 3; nth++) {
        await apply(sut.store, await running(sut.store, { queue: "a" }), completed);
        await apply(sut.store, await running(sut.store, { queue: "b" }), completed);
      }
      await maintainAll(sut.store, keep({ completed: { ...EVERYTHING, count: 2 } }));
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
      const retention = keep({ dead: { ...EVERYTHING, ageMs: HOUR } });
      assert.equal((await maintainAll(sut.store, retention)).pruned, 0);
      await assertCounts(sut.store, { dead: 1 });
    },
  }),
];
