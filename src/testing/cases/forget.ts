/** Queues that are long empty are forgotten, or their number would only ever grow. */
import assert from "node:assert/strict";
import type { FullStore } from "../../store/facets.ts";
import type { Outcome } from "../../task/outcome.ts";
import { casesOf, type StoreUnderTest } from "../store-case.ts";
import {
  add,
  apply,
  assertCounts,
  cancelled,
  claimOne,
  completed,
  exhausted,
  failed,
  gone,
  HOUR,
  key,
  keyed,
  maintainAll,
  MINUTE,
  Q,
  queuesOf,
  release,
  snooze,
} from "./fixture.ts";

const DAY = 24 * HOUR;

/** A day and a bit, and what is to be done then is done. */
async function aDay(sut: StoreUnderTest): Promise<void> {
  await sut.advance(DAY + 2 * MINUTE);
  await maintainAll(sut.store);
}

/** Until every store has had its turn to look: some look at a queue once a day. */
async function longer(sut: StoreUnderTest): Promise<void> {
  for (let day = 0; day < 3; day++) await aDay(sut);
}

async function names(store: FullStore): Promise<string[]> {
  return (await queuesOf(store)).map(({ name }) => name);
}

/** Adds a task that comes to this end, and is gone if it is `gone`. */
async function ended(store: FullStore, outcome: Outcome): Promise<void> {
  await add(store);
  await apply(store, await claimOne(store), outcome);
}

/** What is in a queue for long, without a key. */
const tenants: Readonly<Record<string, (store: FullStore) => Promise<unknown>>> = {
  "a pending task": (store) => add(store),
  "a scheduled task": (store) => add(store, { delayMs: 30 * DAY }),
  "a retrying task": (store) => ended(store, failed(30 * DAY)),
  "a snoozed task": (store) => ended(store, snooze(30 * DAY)),
  "a released task": (store) => ended(store, release),
  "a completed task": (store) => ended(store, completed),
  "a cancelled task": (store) => ended(store, cancelled),
  "a dead task": (store) => ended(store, exhausted),
  "a running task": async (store) => {
    await add(store);
    await claimOne(store, { leaseMs: 30 * DAY });
  },
  "a pause": (store) => store.pause(Q),
};

export const forgetCases = [
  ...casesOf(
    "forget",
    ["inspectable", "administrable"],
    Object.fromEntries(
      Object.entries(tenants).map(([name, settle]) => [
        `a queue with ${name} is not forgotten, its empty neighbour is`,
        async (sut: StoreUnderTest) => {
          await settle(sut.store);
          await add(sut.store, { queue: "other" });
          await apply(sut.store, await claimOne(sut.store, { queues: ["other"] }), gone);
          const before = await sut.store.queue(Q);
          await longer(sut);
          assert.deepEqual(await names(sut.store), [Q]);
          assert.deepEqual((await sut.store.queue(Q))?.counts, before?.counts);
        },
      ]),
    ),
  ),

  ...casesOf("forget", ["inspectable"], {
    "a queue that is empty for a day is forgotten, with all that was known of it": async (sut) => {
      await ended(sut.store, gone);
      await maintainAll(sut.store);
      assert.deepEqual(await names(sut.store), [Q], "not at once");
      await longer(sut);
      assert.deepEqual(await names(sut.store), []);
      assert.equal(await sut.store.queue(Q), undefined);
      assert.deepEqual(await sut.store.activity({ queues: [Q], minutes: 1_440 }), []);
    },

    "a queue in which something happened within a day is not forgotten": async (sut) => {
      await ended(sut.store, gone);
      for (let half = 0; half < 6; half++) {
        await sut.advance(DAY / 2);
        await maintainAll(sut.store);
        assert.deepEqual(await names(sut.store), [Q]);
        await ended(sut.store, gone);
      }
    },

    "a forgotten queue that is used again begins anew": async (sut) => {
      await ended(sut.store, gone);
      await longer(sut);
      const id = await add(sut.store, { delayMs: HOUR });
      assert.deepEqual(await names(sut.store), [Q]);
      assert.equal((await sut.store.queue(Q))?.totals.added, 1);
      await sut.advance(HOUR);
      await maintainAll(sut.store);
      assert.equal((await claimOne(sut.store)).id, id);
      await assertCounts(sut.store, { running: 1 });
    },

    "a key whose window is open keeps its queue, and holds": async (sut) => {
      const id = await add(sut.store, { key: key({ windowMs: 10 * DAY }) });
      await apply(sut.store, await claimOne(sut.store), gone);
      await longer(sut);
      assert.deepEqual(await names(sut.store), [Q]);
      assert.deepEqual(await sut.store.add([keyed({ windowMs: 10 * DAY })]), [{ status: "duplicate", id }]);
      for (let day = 0; day < 8; day++) await aDay(sut);
      await longer(sut);
      assert.deepEqual(await names(sut.store), []);
    },
  }),

  ...casesOf("forget", ["inspectable", "administrable"], {
    "a queue that was purged is forgotten as well": async (sut) => {
      await add(sut.store);
      await sut.store.purge(Q, ["pending"]);
      await longer(sut);
      await add(sut.store);
      assert.equal((await sut.store.queue(Q))?.totals.added, 1, "nothing was left of it");
    },

    "a queue that is no longer paused is forgotten when it is empty": async (sut) => {
      await ended(sut.store, gone);
      await sut.store.pause(Q);
      await longer(sut);
      assert.deepEqual(await names(sut.store), [Q]);
      await sut.store.resume(Q);
      await longer(sut);
      assert.deepEqual(await names(sut.store), []);
    },
  }),
];
