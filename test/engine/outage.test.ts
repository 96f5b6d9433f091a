import assert from "node:assert/strict";
import { test } from "node:test";
import { defineTask, WindlassError } from "windlass";
import { faultyStore, oneFault } from "windlass/testing";
import { overriding, fixture, stateOf, turns, until } from "./fixture.ts";
import { queuesOf } from "../support/queues-of.ts";

const options = { signals: false } as const;

function counted() {
  let runs = 0;
  const task = defineTask<number>({
    type: "counted",
    run() {
      runs += 1;
    },
  });
  return { task, runs: () => runs };
}

test("an enqueue whose reply was lost is repeated: the task is there once, and it is no duplicate", async () => {
  await using at = await fixture((store) => faultyStore(store, oneFault("add", 1, "lost reply")));
  const enqueued = at.client.enqueue("any", 1);
  await turns();
  await at.clock.advance(200);
  assert.deepEqual([(await enqueued).duplicate, (await enqueued).state], [false, undefined]);
  assert.equal((await queuesOf(at.store))[0]?.counts.pending, 1);
});

test("an enqueue that stays unanswered is reported as unknown, with the id to repeat it by", async () => {
  await using at = await fixture((store) =>
    faultyStore(store, { fault: (verb) => (verb === "add" ? "lost request" : undefined) }),
  );
  const id = "018f0000-0000-7000-8000-000000000001";
  const enqueued = assert.rejects(at.client.enqueue("any", 1, { id }), (error: WindlassError) => {
    assert.equal(error.code, "UNKNOWN");
    assert.match(error.message, new RegExp(id));
    return true;
  });
  for (let repeats = 0; repeats < 2; repeats++) {
    await turns();
    await at.clock.advance(200);
  }
  await enqueued;
});

test("a store that is away is no reason to lose anything: settlements wait and are said again", async () => {
  let away = false;
  await using at = await fixture((store) =>
    overriding(store, {
      exchange: (request) =>
        away ? Promise.reject(new WindlassError("STORE_UNAVAILABLE", "away")) : store.exchange(request),
    }),
  );
  const end = Promise.withResolvers<void>();
  const task = defineTask({ type: "held", run: () => end.promise });
  const { id } = await at.client.enqueue(task, null);
  const worker = at.client.work([task], options);
  void worker.run();
  await until(() => worker.active === 1, "it runs");
  away = true;
  end.resolve();
  await until(
    () => at.logger.lines.some(({ message }) => message.includes("store failed")),
    "the outage is noticed",
  );
  await at.clock.advance(2_000);
  assert.equal(await stateOf(at.store, id), "running");
  away = false;
  await at.clock.advance(5_000);
  await until(async () => (await stateOf(at.store, id)) === "completed", "the outcome got through");
});

test("a store that is away while a worker subscribes is waited for; the worker can be stopped meanwhile", async () => {
  let away = true;
  let asked = 0;
  await using at = await fixture((store) =>
    overriding(store, {
      signal: {
        subscribe: async (...args) => {
          asked++;
          if (away) throw new WindlassError("STORE_UNAVAILABLE", "away");
          return store.signal.subscribe(...args);
        },
      },
    }),
  );
  const { task, runs } = counted();
  await at.client.enqueue(task, 1);
  const stopped = at.client.work([task], options);
  const ended = stopped.run();
  await until(() => asked === 1, "it asks");
  await turns();
  await stopped.stop();
  await ended;
  assert.deepEqual([asked, runs()], [1, 0]);
  const worker = at.client.work([task], options);
  void worker.run();
  await until(() => asked === 2, "it asks");
  await turns();
  away = false;
  await at.clock.advance(1_000);
  await until(() => runs() === 1, "it works");
  assert.equal(asked, 3);
});

test("a worker whose subscription is refused for good says so", async () => {
  await using at = await fixture((store) =>
    overriding(store, {
      signal: { subscribe: () => Promise.reject(new WindlassError("STORE_CLOSED", "closed")) },
    }),
  );
  await assert.rejects(at.client.work([counted().task], options).run(), { code: "STORE_CLOSED" });
});

test("tasks of a claim whose reply was lost come back at the next claim, without cost", async () => {
  await using at = await fixture((store) => faultyStore(store, oneFault("exchange", 1, "lost reply")));
  const { task, runs } = counted();
  const tasks = await at.client.enqueueMany(task, [1, 2, 3]);
  void at.client.work([task], options).run();
  await until(
    () => at.logger.lines.some(({ message }) => message.includes("store failed")),
    "the loss is noticed",
  );
  assert.equal(runs(), 0);
  await turns();
  await at.clock.advance(1_000);
  await until(() => runs() === 3, "they ran");
  for (const { id } of tasks) assert.equal((await at.store.get(id))?.crashes, 0);
});

test("a settlement that arrives twice takes effect once", async () => {
  await using at = await fixture((store) =>
    faultyStore(store, { fault: (verb) => (verb === "exchange" ? "repeated" : undefined) }),
  );
  const { task, runs } = counted();
  const { id } = await at.client.enqueue(task, 1);
  void at.client.work([task], options).run();
  // The repeated claim's answer is empty; the first one's lease is forgotten and runs out.
  for (let seconds = 0; seconds < 60; seconds += 5) {
    await turns();
    await at.clock.advance(5_000);
  }
  assert.ok(runs() <= 1);
  assert.ok(["pending", "running", "completed", "dead"].includes((await stateOf(at.store, id))!));
});

test("an outcome that the store refuses for good does not take the others along", async () => {
  await using at = await fixture((store) =>
    overriding(store, {
      exchange: (request) =>
        request.settle.some(({ outcome }) => outcome.kind === "completed" && outcome.result === '"poison"')
          ? Promise.reject(new WindlassError("INTERNAL", "cannot be written"))
          : store.exchange(request),
    }),
  );
  const task = defineTask<string>({ type: "echo", run: ({ input }) => input });
  const [good, poison] = await at.client.enqueueMany(task, ["good", "poison"]);
  void at.client.work([task], options).run();
  await until(async () => (await stateOf(at.store, good!.id)) === "completed", "the good one is completed");
  assert.equal(await stateOf(at.store, poison!.id), "running");
  assert.ok(at.logger.lines.some(({ level, fields }) => level === "error" && fields["id"] === poison!.id));
});

test("without any wake-up the poll finds what was added", async () => {
  await using at = await fixture((store) => faultyStore(store, { dropSignals: true }));
  const { task, runs } = counted();
  void at.client.work([task], { ...options, poll: "1s" }).run();
  await turns();
  await at.client.enqueue(task, 1);
  await turns();
  assert.equal(runs(), 0);
  await at.clock.advance(1_250);
  await until(() => runs() === 1, "the poll found it");
});

test("housekeeping goes on after a failure", async () => {
  let calls = 0;
  await using at = await fixture((store) =>
    overriding(store, {
      maintain(request) {
        calls += 1;
        return calls === 1
          ? Promise.reject(new WindlassError("STORE_BUSY", "busy"))
          : store.maintain(request);
      },
    }),
  );
  const { task } = counted();
  void at.client.work([task], options).run();
  await turns();
  await at.clock.advance(0);
  assert.equal(calls, 1);
  await at.clock.advance(6_250);
  assert.equal(calls, 2);
});

test("when a store that was away answers again, the log says so once", async () => {
  let away = true;
  const unlessAway = <T>(answer: () => Promise<T>): Promise<T> =>
    away ? Promise.reject(new WindlassError("STORE_UNAVAILABLE", "away")) : answer();
  await using at = await fixture((store) =>
    overriding(store, {
      exchange: (request) => unlessAway(() => store.exchange(request)),
      maintain: (request) => unlessAway(() => store.maintain(request)),
    }),
  );
  const { task, runs } = counted();
  void at.client.work([task], { ...options, poll: "50ms" }).run();
  const said = (text: RegExp) => at.logger.lines.filter(({ message }) => text.test(message));
  await turns();
  await at.clock.advance(1);
  await until(() => said(/trying again/).length >= 2, "the outage is told, by the claims and by the sweep");
  assert.deepEqual(said(/answers again/), []);
  away = false;
  await at.client.enqueue(task, 1);
  for (let step = 0; step < 20; step++) {
    await at.clock.advance(1_000);
    await turns();
  }
  await until(() => runs() === 1, "it runs");
  assert.deepEqual(
    said(/answers again/)
      .map(({ level, message }) => `${level}: ${message}`)
      .toSorted(),
    ["info: the store answers again", "info: the store answers again; housekeeping goes on"],
  );
});
