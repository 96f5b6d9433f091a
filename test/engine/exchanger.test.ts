import assert from "node:assert/strict";
import { test } from "node:test";
import { defineTask, WindlassError } from "windlass";
import type { Exchange, ExchangeReply } from "../../src/store/store.ts";
import { overriding, fixture, turns, until } from "./fixture.ts";
import { queuesOf } from "../support/queues-of.ts";

/** A call of `exchange` that has reached the store; the test decides when, and whether, its reply arrives. */
interface Call {
  readonly request: Exchange;
  /** How many handlers had run when it was made. */
  readonly ran: number;
  readonly answer: () => Promise<void>;
  readonly lose: () => Promise<void>;
}

/** A worker behind a network: replies arrive when the test says so. */
async function network(concurrency: number, tasks = 200) {
  const under: Call[] = [];
  const made: Call[] = [];
  const runs = new Map<number, number>();
  const task = defineTask<number>({
    type: "counted",
    run({ input }) {
      runs.set(input, (runs.get(input) ?? 0) + 1);
    },
  });
  const at = await fixture((store) => ({
    ...overriding(store, {
      exchange(request) {
        const { promise, resolve, reject } = Promise.withResolvers<ExchangeReply>();
        const end = (settle: (reply: ExchangeReply) => void) => async () => {
          under.splice(under.indexOf(call), 1);
          settle(await store.exchange(request));
          await turns();
        };
        const lost = new WindlassError("UNKNOWN", "no answer came back");
        const call = { request, ran: runs.size, answer: end(resolve), lose: end(() => reject(lost)) };
        under.push(call);
        made.push(call);
        return promise;
      },
    }),
    callsAtOnce: 2,
  }));
  await at.client.enqueueMany(
    task,
    Array.from({ length: tasks }, (_, n) => n),
  );
  const worker = at.client.work([task], {
    concurrency,
    signals: false,
    retention: { completed: { count: tasks } },
  });
  void worker.run();
  await until(() => under.length === 1, "it asks");
  return {
    at,
    worker,
    under,
    made,
    runs,
    /** Answers whatever comes until nothing is under way, then ends. */
    finish: async () => {
      while (under.length > 0) await under[0]!.answer();
      const stopped = worker.stop();
      while (under.length > 0) await under[0]!.answer();
      await stopped;
      const [queue] = await queuesOf(at.store);
      assert.deepEqual([queue?.counts.completed, queue?.counts.running], [tasks, 0]);
      assert.deepEqual(new Set(runs.values()), new Set([1]), "each ran once");
      await at[Symbol.asyncDispose]();
    },
  };
}

const sizes = (calls: readonly Call[]) =>
  calls.map(({ request: { settle, claim } }) => [settle.length, claim?.max ?? 0]);

test("two calls are under way, each with half of what there is to say, and take turns from there on", async () => {
  const { under, made, finish } = await network(64);
  assert.deepEqual(sizes(under), [[0, 64]]);
  await under[0]!.answer();
  assert.deepEqual(sizes(under), [
    [32, 32],
    [32, 32],
  ]);
  await under[0]!.answer();
  assert.equal(made.length, 4);
  assert.deepEqual(sizes(under), [
    [32, 32],
    [32, 32],
  ]);
  await finish();
});

test("of two replies that come together, the second waits until the call after the first is written", async () => {
  const { under, made, finish } = await network(64);
  await under[0]!.answer();
  const [first, second] = under;
  await Promise.all([first!.answer(), second!.answer()]);
  assert.deepEqual(
    made.map(({ ran }) => ran),
    [0, 64, 64, 96, 128],
  );
  await finish();
});

test("a few outcomes are no reason for a second call", async () => {
  const { under, made, finish } = await network(10);
  while (under.length > 0) {
    assert.equal(under.length, 1);
    await under[0]!.answer();
  }
  assert.equal(made.length, 200 / 10 + 1);
  await finish();
});

test("no more is claimed than can run, whatever is under way", async () => {
  const { under, worker, finish } = await network(50);
  while (under.length > 0) {
    const asked = under.reduce((sum, { request }) => sum + (request.claim?.max ?? 0), 0);
    assert.ok(asked + worker.active <= 50, `${asked} asked for, ${worker.active} running`);
    await under.at(-1)!.answer();
  }
  await finish();
});

test("after lost replies the leases that are known are named in a call of its own", async () => {
  const { at, under, finish } = await network(64);
  await under[0]!.answer();
  const [first, second] = under;
  await first!.lose();
  assert.equal(under.length, 1, "nothing new while the store fails");
  await second!.lose();
  await at.clock.advance(5_000);
  assert.equal(under.length, 1);
  assert.deepEqual(under[0]!.request.claim?.holding, []);
  assert.equal(under[0]!.request.settle.length, 64);
  await finish();
});

test("a reply that was sent before another was lost does not count as the one that names all leases", async () => {
  const { at, under, finish } = await network(64);
  await under[0]!.answer();
  const [first, second] = under;
  await first!.lose();
  await second!.answer();
  assert.equal(under.length, 0, "the pause is for all calls");
  await at.clock.advance(5_000);
  assert.notEqual(under[0]!.request.claim?.holding, undefined);
  await finish();
});

test("two calls that fail together are one failure: one line, one pause", async () => {
  const { at, under, finish } = await network(64);
  await under[0]!.answer();
  const [first, second] = under;
  await Promise.all([first!.lose(), second!.lose()]);
  const lines = at.logger.lines.filter(({ message }) => message.includes("store failed"));
  assert.equal(lines.length, 1);
  await at.clock.advance(200);
  await until(() => under.length === 1, "the first pause is short");
  await finish();
});

test("outcomes that wait for a later call are named as held, so that nobody else gets their tasks", async () => {
  const { at, under, finish } = await network(3_000, 3_000);
  await under[0]!.answer();
  const [first, second] = under;
  await first!.lose();
  await second!.lose();
  await at.clock.advance(5_000);
  const { settle, claim } = under[0]!.request;
  assert.deepEqual([settle.length, claim?.holding?.length], [1_000, 2_000]);
  await finish();
});
