import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  Client,
  defineTask,
  type EventName,
  onEvent,
  Snooze,
  systemClock,
  type WindlassEvents,
  WindlassError,
} from "windlass";
import { memoryStore } from "windlass/stores/memory";
import { faultyStore, oneFault } from "windlass/testing";
import { fixture, memoryLogger, overriding, silent, turns, until } from "./fixture.ts";

const quick = { signals: false } as const;

/** Everything that is said under this name until the test ends. */
function heard<Name extends EventName>(t: TestContext, name: Name): WindlassEvents[Name][] {
  const events: WindlassEvents[Name][] = [];
  t.after(onEvent(name, (event) => events.push(event)));
  return events;
}

test("what is added is told per queue and type, and what was there already apart from it", async (t) => {
  await using at = await fixture();
  const added = heard(t, "task.added");
  const [one] = await at.client.enqueueMany("mail", [1, 2], { queue: "mail" });
  const many = await at.client.enqueueAll([
    { type: "a" },
    { type: "b" },
    { type: "a" },
    { type: "mail", queue: "mail", payload: 1, id: one!.id },
  ]);
  assert.deepEqual(
    added.map(({ ids, ...rest }) => ({ ...rest, ids: ids.length })),
    [
      { queue: "mail", type: "mail", duplicate: false, count: 2, ids: 2 },
      { queue: "default", type: "a", duplicate: false, count: 2, ids: 2 },
      { queue: "default", type: "b", duplicate: false, count: 1, ids: 1 },
      { queue: "mail", type: "mail", duplicate: true, count: 1, ids: 1 },
    ],
  );
  assert.deepEqual(added[1]?.ids, [many[0]?.id, many[2]?.id]);
});

test("a conflict adds nothing and tells nothing; a lost reply tells once of what is there", async (t) => {
  await using at = await fixture((store) => faultyStore(store, oneFault("add", 2, "lost reply")));
  const added = heard(t, "task.added");
  await at.client.enqueue("a", 1, { key: "k" });
  const again = at.client.enqueue("a", 2, { queue: "lost" });
  await turns();
  await at.clock.advance(200);
  await again;
  await assert.rejects(at.client.enqueue("a", 3, { key: "k" }), { code: "KEY_CONFLICT" });
  assert.deepEqual(
    added.map(({ queue, duplicate }) => [queue, duplicate]),
    [
      ["default", false],
      ["lost", false],
    ],
  );
});

test("an attempt tells when it starts and how it ended, with the facts of its lease and without its payload", async (t) => {
  await using at = await fixture();
  const started = heard(t, "attempt.started");
  const ended = heard(t, "attempt.ended");
  const end = Promise.withResolvers<string>();
  const task = defineTask({ type: "slow", run: () => end.promise });
  const { id } = await at.client.enqueue(task, "secret", { priority: "high", headers: { tenant: "acme" } });
  const worker = at.client.work([task], quick);
  void worker.run();
  await until(() => started.length === 1, "it starts");
  const facts = {
    id,
    type: "slow",
    queue: "default",
    priority: 2,
    attempt: 1,
    token: started[0]!.token,
    createdAt: at.clock.now(),
    runAt: at.clock.now(),
    headers: { tenant: "acme" },
    worker: worker.name,
  };
  assert.deepEqual(started, [facts]);
  await at.clock.advance(1_500);
  end.resolve("done");
  await until(() => ended.length === 1, "it ended");
  assert.deepEqual(ended, [
    { ...facts, outcome: { kind: "completed", keep: true, result: '"done"' }, durationMs: 1_500 },
  ]);
});

test("every outcome is told, and a listener cannot change it by the way", async (t) => {
  await using at = await fixture();
  const ended = heard(t, "attempt.ended");
  t.after(
    onEvent("attempt.ended", (event) => {
      assert.throws(() => Object.assign(event.outcome, { kind: "dead" }), TypeError);
      if ("error" in event.outcome) {
        const { error } = event.outcome;
        assert.throws(() => Object.assign(error, { message: "changed" }), TypeError);
      }
    }),
  );
  const task = defineTask<string>({
    type: "any",
    retry: { limit: 1 },
    run({ input }) {
      if (input === "snooze") throw new Snooze("1h");
      if (input === "fail") throw new Error("no luck");
    },
  });
  const tasks = await at.client.enqueueMany(task, ["ok", "snooze", "fail"]);
  const last = await at.client.enqueue(task, "fail", { retries: 0 });
  const stranger = await at.client.enqueue("stranger", null);
  void at.client.work([task], { ...quick, concurrency: 1 }).run();
  await until(() => ended.length === 5, "all have ended");
  assert.deepEqual(
    ended.map(({ id, outcome }) => [id, outcome.kind]),
    [
      [tasks[0]!.id, "completed"],
      [tasks[1]!.id, "snooze"],
      [tasks[2]!.id, "retry"],
      [last.id, "dead"],
      [stranger.id, "requeue"],
    ],
  );
  await until(async () => (await at.client.get(last.id))?.state === "dead", "it is written as told");
});

test("an attempt whose lease is lost ends by that, once; what is released at a stop ends as released", async (t) => {
  await using at = await fixture();
  const started = heard(t, "attempt.started");
  const ended = heard(t, "attempt.ended");
  const lost = heard(t, "lease.lost");
  const end = Promise.withResolvers<void>();
  const task = defineTask({ type: "slow", run: () => end.promise });
  const { id } = await at.client.enqueue(task, null);
  const worker = at.client.work([task], { ...quick, lease: "30s" });
  void worker.run();
  await until(() => started.length === 1, "it starts");
  at.clock.step(31_000);
  await at.store.maintain({ limit: 10 });
  await at.client.cancel(id);
  await at.clock.advance(10_000);
  await until(() => lost.length === 1, "the loss is told");
  assert.deepEqual(lost, [
    { id, queue: "default", token: started[0]!.token, worker: worker.name, running: true },
  ]);

  const other = await at.client.enqueue(task, null);
  await until(() => started.length === 2, "the next one starts");
  const stopped = worker.stop();
  await at.clock.advance(25_000);
  await at.clock.advance(5_000);
  await stopped;
  end.resolve();
  await turns();
  assert.deepEqual(
    ended.map((event) => [event.id, event.outcome.kind]),
    [[other.id, "release"]],
  );
  assert.equal(lost.length, 1);
});

test("an outcome that comes too late is told as a lost lease, not as running", async (t) => {
  await using at = await fixture((store) =>
    overriding(store, {
      async exchange(request) {
        const reply = await store.exchange(request);
        return { ...reply, verdicts: request.settle.map(() => "lost" as const) };
      },
    }),
  );
  const ended = heard(t, "attempt.ended");
  const lost = heard(t, "lease.lost");
  const task = defineTask({ type: "any", run: () => undefined });
  const { id } = await at.client.enqueue(task, null);
  void at.client.work([task], quick).run();
  await until(() => lost.length === 1, "the loss is told");
  assert.deepEqual([lost[0]?.id, lost[0]?.running, ended[0]?.id], [id, false, id]);
});

test("housekeeping and every call of the store are told, the failed ones with their code", async (t) => {
  await using at = await fixture((store) =>
    overriding(store, {
      async maintain() {
        await at.clock.advance(0);
        throw new WindlassError("STORE_BUSY", "busy");
      },
      diagnose: () => Promise.reject(new TypeError("not ours")),
    }),
  );
  const calls = heard(t, "store.call");
  const swept = heard(t, "maintenance.swept");
  await at.client.enqueue("a", 1);
  await at.client.queues();
  await assert.rejects(at.client.list({ cursor: "none" }), { code: "INVALID_CURSOR" });
  const task = defineTask({ type: "a", run: () => undefined });
  void at.client.work([task], quick).run();
  await turns();
  await at.clock.advance(0);
  await turns();
  const seen = new Map(calls.map(({ store, call, code }) => [call, [store, code]]));
  assert.deepEqual(seen.get("add"), ["memory", undefined]);
  assert.deepEqual(seen.get("queues"), ["memory", undefined]);
  assert.deepEqual(seen.get("list"), ["memory", "INVALID_CURSOR"]);
  assert.deepEqual(seen.get("exchange"), ["memory", undefined]);
  assert.deepEqual(seen.get("maintain"), ["memory", "STORE_BUSY"]);
  assert.ok(calls.every(({ durationMs }) => durationMs === 0));
  assert.deepEqual(swept, []);

  await using well = await fixture();
  const service = well.client.housekeeping();
  service.start();
  await well.clock.advance(0);
  assert.deepEqual(swept, [{ promoted: 0, expired: 0, pruned: 0, more: false }]);
  await service.stop();
});

test("while nobody listens nothing is looked at: not even the clock", async () => {
  let asked = 0;
  const clock = {
    ...systemClock,
    monotonic() {
      asked += 1;
      return systemClock.monotonic();
    },
  };
  await using client = new Client(memoryStore(), { clock, logger: silent });
  let ran = 0;
  const task = defineTask({ type: "any", run: () => void ran++ });
  await client.enqueueMany(
    task,
    Array.from({ length: 1_000 }, () => null),
  );
  void client.work([task], { ...quick, concurrency: 100 }).run();
  await until(() => ran === 1_000, "all have run");
  assert.ok(asked < 100, `the clock was asked ${asked} times for 1,000 tasks`);
});

/** Runs ten tasks on a clock of their own while `listener` hears every attempt, and proves that each ran once. */
async function runWith(t: TestContext, listener: (stop: () => void) => unknown, logger = memoryLogger()) {
  await using client = new Client(memoryStore(), { logger });
  for (const name of ["attempt.started", "attempt.ended", "task.added", "store.call"] as const) {
    const stop: () => void = onEvent(name, () => listener(stop), { logger });
    t.after(stop);
  }
  const runs = new Map<number, number>();
  const task = defineTask<number>({
    type: "any",
    async run({ input }) {
      await Promise.resolve();
      runs.set(input, (runs.get(input) ?? 0) + 1);
    },
  });
  await client.enqueueMany(
    task,
    Array.from({ length: 10 }, (_, n) => n),
  );
  const worker = client.work([task], { ...quick, concurrency: 2, lease: "1s" });
  const run = worker.run();
  await until(async () => (await client.queue("default"))?.counts.completed === 10, "all are completed");
  assert.deepEqual(new Set(runs.values()), new Set([1]), "each ran once");
  assert.equal(runs.size, 10);
  await worker.stop();
  await run;
  return logger;
}

const errorsOf = ({ lines }: ReturnType<typeof memoryLogger>) =>
  lines.filter(({ message }) => message.startsWith("a listener failed")).map(({ fields }) => fields["event"]);

test("a listener that throws is logged once, and every task runs once and is settled", async (t) => {
  const logger = await runWith(t, () => {
    throw new Error("no luck");
  });
  assert.deepEqual(
    new Set(errorsOf(logger)),
    new Set(["attempt.ended", "attempt.started", "store.call", "task.added"]),
  );
  assert.equal(errorsOf(logger).length, 4);
  const error = logger.lines.find(({ level }) => level === "error")?.fields["error"];
  assert.equal((error as Error).message, "no luck");
});

test("a listener that rejects is logged once, and every task runs once and is settled", async (t) => {
  const logger = await runWith(t, () => Promise.reject(new Error("no luck")));
  await turns();
  assert.equal(errorsOf(logger).length, 4);
});

test("a listener that blocks for 200 ms delays, and every task runs once and is settled", async (t) => {
  let left = 4;
  const logger = await runWith(t, () => {
    if (left-- <= 0) return;
    const end = systemClock.monotonic() + 200;
    while (systemClock.monotonic() < end);
  });
  assert.deepEqual(errorsOf(logger), []);
});

test("a listener that stops while it is called is called no more, and every task runs once and is settled", async (t) => {
  let called = 0;
  const logger = await runWith(t, (stop) => {
    called += 1;
    stop();
  });
  assert.equal(called, 4);
  assert.deepEqual(errorsOf(logger), []);
});

test("a listener whose log cannot be written stops nothing either", async (t) => {
  const logger = memoryLogger();
  logger.error = () => {
    throw new Error("the disk is full");
  };
  await runWith(
    t,
    () => {
      throw new Error("no luck");
    },
    logger,
  );
});

test("a raw subscriber hears the same; one that throws ends the process, as Node has it", async (t) => {
  await using at = await fixture();
  const names: (string | symbol)[] = [];
  const listener = (_: unknown, name: string | symbol) => names.push(name);
  subscribe("windlass:task.added", listener);
  t.after(() => unsubscribe("windlass:task.added", listener));
  await at.client.enqueue("a", 1);
  assert.deepEqual(names, ["windlass:task.added"]);

  const program = `
    import { subscribe } from "node:diagnostics_channel";
    import { windlass } from "windlass";
    subscribe("windlass:task.added", () => { throw new Error("no luck"); });
    process.on("uncaughtException", (error) => { console.log(error.message); process.exit(7); });
    const client = await windlass("memory:");
    await client.enqueue("a", 1);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
  `;
  const { status, stdout } = spawnSync(
    process.execPath,
    ["--conditions=windlass:source", "--input-type=module", "--eval", program],
    { encoding: "utf8", cwd: join(import.meta.dirname, "../..") },
  );
  assert.deepEqual([status, stdout.trim()], [7, "no luck"]);
});
