/** What the memory store does beyond the contract. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStore } from "../../../src/stores/memory/index.ts";
import { manualClock } from "../../../src/testing/index.ts";

const Q = "q";

/** The `nth` id. */
function uuid(nth: number): string {
  return `00000000-0000-7000-8000-${String(nth).padStart(12, "0")}`;
}

function tasks(count: number, from = 0) {
  return Array.from({ length: count }, (_, index) => ({
    id: uuid(from + index),
    type: "t",
    queue: Q,
    payload: `{"n":${from + index}}`,
    priority: 5,
  }));
}

function claim(max: number) {
  return { settle: [], claim: { queues: [Q], max, leaseMs: 1_000, worker: "w" } };
}

test("lists the newest first", async () => {
  const store = memoryStore();
  await store.add(tasks(5));
  const first = await store.list({ limit: 3 });
  assert.deepEqual(
    first.items.map(({ id }) => id),
    [uuid(4), uuid(3), uuid(2)],
  );
  const second = await store.list({ limit: 3, cursor: first.nextCursor });
  assert.deepEqual([second.items.map(({ id }) => id), second.nextCursor], [[uuid(1), uuid(0)], undefined]);
});

test("searches 10,000 tasks for a page, and goes on with the next", async () => {
  const store = memoryStore();
  await store.add(tasks(10_500));
  const first = await store.list({ text: '"n":7}', limit: 10 });
  assert.deepEqual([first.items.length, first.searched], [0, 10_000]);
  const second = await store.list({ text: '"n":7}', limit: 10, cursor: first.nextCursor });
  assert.deepEqual([second.items[0]?.id, second.searched, second.nextCursor], [uuid(7), 500, undefined]);
});

test("does not say how many it looked at when an answer needed no search", async () => {
  const store = memoryStore();
  await store.add(tasks(3));
  assert.equal((await store.list({ limit: 3 })).searched, undefined);
});

test("tasks released in one call come back in the order of the call, before the rest", async () => {
  const store = memoryStore();
  await store.add(tasks(5));
  const { leases } = await store.exchange(claim(3));
  const release = { kind: "release" } as const;
  await store.exchange({ settle: leases.map((lease) => ({ ...lease, outcome: release })) });
  const again = await store.exchange(claim(5));
  assert.deepEqual(
    again.leases.map(({ id }) => id),
    [uuid(0), uuid(1), uuid(2), uuid(3), uuid(4)],
  );
});

test("leases that run out together come back in the order in which they were claimed", async () => {
  const clock = manualClock();
  const store = memoryStore({ clock });
  await store.add(tasks(5));
  await store.exchange(claim(3));
  await clock.advance(2_000);
  await store.maintain({ limit: 10 });
  const again = await store.exchange(claim(5));
  assert.deepEqual(
    again.leases.map(({ id }) => id),
    [uuid(0), uuid(1), uuid(2), uuid(3), uuid(4)],
  );
});

test("a batch wakes a listener once, after the call", async () => {
  const store = memoryStore();
  let calls = 0;
  await store.signal.subscribe([Q], () => calls++);
  const added = store.add(tasks(1_000));
  assert.equal(calls, 0);
  await added;
  await Promise.resolve();
  assert.equal(calls, 1);
});

test("a task that falls due before all others wakes, so that nobody sleeps past it", async () => {
  const store = memoryStore();
  let calls = 0;
  await store.signal.subscribe([Q], () => calls++);
  const [first, later, sooner] = tasks(3);
  const add = async (task: (typeof first & {}) | undefined, delayMs: number): Promise<void> => {
    await store.add([{ ...task!, delayMs }]);
    await Promise.resolve();
  };
  await add(first, 10_000);
  await add(later, 20_000);
  assert.equal(calls, 1);
  await add(sooner, 5_000);
  assert.equal(calls, 2);
});

test("a listener may claim at once", async () => {
  const store = memoryStore();
  const claimed = new Promise<string | undefined>((resolve, reject) => {
    const wake = (): void =>
      void store.exchange(claim(1)).then(({ leases }) => resolve(leases[0]?.id), reject);
    store.signal.subscribe([Q], wake).then(() => store.add(tasks(1)), reject);
  });
  assert.equal(await claimed, uuid(0));
});

test("a day of activity is kept and no more", async () => {
  const clock = manualClock();
  const store = memoryStore({ clock });
  await store.add(tasks(2));
  await clock.advance(1_440 * 60_000);
  await store.add(tasks(3, 2));
  const minutes = await store.activity({ queues: [Q], minutes: 1_440 });
  assert.deepEqual(
    minutes.map(({ added }) => added),
    [3],
  );
});

test("a clock that steps back keeps the minutes in order", async () => {
  const clock = manualClock();
  const store = memoryStore({ clock });
  await store.add(tasks(2));
  clock.step(-120_000);
  await store.add(tasks(3, 2));
  clock.step(120_000);
  const minutes = await store.activity({ queues: [Q], minutes: 10 });
  assert.deepEqual(
    minutes.map(({ added }) => added),
    [3, 2],
  );
});

test("the system's clock is the default", async () => {
  const store = memoryStore();
  await store.open();
  await store.add(tasks(1));
  assert.equal((await store.exchange(claim(1))).leases.length, 1);
});
