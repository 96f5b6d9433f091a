import assert from "node:assert/strict";
import { TASK_STATES } from "../../task/task.ts";
import { casesOf, type StoreCase } from "../store-case.ts";
import {
  add,
  apply,
  assertCounts,
  claim,
  completed,
  HOUR,
  ids,
  Q,
  running,
  taskIn,
  tasks,
  queuesOf,
} from "./fixture.ts";

function stateCases(): Record<string, StoreCase["run"]> {
  const cases: Record<string, StoreCase["run"]> = {};
  for (const state of TASK_STATES.filter((name) => name !== "running")) {
    cases[`${state} tasks are purged, and no others`] = async ({ store }) => {
      // Pending last: bringing a task into most states claims it.
      const order = TASK_STATES.toSorted((a, b) => Number(a === "pending") - Number(b === "pending"));
      for (const each of order) await taskIn(store, each);
      assert.equal(await store.purge(Q, [state]), 1);
      const left = TASK_STATES.filter((name) => name !== state);
      await assertCounts(store, Object.fromEntries(left.map((name) => [name, 1])));
      const { items } = await store.list({ queue: Q, limit: 100 });
      assert.deepEqual(items.map((item) => item.state).toSorted(), left.toSorted());
    };
  }
  return cases;
}

export const purgeCases = [
  ...casesOf("purge", ["administrable"], {
    "other queues are left alone": async ({ store }) => {
      await store.add([...tasks(3, { queue: "a" }), ...tasks(3, { queue: "b" })]);
      assert.equal(await store.purge("a", ["pending"]), 3);
      assert.equal((await claim(store, { queues: ["a", "b"] })).length, 3);
    },

    "purged scheduled tasks never fall due": async (sut) => {
      await sut.store.add(tasks(3, { delayMs: HOUR }));
      await sut.store.purge(Q, ["scheduled"]);
      await sut.advance(2 * HOUR);
      assert.equal((await sut.store.maintain({ limit: 10 })).promoted, 0);
      assert.deepEqual(await claim(sut.store), []);
    },
  }),

  ...casesOf("purge", ["inspectable", "administrable"], {
    ...stateCases(),

    "running tasks are never purged": async ({ store }) => {
      const lease = await running(store);
      await store.add(tasks(3));
      assert.equal(await store.purge(Q, TASK_STATES), 3);
      await assertCounts(store, { running: 1 });
      await apply(store, lease, completed);
    },

    "nothing is purged without a state": async ({ store }) => {
      await add(store);
      assert.equal(await store.purge(Q, []), 0);
      await assertCounts(store, { pending: 1 });
    },

    "a queue that nobody ever used has nothing to purge": async ({ store }) => {
      assert.equal(await store.purge("nowhere", TASK_STATES), 0);
      assert.deepEqual(await queuesOf(store), []);
    },

    "1,200 tasks of every priority are purged at once": async ({ store }) => {
      const batch = tasks(1_200).map((one, index) => ({ ...one, priority: index % 10 }));
      await store.add(batch);
      assert.equal(await store.purge(Q, ["pending"]), 1_200);
      assert.deepEqual(await claim(store), []);
      assert.equal(await store.get(batch[0]!.id), undefined);
    },

    "a queue that was purged away is not listed": async ({ store }) => {
      await store.add([...tasks(3), ...tasks(1, { delayMs: HOUR }), ...tasks(1, { queue: "other" })]);
      await store.purge(Q, TASK_STATES);
      assert.deepEqual(
        (await queuesOf(store)).map(({ name }) => name),
        ["other"],
      );
    },

    "a queue that was purged away comes back with its next task": async ({ store }) => {
      await store.add(tasks(3));
      await store.purge(Q, TASK_STATES);
      const id = await add(store);
      await assertCounts(store, { pending: 1 });
      assert.deepEqual(ids(await claim(store)), [id]);
    },

    "a paused queue stays paused when it is purged": async ({ store }) => {
      await store.add(tasks(3));
      await store.pause(Q);
      await store.purge(Q, TASK_STATES);
      assert.equal((await queuesOf(store))[0]?.paused, true);
      await add(store);
      assert.deepEqual(await claim(store), []);
    },
  }),
];
