/** Tasks that crashed run alone, and do not keep healthy ones from running. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { defineTask } from "windlass";
import { isSuspect } from "../../src/engine/isolation.ts";
import type { Lease } from "../../src/store/store.ts";
import { type Fixture, fixture, turns, until } from "./fixture.ts";

const options = { signals: false, lease: "30s", poll: "50ms" } as const;

const lease = (crashes: number, crashLimit?: number): Lease => ({ crashes, crashLimit }) as Lease;

test("a task is a suspect from its second crash on, or when the next one kills it", () => {
  assert.deepEqual(
    [0, 1, 2, 3].map((crashes) => isSuspect(lease(crashes))),
    [false, false, true, true],
  );
  assert.deepEqual([isSuspect(lease(0, 1)), isSuspect(lease(1, 1))], [false, true]);
  assert.equal(isSuspect(lease(0, 0)), false, "it has no second try");
});

/** Adds tasks and loses their leases so often. */
async function crashed(at: Fixture, type: string, count: number, times: number): Promise<string[]> {
  const tasks = await at.client.enqueueMany(
    type,
    Array.from({ length: count }, () => null),
  );
  for (let nth = 0; nth < times; nth++) {
    const claim = { queues: ["default"], max: 1_000, leaseMs: 1_000, worker: "doomed" };
    assert.equal((await at.store.exchange({ settle: [], claim })).leases.length, count);
    await at.clock.advance(2_000);
    await at.store.maintain({ limit: 1_000 });
  }
  return tasks.map(({ id }) => id);
}

/** Runs what is due until nothing is left, and says what ran at the same time as what. */
async function runAll(at: Fixture, count: number, types: readonly string[]): Promise<string[][]> {
  const together: string[][] = [];
  const running = new Set<string>();
  const ended: string[] = [];
  const definitions = types.map((type) =>
    defineTask({
      type,
      async run({ id }) {
        running.add(`${type} ${id}`);
        together.push([...running].map((each) => each.split(" ")[0]!));
        await new Promise<void>((resolve) => void at.clock.after(100, resolve));
        running.delete(`${type} ${id}`);
        ended.push(id);
      },
    }),
  );
  const worker = at.client.work(definitions, { ...options, concurrency: 5 });
  void worker.run();
  for (let step = 0; step < 4_000 && ended.length < count; step++) {
    await turns();
    await at.clock.advance(25);
  }
  assert.equal(ended.length, count);
  await worker.stop();
  return together;
}

test("suspects run one at a time, and nothing beside them", async () => {
  await using at = await fixture();
  await crashed(at, "suspect", 4, 2);
  await at.client.enqueueMany(
    "healthy",
    Array.from({ length: 20 }, () => null),
  );
  const together = await runAll(at, 24, ["suspect", "healthy"]);
  for (const names of together) {
    if (names.includes("suspect")) assert.deepEqual(names, ["suspect"]);
  }
  assert.ok(
    together.some((names) => names.length > 1),
    "healthy tasks run beside each other",
  );
});

test("what crashed once runs with the others", async () => {
  await using at = await fixture();
  await crashed(at, "once", 5, 1);
  const together = await runAll(at, 5, ["once"]);
  assert.ok(together.some((names) => names.length === 5));
});

test("a suspect costs nothing while it waits, and a worker that stops gives it back", async () => {
  await using at = await fixture();
  const [id] = await crashed(at, "suspect", 1, 2);
  const long = Promise.withResolvers<void>();
  const slow = defineTask({ type: "slow", run: () => long.promise });
  await at.client.enqueue(slow, null, { priority: 0 });
  const suspect = defineTask({ type: "suspect", run: () => undefined });
  const worker = at.client.work([slow, suspect], { ...options, concurrency: 5 });
  void worker.run();
  await until(async () => (await at.client.get(id!))?.state === "running", "it is claimed");
  await turns();
  const stopped = worker.stop();
  long.resolve();
  await stopped;
  const task = await at.client.get(id!);
  assert.deepEqual([task?.state, task?.crashes, task?.failures], ["pending", 2, 0]);
});
