/** Exchanges that do several things at once, held against the reference. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FullStore } from "../../../src/store/facets.ts";
import { memoryStore } from "../../../src/stores/memory/index.ts";
import { freshPrefix, redisForTests } from "../../services.ts";
import { claim, openStore, task, tasks } from "../../support/redis-fixture.ts";

const redis = await redisForTests();
if (redis !== undefined) {
  test("what a lost call had claimed stands before what the next call releases", async () => {
    await using store = await openStore({ url: redis.url, prefix: freshPrefix() });
    await using reference = memoryStore();
    const all = tasks(6);
    const orderIn = async (one: FullStore): Promise<readonly number[]> => {
      await one.add(all);
      const [first, second, ...unknown] = await claim(one, { max: 5 });
      const outcome = { kind: "release" } as const;
      const settle = [second!, first!].map(({ id, queue, token }) => ({ id, queue, token, outcome }));
      const wanted = { queues: ["default"], max: 0, leaseMs: 1_000, worker: "w", holding: [] };
      const { verdicts } = await one.exchange({ settle, claim: wanted });
      assert.deepEqual([verdicts, unknown.length], [["applied", "applied"], 3]);
      return (await claim(one)).map(({ id }) => all.findIndex((added) => added.id === id));
    };
    const order = await orderIn(reference);
    assert.deepEqual(order, [2, 3, 4, 1, 0, 5]);
    assert.deepEqual(await orderIn(store), order);
  });

  test("a follower may have the id of a task that a later settlement of the call removes", async () => {
    await using store = await openStore({ url: redis.url, prefix: freshPrefix() });
    await store.add(tasks(2));
    const [first, second] = await claim(store);
    const outcome = { kind: "completed", keep: false } as const;
    const follower = task({ id: second!.id });
    const { followers } = await store.exchange({
      settle: [
        { ...first!, outcome, followers: [follower] },
        { ...second!, outcome },
      ],
    });
    assert.deepEqual(followers?.[0]?.results, [{ status: "added", id: follower.id, state: "pending" }]);
    assert.equal((await store.queue("default"))?.counts.pending, 1);
  });
}
