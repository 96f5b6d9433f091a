import assert from "node:assert/strict";
import { test } from "node:test";
import { type Aborted, defineTask, Discard, Retry, Snooze } from "windlass";
import { overriding, fixture, stateOf, turns, until } from "./fixture.ts";
import { queuesOf } from "../support/queues-of.ts";

const quick = { signals: false } as const;

test("a task runs, its result is kept, and the handler gets what it needs", async () => {
  await using at = await fixture();
  const seen = Promise.withResolvers<unknown>();
  const greet = defineTask<{ name: string }>({
    type: "greet",
    run({ input, id, type, queue, attempt, token, log }) {
      log.info("greeting", { name: input.name });
      seen.resolve({ input, id, type, queue, attempt, token: token > 0 });
      return { greeting: `hello ${input.name}` };
    },
  });
  const { id } = await at.client.enqueue(greet, { name: "Ada" });
  const worker = at.client.work([greet], quick);
  void worker.run();
  assert.deepEqual(await seen.promise, {
    input: { name: "Ada" },
    id,
    type: "greet",
    queue: "default",
    attempt: 1,
    token: true,
  });
  await until(async () => (await stateOf(at.store, id)) === "completed", "it is completed");
  assert.equal((await at.store.get(id))?.result, '{"greeting":"hello Ada"}');
  const line = at.logger.lines.find(({ message }) => message === "greeting");
  assert.deepEqual(line?.fields, { id, type: "greet", queue: "default", name: "Ada" });
});

test("never more run at once than the concurrency says, and it claims no more than it can run", async () => {
  const claims: number[] = [];
  await using at = await fixture((store) =>
    overriding(store, {
      exchange(request) {
        if (request.claim !== undefined) claims.push(request.claim.max);
        return store.exchange(request);
      },
    }),
  );
  let active = 0;
  let most = 0;
  let done = 0;
  const busy = defineTask({
    type: "busy",
    async run() {
      active += 1;
      most = Math.max(most, active);
      await new Promise((resolve) => setImmediate(resolve));
      active -= 1;
      done += 1;
    },
  });
  await at.client.enqueueMany(
    busy,
    Array.from({ length: 100 }, () => null),
  );
  const worker = at.client.work([busy], { ...quick, concurrency: 7 });
  void worker.run();
  await until(() => done === 100, "all have run");
  assert.equal(most, 7);
  assert.ok(Math.max(...claims) <= 7);
});

test("a handler that fails is tried four times, with backoff in between, and is dead then", async () => {
  await using at = await fixture();
  const attempts: number[] = [];
  const fails = defineTask({
    type: "fails",
    retry: { base: "1s", max: "1m" },
    run({ attempt }) {
      attempts.push(attempt);
      throw new Error(`no luck ${attempt}`);
    },
  });
  const { id } = await at.client.enqueue(fails, null);
  void at.client.work([fails], quick).run();
  for (const [index, delay] of [1_000, 4_000, 16_000].entries()) {
    await until(async () => (await stateOf(at.store, id)) === "retrying", "it waits for its retry");
    await turns();
    assert.equal(attempts.length, index + 1);
    await at.clock.advance(delay - 1);
    assert.equal(await stateOf(at.store, id), "retrying");
    await at.clock.advance(1);
    await until(() => attempts.length === index + 2, "it is tried again");
  }
  await until(async () => (await stateOf(at.store, id)) === "dead", "it is dead");
  const task = await at.store.get(id);
  assert.deepEqual(attempts, [1, 2, 3, 4]);
  assert.equal(task?.deadReason, "exhausted");
  assert.equal(task?.error?.message, "no luck 4");
  assert.deepEqual(
    task?.attempts.map(({ attempt, outcome }) => [attempt, outcome]),
    [1, 2, 3, 4].map((attempt) => [attempt, "failed"]),
  );
});

test("Retry, Discard and Snooze steer the outcome", async () => {
  await using at = await fixture();
  const seen: string[] = [];
  const steered = defineTask<string>({
    type: "steered",
    run({ input, attempt }) {
      seen.push(`${input} ${attempt}`);
      if (input === "discard") throw new Discard("never again");
      if (seen.filter((line) => line.startsWith(input)).length > 1) return;
      if (input === "retry") throw new Retry("later", { delay: "10s" });
      throw new Snooze("20s");
    },
  });
  const [discard, retry, snooze] = await at.client.enqueueMany(steered, ["discard", "retry", "snooze"]);
  void at.client.work([steered], quick).run();
  await until(async () => (await stateOf(at.store, snooze!.id)) === "scheduled", "it is snoozed");
  assert.equal((await at.store.get(discard!.id))?.deadReason, "discarded");
  assert.equal(await stateOf(at.store, retry!.id), "retrying");
  await turns();
  await at.clock.advance(10_000);
  await until(async () => (await stateOf(at.store, retry!.id)) === "completed", "the retry is done");
  assert.equal(await stateOf(at.store, snooze!.id), "scheduled");
  await turns();
  await at.clock.advance(10_000);
  await until(async () => (await stateOf(at.store, snooze!.id)) === "completed", "the snoozed one is done");
  assert.deepEqual(seen, ["discard 1", "retry 1", "snooze 1", "retry 2", "snooze 1"]);
});

test("the enqueue's retry limit wins over the definition's", async () => {
  await using at = await fixture();
  const fails = defineTask({
    type: "fails",
    run() {
      throw new Error("no");
    },
  });
  const { id } = await at.client.enqueue(fails, null, { retries: 0 });
  void at.client.work([fails], quick).run();
  await until(async () => (await stateOf(at.store, id)) === "dead", "it is dead at once");
  assert.equal((await at.store.get(id))?.failures, 1);
});

test("* takes every type without a handler of its own", async () => {
  await using at = await fixture();
  const types: string[] = [];
  const known = defineTask({ type: "known", run: () => undefined });
  const rest = defineTask({
    type: "*",
    run({ type }) {
      types.push(type);
    },
  });
  await at.client.enqueue("known", 1);
  const { id } = await at.client.enqueue("stranger", 1);
  void at.client.work([known, rest], quick).run();
  await until(async () => (await stateOf(at.store, id)) === "completed", "the catch-all ran it");
  assert.deepEqual(types, ["stranger"]);
});

test("a payload that is not JSON, or that the schema refuses, is dead at once with reason invalid", async () => {
  await using at = await fixture();
  const picky = defineTask({
    type: "picky",
    input: {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: (value: unknown) =>
          typeof value === "number"
            ? { value: value + 1 }
            : { issues: [{ message: "expected a number", path: ["n"] }] },
        types: undefined as { input: number; output: number } | undefined,
      },
    },
    run: ({ input }) => input,
  });
  await assert.rejects(at.client.enqueue(picky, "x" as never), {
    code: "INVALID_PAYLOAD",
    pointer: "/payload/n",
  });
  const good = await at.client.enqueue(picky, 1);
  const refused = await at.client.enqueue("picky", "x");
  const broken = {
    id: "018f0000-0000-7000-8000-000000000001",
    type: "picky",
    queue: "default",
    payload: "{",
    priority: 5,
  };
  await at.store.add([broken]);
  void at.client.work([picky], quick).run();
  await until(async () => (await stateOf(at.store, broken.id)) === "dead", "the broken one is dead");
  assert.equal((await at.store.get(broken.id))?.error?.code, "UNREADABLE");
  assert.equal((await at.store.get(refused.id))?.deadReason, "invalid");
  assert.equal((await at.store.get(good.id))?.result, "2");
});

test("handlers may throw anything, and return what cannot be written", async () => {
  await using at = await fixture();
  const hostile: unknown[] = [
    null,
    undefined,
    "text",
    0,
    Object.create(null),
    Proxy.revocable({}, {}).proxy,
    Object.freeze(new Error("frozen")),
  ];
  const throws = defineTask<number>({
    type: "throws",
    retry: { limit: 0 },
    run({ input }) {
      if (input < hostile.length) throw hostile[input];
      return 10n;
    },
  });
  const tasks = await at.client.enqueueMany(throws, [...hostile.keys(), hostile.length]);
  void at.client.work([throws], quick).run();
  await until(async () => (await queuesOf(at.store))[0]?.counts.dead === hostile.length, "all are dead");
  await until(
    async () => (await stateOf(at.store, tasks.at(-1)!.id)) === "completed",
    "the last is completed",
  );
  assert.equal((await at.store.get(tasks.at(-1)!.id))?.result, undefined);
});

test("leases of long tasks are extended, so that nobody else gets them", async () => {
  await using at = await fixture();
  const end = Promise.withResolvers<void>();
  let runs = 0;
  const long = defineTask({
    type: "long",
    run() {
      runs += 1;
      return end.promise;
    },
  });
  const { id } = await at.client.enqueue(long, null);
  void at.client.work([long], { ...quick, lease: "30s" }).run();
  await until(() => runs === 1, "it runs");
  for (let seconds = 0; seconds < 120; seconds += 5) {
    await at.clock.advance(5_000);
    await until(
      async () => ((await at.store.get(id))?.leaseUntil ?? 0) - at.clock.now() >= 15_000,
      "the lease is fresh",
    );
  }
  end.resolve();
  await until(async () => (await stateOf(at.store, id)) === "completed", "it is completed");
  assert.equal(runs, 1);
});

test("a worker that was frozen for longer than its lease is told so, and its late outcome changes nothing", async () => {
  await using at = await fixture();
  const end = Promise.withResolvers<void>();
  const reasons: unknown[] = [];
  let runs = 0;
  const slow = defineTask({
    type: "slow",
    async run({ signal }) {
      runs += 1;
      if (runs > 1) return "second";
      signal.addEventListener("abort", () => reasons.push((signal.reason as Aborted).reason));
      await end.promise;
      return "first";
    },
  });
  const { id } = await at.client.enqueue(slow, null);
  const frozen = at.client.work([slow], { ...quick, lease: "30s" });
  void frozen.run();
  await until(() => runs === 1, "it runs");
  // Another process takes the task back and claims it, before this one's timers have fired.
  at.clock.step(31_000);
  await at.store.maintain({ limit: 10 });
  const other = await at.store.exchange({
    settle: [],
    claim: { queues: ["default"], max: 1, leaseMs: 30_000, worker: "other" },
  });
  assert.equal(other.leases.length, 1);
  await at.clock.advance(10_000);
  await until(() => reasons.length === 1, "the handler is told");
  assert.deepEqual(reasons, ["lease-lost"]);
  end.resolve();
  await until(() => frozen.active === 0, "the attempt ended");
  assert.equal(await stateOf(at.store, id), "running");
  assert.equal((await at.store.get(id))?.worker, "other");
});

test("cancelling a running task aborts its handler with reason cancelled", async () => {
  await using at = await fixture();
  const started = Promise.withResolvers<void>();
  const long = defineTask({
    type: "long",
    run: ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
        started.resolve();
      }),
  });
  const { id } = await at.client.enqueue(long, null);
  void at.client.work([long], quick).run();
  await started.promise;
  assert.equal((await at.store.act([{ id }], "cancel"))[0]?.status, "applied");
  await at.clock.advance(10_000);
  await until(async () => (await stateOf(at.store, id)) === "cancelled", "it is cancelled");
});

test("a queue with a larger weight is asked first more often, and none starves", async () => {
  await using at = await fixture();
  const { Client } = await import("windlass");
  let seed = 1;
  await using client = new Client(at.store, {
    clock: at.clock,
    random: () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647,
  });
  const order: string[] = [];
  const task = defineTask({
    type: "task",
    run({ queue: from }) {
      order.push(from);
    },
  });
  await client.enqueueMany(
    task,
    Array.from({ length: 100 }, () => null),
    { queue: "mail" },
  );
  await client.enqueueMany(
    task,
    Array.from({ length: 100 }, () => null),
    { queue: "reports" },
  );
  void client.work([task], { ...quick, concurrency: 1, queues: { mail: 4, reports: 1 } }).run();
  await until(() => order.length === 200, "all have run");
  const mails = order.slice(0, 60).filter((from) => from === "mail").length;
  assert.ok(mails > 36 && mails < 60, `of the first 60, ${mails} were mail`);
});
