import assert from "node:assert/strict";
import { casesOf } from "../store-case.ts";
import {
  add,
  apply,
  assertCounts,
  claim,
  claimOne,
  completed,
  failed,
  ids,
  LEASE_MS,
  loseLeases,
  MINUTE,
  Q,
  running,
  tasks,
  queuesOf,
} from "./fixture.ts";

export const pauseCases = [
  ...casesOf("pause", ["administrable"], {
    "a resumed queue is claimed from in its order": async ({ store }) => {
      const batch = tasks(3);
      await store.add(batch);
      await store.pause(Q);
      await claim(store);
      await store.resume(Q);
      assert.deepEqual(ids(await claim(store)), ids(batch));
    },

    "a paused queue takes new tasks": async ({ store }) => {
      await store.pause(Q);
      await add(store);
      assert.deepEqual(await claim(store), []);
      await store.resume(Q);
      assert.equal((await claim(store)).length, 1);
    },

    "a task that falls due during a pause waits for its end": async (sut) => {
      await add(sut.store, { delayMs: MINUTE });
      await sut.store.pause(Q);
      await sut.advance(2 * MINUTE);
      await sut.store.maintain({ limit: 10 });
      assert.deepEqual(await claim(sut.store), []);
      await sut.store.resume(Q);
      assert.equal((await claim(sut.store)).length, 1);
    },

    "a retry that falls due during a pause waits for its end": async (sut) => {
      await apply(sut.store, await running(sut.store), failed(MINUTE));
      await sut.store.pause(Q);
      await sut.advance(2 * MINUTE);
      assert.deepEqual(await claim(sut.store), []);
      await sut.store.resume(Q);
      assert.equal((await claim(sut.store)).length, 1);
    },

    "a pause concerns one queue": async ({ store }) => {
      await add(store, { queue: "a" });
      const b = await add(store, { queue: "b" });
      await store.pause("a");
      assert.deepEqual(ids(await claim(store, { queues: ["a", "b"] })), [b]);
    },

    "resuming an unknown queue does no harm": async ({ store }) => {
      await store.resume("nowhere");
      assert.deepEqual(await claim(store, { queues: ["nowhere"] }), []);
    },

    "another client respects the pause": async (sut) => {
      const other = await sut.another();
      await add(sut.store);
      await other.pause(Q);
      assert.deepEqual(await claim(sut.store), []);
      await sut.store.resume(Q);
      await claimOne(other);
    },
  }),

  ...casesOf("pause", ["inspectable", "administrable"], {
    "a paused queue is not claimed from": async ({ store }) => {
      await store.add(tasks(3));
      await store.pause(Q);
      assert.deepEqual(await claim(store), []);
      await assertCounts(store, { pending: 3 });
    },

    "a paused queue lets running tasks finish": async ({ store }) => {
      const lease = await running(store);
      await store.pause(Q);
      assert.deepEqual(await store.extend([lease], LEASE_MS), ["applied"]);
      await apply(store, lease, completed);
      await assertCounts(store, { completed: 1 });
    },

    "leases of a paused queue run out": async (sut) => {
      await running(sut.store);
      await sut.store.pause(Q);
      await loseLeases(sut);
      await assertCounts(sut.store, { pending: 1 });
      assert.deepEqual(await claim(sut.store), []);
    },

    "a pause makes the queue known": async ({ store }) => {
      await store.pause("fresh");
      const [info] = await queuesOf(store);
      assert.deepEqual([info?.name, info?.paused], ["fresh", true]);
      await assertCounts(store, {}, "fresh");
    },

    "a resumed queue is still known": async ({ store }) => {
      await store.pause("fresh");
      await store.resume("fresh");
      const [info] = await queuesOf(store);
      assert.deepEqual([info?.name, info?.paused], ["fresh", false]);
    },

    "pausing and resuming twice is as good as once": async ({ store }) => {
      await add(store);
      await store.pause(Q);
      await store.pause(Q);
      await store.resume(Q);
      assert.equal((await queuesOf(store))[0]?.paused, false);
      await store.resume(Q);
      assert.equal((await claim(store)).length, 1);
    },
  }),
];
