/** A store on several servers of which one is out of reach. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { defineTask, WindlassError } from "windlass";
import { fixture, overriding, until } from "./fixture.ts";

const away = new WindlassError("STORE_UNAVAILABLE", "this shard is down");

test("an outcome whose server is out of reach waits apart; the other queues go on, and it is said when it can be", async () => {
  const shard = { down: false, refusals: 0 };
  await using at = await fixture((store) =>
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
    }),
  );
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
