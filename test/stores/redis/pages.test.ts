/** A page of queues costs what its queues cost, however many others there are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startRedis } from "../../../scripts/redis-service.ts";
import { freshPrefix, redisForTests } from "../../services.ts";
import { openStore, raw, task } from "../../support/redis-fixture.ts";

const QUEUES = 3_000;

const redis = await redisForTests();
if (redis !== undefined) {
  test("of thousands of queues a page asks its own and one more, and its activity each of them once", async () => {
    await using server = await startRedis();
    await using store = await openStore({ url: server.url });
    await using other = await raw(server.url);
    for (let from = 0; from < QUEUES; from += 500) {
      await store.add(Array.from({ length: 500 }, (_, i) => task({ queue: nameOf(from + i) })));
    }
    /** How often each command was called for what `work` does. */
    const callsOf = async (work: () => Promise<unknown>): Promise<ReadonlyMap<string, number>> => {
      await other.send("CONFIG", "RESETSTAT");
      await work();
      const text = String(await other.send("INFO", "commandstats"));
      return new Map(
        [...text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name, calls]) => [name!, Number(calls)]),
      );
    };
    for (const [limit, from] of [
      [1, 0],
      [10, 1_500],
      [100, 2_950],
    ] as const) {
      const cursor = from === 0 ? undefined : nameOf(from - 1);
      const wanted = Array.from({ length: Math.min(limit, QUEUES - from) }, (_, i) => nameOf(from + i));
      const asked = await callsOf(async () => {
        const { items, nextCursor } = await store.queues({ limit, cursor });
        assert.deepEqual(
          items.map(({ name }) => name),
          wanted,
        );
        assert.equal(nextCursor, from + limit < QUEUES ? wanted.at(-1) : undefined);
      });
      const scripts = asked.get("evalsha") ?? 0;
      assert.ok(scripts >= wanted.length && scripts <= wanted.length + 1, `${scripts} scripts for ${limit}`);
      const read = await callsOf(() => store.activity({ queues: wanted, minutes: 60 }));
      assert.equal(read.get("hgetall"), wanted.length);
      const few = await callsOf(() => store.activity({ queues: wanted, minutes: 5 }));
      assert.deepEqual(
        [few.get("hmget"), few.get("hgetall")],
        [wanted.length, undefined],
        "not a whole day of each",
      );
      assert.ok((read.get("evalsha") ?? 0) <= 1, "one look at the time");
    }
  });

  test("a page looks at a bounded number of queues that were purged away, and the next goes on there", async () => {
    const prefix = freshPrefix();
    await using store = await openStore({ url: redis.url, prefix });
    const purged = Array.from({ length: 1_200 }, (_, i) => nameOf(i));
    for (let from = 0; from < purged.length; from += 200) {
      const some = purged.slice(from, from + 200);
      await store.add(some.map((queue) => task({ queue })));
      await Promise.all(some.map((queue) => store.purge(queue, ["pending"])));
    }
    await store.add(["a", "z"].map((queue) => task({ queue })));
    const found: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await store.queues({ limit: 1, cursor });
      found.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor;
      pages += 1;
    } while (cursor !== undefined);
    assert.deepEqual(found, ["a", "z"]);
    assert.ok(pages <= 4, `${pages} pages`);
  });
}

function nameOf(nth: number): string {
  return `q${String(nth).padStart(4, "0")}`;
}
