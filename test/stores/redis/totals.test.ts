/** Totals lie beside the minutes: neither their pruning nor what other programs do to them may cost anything else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { freshPrefix, redisForTests } from "../../services.ts";
import { claim, complete, openStore, raw, tasks } from "../../support/redis-fixture.ts";
import { queuesOf } from "../../support/queues-of.ts";

const redis = await redisForTests();
if (redis !== undefined) {
  test("the pruning of minutes leaves the totals alone", async () => {
    const prefix = freshPrefix();
    await using store = await openStore({ url: redis.url, prefix });
    await using other = await raw(redis.url);
    await store.add(tasks(3));
    await complete(store, await claim(store));
    const key = `${prefix}:{default}:activity`;
    const old = Array.from({ length: 10_001 }, (_, minute) => [`${minute}:added`, "1"]).flat();
    await other.send("HSET", key, ...old);
    await store.maintain({ limit: 10 });
    assert.ok(Number(await other.send("HLEN", key)) < 10, "the old minutes are gone");
    const { totals } = (await store.queue("default"))!;
    assert.deepEqual(totals, { added: 3, completed: 3, failed: 0, crashed: 0, dead: 0, unhandled: 0 });
  });

  test("totals that another program broke hide no counts and stop no work", async () => {
    const prefix = freshPrefix();
    await using store = await openStore({ url: redis.url, prefix });
    await using other = await raw(redis.url);
    const key = `${prefix}:{default}:activity`;
    await other.send("HSET", key, "total:added", "many", "total:dead", "2");
    await store.add(tasks(2));
    const [broken] = await queuesOf(store);
    assert.deepEqual(broken?.totals, {
      added: 0,
      completed: 0,
      failed: 0,
      crashed: 0,
      dead: 2,
      unhandled: 0,
    });
    await other.send("SET", key, "no hash");
    assert.deepEqual(await complete(store, await claim(store)), ["applied", "applied"]);
    const [queue] = await queuesOf(store);
    assert.equal(queue?.counts.pending, 0);
    assert.deepEqual(queue?.totals, { added: 0, completed: 0, failed: 0, crashed: 0, dead: 0, unhandled: 0 });
  });
}
