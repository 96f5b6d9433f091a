import assert from "node:assert/strict";
import type { FullStore, MinuteActivity } from "../../store/facets.ts";
import { casesOf } from "../store-case.ts";
import {
  add,
  apply,
  claim,
  claimOne,
  completed,
  exhausted,
  failed,
  gone,
  loseLeases,
  MINUTE,
  Q,
  release,
  requeue,
  running,
  settle,
  snooze,
  task,
  tasks,
} from "./fixture.ts";

type Sum = Omit<MinuteActivity, "minute">;

const NOTHING: Sum = { added: 0, completed: 0, failed: 0, crashed: 0, dead: 0, unhandled: 0 };

/** What happened in the last hour or so. */
async function lately(store: FullStore, queues = [Q], minutes = 70): Promise<Sum> {
  const sum = { ...NOTHING };
  for (const each of await store.activity({ queues, minutes })) {
    for (const event of Object.keys(sum) as (keyof Sum)[]) sum[event] += each[event];
  }
  return sum;
}

export const activityCases = casesOf("activity", ["inspectable"], {
  "nothing happens in a queue that nobody knows": async ({ store }) => {
    assert.deepEqual(await store.activity({ queues: [Q, "nowhere"], minutes: 60 }), []);
    await store.add(tasks(2));
    assert.deepEqual(await lately(store, ["nowhere"]), NOTHING);
    assert.deepEqual(await lately(store, ["nowhere", Q]), { ...NOTHING, added: 2 });
  },

  "added tasks are counted, duplicates are not": async ({ store }) => {
    const one = task();
    await store.add([one, one, ...tasks(3)]);
    await store.add([one]);
    assert.deepEqual(await lately(store), { ...NOTHING, added: 4 });
  },

  "completed tasks are counted, kept or not": async ({ store }) => {
    await apply(store, await running(store), completed);
    await apply(store, await running(store), gone);
    assert.deepEqual(await lately(store), { ...NOTHING, added: 2, completed: 2 });
  },

  "failed attempts and dead tasks are counted": async (sut) => {
    const lease = await running(sut.store);
    await apply(sut.store, lease, failed(0));
    await apply(sut.store, await claimOne(sut.store), exhausted);
    assert.deepEqual(await lately(sut.store), { ...NOTHING, added: 1, failed: 2, dead: 1 });
  },

  "tasks that nobody handles are counted when they are put back, suspects are not": async ({ store }) => {
    await apply(store, await running(store), requeue(0));
    await apply(store, await claimOne(store), requeue(0, "suspect"));
    await apply(store, await claimOne(store), requeue(0));
    assert.deepEqual(await lately(store), { ...NOTHING, added: 1, unhandled: 2 });
    assert.deepEqual(await lately(store, [Q], 5), { ...NOTHING, added: 1, unhandled: 2 });
  },

  "lost leases are counted, and the tasks that die of them": async (sut) => {
    await add(sut.store, { crashLimit: 1 });
    for (let round = 0; round < 2; round++) {
      await claimOne(sut.store);
      await loseLeases(sut);
    }
    assert.deepEqual(await lately(sut.store), { ...NOTHING, added: 1, crashed: 2, dead: 1 });
  },

  "releases, snoozes and stale answers are not counted": async (sut) => {
    const lease = await running(sut.store);
    await apply(sut.store, lease, release);
    await settle(sut.store, lease, completed);
    await apply(sut.store, await claimOne(sut.store), snooze(0));
    assert.deepEqual(await lately(sut.store), { ...NOTHING, added: 1 });
  },

  "each queue has its own, and several together the sum, each once": async ({ store }) => {
    await store.add([...tasks(3, { queue: "a" }), ...tasks(2, { queue: "b" }), ...tasks(1, { queue: "c" })]);
    for (const lease of await claim(store, { queues: ["b"] })) await apply(store, lease, completed);
    assert.deepEqual(await lately(store, ["a"]), { ...NOTHING, added: 3 });
    assert.deepEqual(await lately(store, ["b"]), { ...NOTHING, added: 2, completed: 2 });
    assert.deepEqual(await lately(store, ["b", "a", "b"]), { ...NOTHING, added: 5, completed: 2 });
  },

  "minutes are whole, and the oldest comes first": async (sut) => {
    for (let round = 0; round < 3; round++) {
      await add(sut.store);
      await sut.advance(2 * MINUTE);
    }
    const minutes = (await sut.store.activity({ queues: [Q], minutes: 60 })).map(({ minute }) => minute);
    assert.equal(minutes.length, 3);
    assert.ok(minutes.every((minute) => minute % MINUTE === 0));
    assert.deepEqual(
      minutes,
      minutes.toSorted((a, b) => a - b),
    );
  },

  "only as many minutes as were asked for are shown": async (sut) => {
    await sut.store.add(tasks(3));
    await sut.advance(10 * MINUTE);
    await sut.store.add(tasks(2));
    assert.equal((await lately(sut.store, [Q], 5)).added, 2);
    assert.equal((await lately(sut.store, [Q], 20)).added, 5);
  },

  "a day is remembered": async (sut) => {
    await sut.store.add(tasks(3));
    await sut.advance(1_400 * MINUTE);
    await sut.store.add(tasks(2));
    assert.equal((await lately(sut.store, [Q], 1_440)).added, 5);
  },

  "both clients count together": async (sut) => {
    const other = await sut.another();
    await sut.store.add(tasks(2));
    await other.add(tasks(3));
    assert.equal((await lately(sut.store)).added, 5);
    assert.equal((await lately(other)).added, 5);
  },
});
