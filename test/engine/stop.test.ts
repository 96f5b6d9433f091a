import assert from "node:assert/strict";
import { test } from "node:test";
import { type Aborted, defineTask } from "windlass";
import { fixture, stateOf, turns, until } from "./fixture.ts";
import { queuesOf } from "../support/queues-of.ts";

const options = { signals: false, shutdown: { timeout: "25s", abort: "5s" } } as const;

/** A task whose handlers end when the test says so. */
function held() {
  const end = Promise.withResolvers<void>();
  const reasons: string[] = [];
  const task = defineTask({
    type: "held",
    run: ({ signal }) => {
      signal.addEventListener("abort", () => reasons.push((signal.reason as Aborted).reason));
      return end.promise;
    },
  });
  return { task, reasons, open: end.resolve, fail: end.reject };
}

test("a stop lets running tasks finish, claims nothing more, and ends", async () => {
  await using at = await fixture();
  const { task, reasons, open } = held();
  await at.client.enqueueMany(
    task,
    Array.from({ length: 30 }, () => null),
  );
  const worker = at.client.work([task], { ...options, concurrency: 20 });
  const run = worker.run();
  await until(() => worker.active === 20, "20 run");
  const stopped = worker.stop();
  await turns();
  open();
  await stopped;
  await run;
  const [queue] = await queuesOf(at.store);
  assert.equal(queue?.counts.completed, 20);
  assert.equal(queue?.counts.pending, 10);
  assert.deepEqual(reasons, []);
});

test("what has not finished in time is aborted with reason shutdown and released without cost", async () => {
  await using at = await fixture();
  const { task, reasons, fail } = held();
  const tasks = await at.client.enqueueMany(
    task,
    Array.from({ length: 20 }, () => null),
  );
  const worker = at.client.work([task], { ...options, concurrency: 20 });
  const run = worker.run();
  await until(() => worker.active === 20, "20 run");
  const stopped = worker.stop();
  await at.clock.advance(24_999);
  assert.deepEqual(reasons, []);
  await at.clock.advance(1);
  assert.equal(reasons.filter((reason) => reason === "shutdown").length, 20);
  fail(new Error("aborted"));
  await stopped;
  await run;
  for (const { id } of tasks) {
    const { state, failures, crashes } = (await at.store.get(id))!;
    assert.deepEqual({ state, failures, crashes }, { state: "pending", failures: 0, crashes: 0 });
  }
});

test("a handler that ignores its signal is left behind, and its task is released", async () => {
  await using at = await fixture();
  const { task, open } = held();
  const { id } = await at.client.enqueue(task, null);
  const worker = at.client.work([task], options);
  void worker.run();
  await until(() => worker.active === 1, "it runs");
  const stopped = worker.stop();
  await at.clock.advance(25_000);
  await at.clock.advance(5_000);
  await stopped;
  assert.equal(await stateOf(at.store, id), "pending");
  open();
  await turns();
  assert.equal(await stateOf(at.store, id), "pending");
});

test("a handler that finishes after the abort has finished", async () => {
  await using at = await fixture();
  const { task, open } = held();
  const { id } = await at.client.enqueue(task, null);
  const worker = at.client.work([task], options);
  void worker.run();
  await until(() => worker.active === 1, "it runs");
  const stopped = worker.stop();
  await at.clock.advance(25_000);
  open();
  await stopped;
  assert.equal(await stateOf(at.store, id), "completed");
});

test("leases are kept while a stop waits", async () => {
  await using at = await fixture();
  const { task, open } = held();
  const { id } = await at.client.enqueue(task, null);
  const worker = at.client.work([task], { ...options, lease: "5s" });
  void worker.run();
  await until(() => worker.active === 1, "it runs");
  const stopped = worker.stop();
  for (let seconds = 0; seconds < 20; seconds++) await at.clock.advance(1_000);
  assert.equal((await at.store.maintain({ limit: 10 })).expired, 0);
  open();
  await stopped;
  assert.equal(await stateOf(at.store, id), "completed");
});

test("stopping twice, before the start and after the end is harmless", async () => {
  await using at = await fixture();
  const { task } = held();
  const early = at.client.work([task], options);
  await early.stop();
  await early.run();
  const worker = at.client.work([task], options);
  const run = worker.run();
  await Promise.all([worker.stop(), worker.stop()]);
  await worker.stop();
  await run;
});

test("nothing is left running: no timer outlives the worker", async () => {
  await using at = await fixture();
  const { task, open } = held();
  await at.client.enqueue(task, null);
  const worker = at.client.work([task], options);
  const run = worker.run();
  await until(() => worker.active === 1, "it runs");
  open();
  await worker.stop();
  await run;
  await turns();
  assert.equal(at.clock.timers, 0);
});
