import assert from "node:assert/strict";
import { afterAct, EXPIRY, moveOf } from "../../task/life.ts";
import type { Outcome } from "../../task/outcome.ts";
import { casesOf, type StoreCase } from "../store-case.ts";
import {
  act,
  add,
  apply,
  assertCounts,
  cancelled,
  claim,
  exhausted,
  failed,
  gone,
  HOUR,
  LEASE_MS,
  look,
  loseLeases,
  release,
  running,
  snooze,
} from "./fixture.ts";

/** What a worker may answer that was asked to stop. */
const answers: Readonly<Record<string, Outcome>> = {
  "a failure": failed(0),
  "a death": exhausted,
  "a snooze": snooze(0),
  "a release": release,
  "a stop": cancelled,
};

/** Whether a running task can be asked to stop at all. */
const STOPPABLE = afterAct("cancel", "running") === "running";

/** To which end each answer leads is one of the cases of the law. */
function endCases(): Record<string, StoreCase["run"]> {
  const cases: Record<string, StoreCase["run"]> = {};
  for (const [name, outcome] of Object.entries(answers)) {
    cases[`a running task that was asked to stop never runs again after ${name}`] = async (sut) => {
      const lease = await running(sut.store);
      await act(sut.store, "cancel", lease.id);
      await apply(sut.store, lease, outcome);
      await sut.advance(HOUR);
      await sut.store.maintain({ limit: 10 });
      assert.deepEqual(await claim(sut.store), []);
      await assertCounts(sut.store, { [moveOf(outcome).ifCancelled]: 1 });
    };
  }
  return cases;
}

const stoppableCases: Record<string, StoreCase["run"]> = {
  ...endCases(),

  "a task that completes all the same and is not kept is gone": async ({ store }) => {
    const lease = await running(store);
    await act(store, "cancel", lease.id);
    await apply(store, lease, gone);
    await assertCounts(store, {});
  },

  "its lost lease ends it": async (sut) => {
    const lease = await running(sut.store);
    await act(sut.store, "cancel", lease.id);
    await loseLeases(sut);
    await assertCounts(sut.store, { [EXPIRY.ifCancelled]: 1 });
    assert.deepEqual(await claim(sut.store), []);
    assert.deepEqual(await sut.store.extend([lease], LEASE_MS), ["lost"]);
  },

  "what a lost claim took is ended, too": async ({ store }) => {
    const lease = await running(store);
    await act(store, "cancel", lease.id);
    assert.deepEqual(await claim(store, { holding: [] }), []);
    await assertCounts(store, { [moveOf(release).ifCancelled]: 1 });
  },

  "asking twice is asking once": async ({ store }) => {
    const lease = await running(store);
    await act(store, "cancel", lease.id);
    assert.equal((await act(store, "cancel", lease.id)).status, "applied");
    await apply(store, lease, release);
    await assertCounts(store, { [moveOf(release).ifCancelled]: 1 });
  },
};

const heardCases: Record<string, StoreCase["run"]> = {
  "its worker hears of it when it extends, and keeps the lease": async ({ store }) => {
    const lease = await running(store);
    await act(store, "cancel", lease.id);
    assert.deepEqual(await store.extend([lease], LEASE_MS), ["cancelled"]);
    assert.deepEqual(await store.extend([lease], LEASE_MS), ["cancelled"]);
    await apply(store, lease, cancelled);
  },

  "only the one that was asked hears of it": async ({ store }) => {
    const [a, b] = [await running(store), await running(store)];
    await act(store, "cancel", b.id);
    assert.deepEqual(await store.extend([a, b], LEASE_MS), ["applied", "cancelled"]);
  },

  "another client's cancel is heard": async (sut) => {
    const lease = await running(sut.store);
    const other = await sut.another();
    await act(other, "cancel", lease.id);
    assert.deepEqual(await sut.store.extend([lease], LEASE_MS), ["cancelled"]);
  },
};

export const cancelCases = [
  ...casesOf("cancel", ["inspectable"], {
    "a task that nobody asked to stop shows no such thing": async ({ store }) => {
      const lease = await running(store);
      assert.ok((await look(store, lease.id)).cancelRequested !== true);
    },

    "a worker may stop a task that nobody asked to stop": async ({ store }) => {
      const lease = await running(store);
      await apply(store, lease, cancelled);
      await assertCounts(store, { cancelled: 1 });
    },
  }),

  ...casesOf("cancel", ["administrable"], {
    ...(STOPPABLE ? heardCases : {}),

    "a request to stop does not survive into another life": async (sut) => {
      const lease = await running(sut.store, { crashLimit: 0 });
      await loseLeases(sut);
      await act(sut.store, "retry", lease.id);
      const [again] = await claim(sut.store);
      assert.ok(again !== undefined);
      assert.deepEqual(await sut.store.extend([again], LEASE_MS), ["applied"]);
    },
  }),

  ...casesOf("cancel", ["inspectable", "administrable"], {
    ...(STOPPABLE ? stoppableCases : {}),

    "a waiting task is cancelled at once": async (sut) => {
      const id = await add(sut.store);
      const before = await sut.now();
      await act(sut.store, "cancel", id);
      const { state, finishedAt = 0 } = await look(sut.store, id);
      assert.equal(state, "cancelled");
      assert.ok(finishedAt >= before);
      assert.deepEqual(await claim(sut.store), []);
    },

    "a scheduled task that was cancelled does not fall due": async (sut) => {
      const id = await add(sut.store, { delayMs: HOUR });
      await act(sut.store, "cancel", id);
      await sut.advance(2 * HOUR);
      await sut.store.maintain({ limit: 10 });
      assert.deepEqual(await claim(sut.store), []);
      await assertCounts(sut.store, { cancelled: 1 });
    },
  }),
];
