/** What `open` insists on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startRedis } from "../../../scripts/redis-service.ts";
import { redisForTests } from "../../services.ts";
import { openStore, raw, rejectsWith, task } from "../../support/redis-fixture.ts";
import { queuesOf } from "../../support/queues-of.ts";

if ((await redisForTests()) !== undefined) {
  test("a wrong password, user or database is said at once", async () => {
    await using server = await startRedis({ lines: ["requirepass right"] });
    const at = `127.0.0.1:${server.port}`;
    await rejectsWith(openStore({ url: `redis://${at}` }), "INVALID_URL", /password/);
    await rejectsWith(openStore({ url: `redis://:hunter2@${at}` }), "INVALID_URL", /password/);
    await rejectsWith(openStore({ url: `redis://nobody:hunter2@${at}` }), "INVALID_URL", /user name/);
    await rejectsWith(openStore({ url: `redis://:right@${at}/99` }), "INVALID_URL", /database/);
    await using store = await openStore({ url: `redis://:right@${at}/15` });
    assert.deepEqual(await queuesOf(store), []);
  });

  test("databases are told apart", async () => {
    await using server = await startRedis();
    await using one = await openStore({ url: `${server.url}/1` });
    await using two = await openStore({ url: `${server.url}/2` });
    await one.add([task()]);
    assert.equal((await queuesOf(two)).length, 0);
  });

  test("a Redis that may evict is refused, whatever the kind of eviction", async () => {
    await using server = await startRedis({ lines: ["maxmemory-policy allkeys-lru"] });
    await rejectsWith(openStore({ url: server.url }), "STORE_UNSUITABLE", /maxmemory-policy allkeys-lru/);
    await using other = await raw(server.url);
    await other.send("CONFIG", "SET", "maxmemory-policy", "volatile-ttl");
    await rejectsWith(openStore({ url: server.url }), "STORE_UNSUITABLE", /volatile-ttl/);
  });

  test("a replica is refused, with the address of its primary", async () => {
    await using primary = await startRedis();
    await using replica = await startRedis({ lines: [`replicaof 127.0.0.1 ${primary.port}`] });
    await rejectsWith(openStore({ url: replica.url }), "STORE_UNAVAILABLE", /read-only replica/);
  });

  test("a primary that becomes a replica is unavailable, and serves again when it is one no more", async () => {
    await using primary = await startRedis();
    await using server = await startRedis();
    await using store = await openStore({ url: server.url });
    await using other = await raw(server.url);
    await store.add([task()]);
    await other.send("REPLICAOF", "127.0.0.1", String(primary.port));
    await rejectsWith(store.add([task()]), "STORE_UNAVAILABLE", /read-only replica/);
    await other.send("REPLICAOF", "NO", "ONE");
    for (;;) {
      const done = await store.add([task()]).then(
        () => true,
        () => false,
      );
      if (done) break;
    }
  });
}
