import assert from "node:assert/strict";
import { PRIORITIES } from "../../task/task.ts";
import { casesOf } from "../store-case.ts";
import {
  act,
  add,
  apply,
  claim,
  claimOne,
  failed,
  HOUR,
  ids,
  loseLeases,
  MINUTE,
  Q,
  release,
  SECOND,
  task,
  tasks,
} from "./fixture.ts";

export const orderCases = [
  ...casesOf("order", [], {
    "first come, first served": async ({ store }) => {
      const batch = tasks(100);
      await store.add(batch);
      assert.deepEqual(ids(await claim(store)), ids(batch));
    },

    "first come, first served over several adds and claims": async ({ store }) => {
      const batch = tasks(12);
      for (const one of batch) await store.add([one]);
      const seen: string[] = [];
      for (let round = 0; round < 4; round++) seen.push(...ids(await claim(store, { max: 3 })));
      assert.deepEqual(seen, ids(batch));
    },

    "the order is that of adding, not that of ids": async ({ store }) => {
      const batch = tasks(20).toSorted((a, b) => (a.id < b.id ? 1 : -1));
      await store.add(batch);
      assert.deepEqual(ids(await claim(store)), ids(batch));
    },

    "a lower priority number goes first": async ({ store }) => {
      const low = await add(store, { priority: 9 });
      const normal = await add(store, { priority: 5 });
      const critical = await add(store, { priority: 0 });
      assert.deepEqual(ids(await claim(store)), [critical, normal, low]);
    },

    "all ten priorities are told apart": async ({ store }) => {
      const batch = Array.from({ length: PRIORITIES }, (_, index) =>
        task({ priority: (index * 7) % PRIORITIES }),
      );
      await store.add(batch);
      const expected = batch.toSorted((a, b) => a.priority - b.priority);
      assert.deepEqual(ids(await claim(store)), ids(expected));
    },

    "within one priority it is first come, first served": async ({ store }) => {
      const batch = Array.from({ length: 60 }, (_, index) => task({ priority: index % 3 }));
      await store.add(batch);
      const expected = [0, 1, 2].flatMap((priority) => batch.filter((one) => one.priority === priority));
      assert.deepEqual(ids(await claim(store)), ids(expected));
    },

    "an urgent task overtakes between two claims": async ({ store }) => {
      const [first, second] = [await add(store), await add(store)];
      assert.equal((await claimOne(store)).id, first);
      const urgent = await add(store, { priority: 1 });
      assert.deepEqual(ids(await claim(store)), [urgent, second]);
    },

    "an earlier queue is emptied before a later one is asked": async ({ store }) => {
      const [b1, a1, b2, a2] = ["b", "a", "b", "a"].map((queue) => task({ queue }));
      await store.add([b1!, a1!, b2!, a2!]);
      assert.deepEqual(ids(await claim(store, { queues: ["a", "b"] })), ids([a1!, a2!, b1!, b2!]));
    },

    "the preference of queues goes before priority": async ({ store }) => {
      const urgent = await add(store, { queue: "b", priority: 0 });
      const bulk = await add(store, { queue: "a", priority: 9 });
      assert.deepEqual(ids(await claim(store, { queues: ["a", "b"] })), [bulk, urgent]);
    },

    "a later queue fills what the earlier ones left": async ({ store }) => {
      await store.add([...tasks(2, { queue: "a" }), ...tasks(5, { queue: "b" })]);
      const leases = await claim(store, { queues: ["a", "b"], max: 4 });
      assert.deepEqual(
        leases.map(({ queue }) => queue),
        ["a", "a", "b", "b"],
      );
    },

    "a released task goes back to the head": async ({ store }) => {
      const batch = tasks(3);
      await store.add(batch);
      await apply(store, await claimOne(store), release);
      assert.deepEqual(ids(await claim(store)), ids(batch));
    },

    "a released task goes back to the head of its own priority": async ({ store }) => {
      const first = await add(store);
      await claimOne(store).then((lease) => apply(store, lease, release));
      const second = await add(store);
      const urgent = await add(store, { priority: 1 });
      assert.deepEqual(ids(await claim(store)), [urgent, first, second]);
    },

    "a recovered task goes back to the head": async (sut) => {
      const batch = tasks(3);
      await sut.store.add(batch);
      await claimOne(sut.store);
      await loseLeases(sut);
      assert.deepEqual(ids(await claim(sut.store)), ids(batch));
    },

    "what comes later stands behind all that waited when a task went back to the head": async (sut) => {
      const { store } = sut;
      const batch = tasks(3);
      await store.add(batch);
      const back: readonly (() => Promise<unknown>)[] = [
        async () => apply(store, await claimOne(store), release),
        async () => {
          await claim(store, { max: 2 });
          await claim(store, { max: 0, holding: [] });
        },
        async () => claimOne(store).then(() => loseLeases(sut)),
      ];
      for (const goBack of back) {
        await goBack();
        batch.push(task());
        await store.add(batch.slice(-1));
      }
      assert.deepEqual(ids(await claim(store)), ids(batch));
    },

    "a task whose retry is due queues behind those that were pending before": async (sut) => {
      const first = await add(sut.store);
      await apply(sut.store, await claimOne(sut.store), failed(MINUTE));
      const second = await add(sut.store);
      await sut.advance(2 * MINUTE);
      assert.deepEqual(ids(await claim(sut.store)), [second, first]);
    },

    "tasks become pending in the order in which they fall due": async (sut) => {
      const delays = [3, 1, 5, 2, 4].map((n) => n * MINUTE);
      const batch = delays.map((delayMs) => task({ delayMs }));
      await sut.store.add(batch);
      await sut.advance(HOUR);
      const expected = batch.toSorted((a, b) => (a.delayMs ?? 0) - (b.delayMs ?? 0));
      assert.deepEqual(ids(await claim(sut.store)), ids(expected));
    },

    "a due task of high priority goes before pending ones of lower priority": async (sut) => {
      const urgent = await add(sut.store, { priority: 0, delayMs: MINUTE });
      const normal = await add(sut.store);
      await sut.advance(MINUTE + 5 * SECOND);
      assert.deepEqual(ids(await claim(sut.store)), [urgent, normal]);
    },
  }),

  ...casesOf("order", ["administrable"], {
    "a task retried by hand queues up at the end": async ({ store }) => {
      const first = await add(store);
      await apply(store, await claimOne(store), {
        kind: "dead",
        reason: "discarded",
        error: { name: "E", message: "" },
      });
      const second = await add(store);
      await act(store, "retry", first);
      assert.deepEqual(ids(await claim(store, { queues: [Q] })), [second, first]);
    },
  }),
];
