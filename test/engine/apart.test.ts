/** A store on several servers of which one is out of reach. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { defineTask, WindlassError } from "windlass";
import type { FullStore } from "../../src/store/facets.ts";
import { fixture, overriding, until } from "./fixture.ts";

const away = new WindlassError("STORE_UNAVAILABLE", "this shard is down");

test("an outcome whose server is out of reach waits apart; the other queues go on, and it is said when it can be", async () => {
  const shard = { down: false, refusals: 0 };
  await using at = await fixture(withoutShard(shard));
  const ended = Promise.withResolvers<void>();
  let ran = 0;
  const slow = defineTask({ type: "slow", queue: "gone", run: () => ended.promise });
  const quick = defineTask({ type: "quick", queue: "well", run: () => void (ran += 1) });
  const { id } = await at.client.enqueue(slow, 1);
  const worker = at.client.work([slow, quick], { signals: false });
  const running = worker.run();
  await until(() => worker.active === 1, "the slow one runs");
  shard.down = true;
  ended.resolve();
  await until(() => shard.refusals > 0, "its outcome is refused");
  for (let i = 1; i <= 20; i++) {
    await at.client.enqueue(quick, 1);
    await until(() => ran === i, `${i} have run, without any time going by`);
  }
  assert.ok(shard.refusals < 5, `${shard.refusals} refusals`);
  shard.down = false;
  await at.clock.advance(10_000);
  await until(async () => (await at.store.get(id))?.state === "completed", "it is said");
  await worker.stop();
  await running;
});

test("a stop gives up outcomes that cannot reach their server, 5 s after all else has ended, and says so", async () => {
  const shard = { down: false, refusals: 0 };
  await using at = await fixture(withoutShard(shard));
  const ends = { gone: Promise.withResolvers<void>(), well: Promise.withResolvers<void>() };
  const gone = defineTask({ type: "gone", queue: "gone", run: () => ends.gone.promise });
  const well = defineTask({ type: "well", queue: "well", run: () => ends.well.promise });
  const lost = await at.client.enqueue(gone, 1);
  const kept = await at.client.enqueue(well, 1);
  const worker = at.client.work([gone, well], { signals: false });
  const running = worker.run();
  await until(() => worker.active === 2, "both run");
  shard.down = true;
  ends.gone.resolve();
  await until(() => shard.refusals > 0, "its outcome is refused");
  let stopped = false;
  const stopping = worker.stop().then(() => (stopped = true));
  for (let second = 0; second < 12; second++) await at.clock.advance(1_000);
  assert.ok(!stopped && worker.active === 1, "what runs is waited for");
  ends.well.resolve();
  await until(() => worker.active === 0, "all have ended");
  for (let second = 0; second < 4; second++) await at.clock.advance(1_000);
  assert.ok(!stopped, "the shard may be back in a moment");
  for (let second = 0; second < 3; second++) await at.clock.advance(1_000);
  await until(() => stopped, "it has stopped");
  await stopping;
  await running;
  assert.equal((await at.store.get(kept.id))?.state, "completed");
  assert.equal((await at.store.get(lost.id))?.state, "running");
  const [said, ...more] = at.logger.lines.filter(({ level }) => level === "error");
  assert.match(said!.message, /unsettled.*run again/);
  assert.deepEqual([said!.fields["unsettled"], more.length], [1, 0]);
});

test("a stop whose shard is back in time settles there", async () => {
  const shard = { down: false, refusals: 0 };
  await using at = await fixture(withoutShard(shard));
  const end = Promise.withResolvers<void>();
  const gone = defineTask({ type: "gone", queue: "gone", run: () => end.promise });
  const { id } = await at.client.enqueue(gone, 1);
  const worker = at.client.work([gone], { signals: false, queues: ["gone", "well"] });
  const running = worker.run();
  await until(() => worker.active === 1, "it runs");
  shard.down = true;
  const stopping = worker.stop();
  end.resolve();
  await until(() => shard.refusals > 0, "its outcome is refused");
  for (let second = 0; second < 4; second++) await at.clock.advance(1_000);
  shard.down = false;
  await at.clock.advance(1_000);
  await stopping;
  await running;
  assert.equal((await at.store.get(id))?.state, "completed");
});

test("a stop waits for a store that is merely slow", async () => {
  const answer = Promise.withResolvers<void>();
  await using at = await fixture((store) =>
    overriding(store, {
      async exchange({ settle, claim }) {
        if (settle.some(({ queue }) => queue === "slow")) await answer.promise;
        return store.exchange({ settle, claim });
      },
    }),
  );
  const slow = defineTask({ type: "slow", queue: "slow", run: () => undefined });
  const { id } = await at.client.enqueue(slow, 1);
  const worker = at.client.work([slow], { signals: false, queues: ["slow", "well"] });
  const running = worker.run();
  await until(
    async () => (await at.store.get(id))?.state === "running" && worker.active === 0,
    "it has ended",
  );
  let stopped = false;
  const stopping = worker.stop().then(() => (stopped = true));
  for (let second = 0; second < 20; second++) await at.clock.advance(1_000);
  assert.ok(!stopped);
  answer.resolve();
  await stopping;
  await running;
  assert.equal((await at.store.get(id))?.state, "completed");
});

test("a task of a queue that cannot be reached does not fail those that share its call", async () => {
  await using at = await fixture((store) =>
    overriding(store, {
      async add(tasks) {
        const reachable = tasks.filter(({ queue }) => queue !== "gone");
        if (reachable.length > 0) await store.add(reachable);
        if (reachable.length === 0) throw away;
        if (reachable.length < tasks.length)
          throw new WindlassError("UNKNOWN", "a part of the call was done");
        return tasks.map(({ id }) => ({ status: "added", id, state: "pending" }));
      },
    }),
  );
  const adding = Promise.allSettled(
    ["well", "gone", "also-well"].map((queue) => at.client.enqueue("t", 1, { queue })),
  );
  let outcomes: readonly PromiseSettledResult<unknown>[] | undefined;
  void adding.then((settled) => (outcomes = settled));
  await until(async () => {
    await at.clock.advance(200);
    return outcomes !== undefined;
  }, "all are answered");
  assert.deepEqual(
    outcomes?.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled"],
  );
});

/** What a cluster answers while the shard of the queue `gone` is down. */
function withoutShard(shard: { down: boolean; refusals: number }): (store: FullStore) => FullStore {
  return (store) =>
    overriding(store, {
      async exchange({ settle, claim }) {
        if (!shard.down) return store.exchange({ settle, claim });
        const reachable = settle.filter(({ queue }) => queue !== "gone");
        shard.refusals += settle.length - reachable.length;
        if (reachable.length === 0 && claim === undefined) throw away;
        const queues = claim?.queues.filter((queue) => queue !== "gone") ?? [];
        const reply = await store.exchange({
          settle: reachable,
          ...(claim && { claim: { ...claim, queues } }),
        });
        const verdicts = settle.map(
          (each) => reply.verdicts[reachable.indexOf(each)] ?? ("unknown" as const),
        );
        return { ...reply, verdicts, failure: away };
      },
    });
}
