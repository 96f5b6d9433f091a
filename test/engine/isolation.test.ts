/** Tasks that crashed run alone, and do not keep healthy ones from running. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { defineTask } from "windlass";
import { Isolation, isSuspect } from "../../src/engine/isolation.ts";
import type { Attempt } from "../../src/engine/attempt.ts";
import type { Lease } from "../../src/store/store.ts";
import { WindlassError } from "../../src/task/errors.ts";
import { type Fixture, fixture, memoryLogger, overriding, turns, until } from "./fixture.ts";

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
async function crashed(
  at: Fixture,
  type: string,
  count: number,
  times: number,
  queue = "default",
): Promise<string[]> {
  const tasks = await at.client.enqueueMany(
    type,
    Array.from({ length: count }, () => null),
    { queue },
  );
  for (let nth = 0; nth < times; nth++) {
    const claim = { queues: [queue], max: 1_000, leaseMs: 1_000, worker: "doomed" };
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

test("a suspect whose type has no handler here stops nobody: it is put back as any other", async () => {
  await using at = await fixture();
  const [id] = await crashed(at, "stranger", 1, 2);
  const ends = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
  let begun = 0;
  const slow = defineTask({ type: "slow", run: () => ends[begun++]!.promise });
  await at.client.enqueue(slow, null, { priority: 0 });
  void at.client.work([slow], { ...options, concurrency: 2 }).run();
  try {
    await until(async () => (await at.client.get(id!))?.state === "scheduled", "it was put back");
    await at.client.enqueue(slow, null);
    await until(() => begun === 2, "another one begins beside the first");
  } finally {
    for (const { resolve } of ends) resolve();
  }
});

test("the lease of a suspect is kept for as long as it waits", async () => {
  // What queue `far` is told stays unsaid, so that the worker is never done with it.
  await using at = await fixture((store) =>
    overriding(store, {
      async exchange(request) {
        const near = request.settle.filter(({ queue }) => queue !== "far");
        const reply = await store.exchange({ ...request, settle: near });
        if (near.length === request.settle.length) return reply;
        const verdicts = request.settle.map(({ queue }) =>
          queue === "far" ? ("unknown" as const) : ("applied" as const),
        );
        return { ...reply, verdicts, failure: new WindlassError("STORE_UNAVAILABLE", "away") };
      },
    }),
  );
  const ids = [...(await crashed(at, "task", 1, 2)), ...(await crashed(at, "task", 1, 2, "far"))];
  let runs = 0;
  const task = defineTask({ type: "task", run: () => void (runs += 1) });
  const worker = at.client.work([task], { ...options, queues: ["default", "far"], concurrency: 2 });
  void worker.run();
  const pass = async (seconds: number): Promise<void> => {
    for (let left = seconds; left > 0; left--) {
      await turns();
      await at.clock.advance(1_000);
    }
  };
  try {
    // One is kept and waits; that the other is put back stays unsaid, and nothing ever began.
    await pass(25);
    assert.equal(runs, 0);
    await pass(25);
    const kept = await at.client.get(ids[0]!);
    assert.deepEqual([kept?.state, kept?.crashes], ["running", 2]);
  } finally {
    void worker.stop();
    await pass(60);
  }
});

test("a suspect that cannot begin does not keep the worker from others", async () => {
  await using at = await fixture();
  const logger = memoryLogger();
  const isolation = new Isolation({
    clock: at.clock,
    random: () => 0.5,
    logger,
    runs: () => true,
    active: () => 0,
    settled: () => true,
    attempt: (each) => ({ lease: each }) as Attempt,
    begin() {
      throw new Error("no");
    },
    putBack() {},
  });
  assert.deepEqual(isolation.sift([{ ...lease(2), id: "a", queue: "q", token: 1 }], 0), []);
  isolation.look();
  assert.equal(isolation.busy, false);
  assert.deepEqual(
    logger.lines.map(({ level }) => level),
    ["error"],
  );
});
