/** What `open` insists on, and what `diagnose` tells. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startRedis } from "../../../scripts/redis-service.ts";
import { redisForTests } from "../../services.ts";
import { openStore, raw, rejectsWith, task, untilHealed } from "../../support/redis-fixture.ts";

if ((await redisForTests()) !== undefined) {
  test("a wrong password, user or database is said at once", async () => {
    await using server = await startRedis({ lines: ["requirepass right"] });
    const at = `127.0.0.1:${server.port}`;
    await rejectsWith(openStore({ url: `redis://${at}` }), "INVALID_URL", /password/);
    await rejectsWith(openStore({ url: `redis://:hunter2@${at}` }), "INVALID_URL", /password/);
    await rejectsWith(openStore({ url: `redis://nobody:hunter2@${at}` }), "INVALID_URL", /user name/);
    await rejectsWith(openStore({ url: `redis://:right@${at}/99` }), "INVALID_URL", /database/);
    await using store = await openStore({ url: `redis://:right@${at}/15` });
    assert.deepEqual(await store.queues(), []);
  });

  test("databases are told apart", async () => {
    await using server = await startRedis();
    await using one = await openStore({ url: `${server.url}/1` });
    await using two = await openStore({ url: `${server.url}/2` });
    await one.add([task()]);
    assert.equal((await two.queues()).length, 0);
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

  test("diagnose tells of persistence, policy, replicas, memory, version and clock", async () => {
    await using server = await startRedis();
    await using store = await openStore({ url: server.url });
    await using other = await raw(server.url);
    const find = async (topic: string): Promise<string> => {
      const finding = (await store.diagnose()).find((each) => each.topic === topic);
      assert.equal(finding?.remedy === undefined, finding?.level === "ok");
      return `${finding?.level}: ${finding?.message}`;
    };
    assert.match(await find("version"), /^ok: .*version \d/);
    assert.match(await find("maxmemory-policy"), /^ok/);
    assert.match(await find("replicas"), /^ok: .*0 replicas/);
    assert.match(await find("clock"), /^ok: /);
    assert.match(await find("memory"), /^ok: .*no limit/);
    assert.match(await find("persistence"), /^warning: .*nothing on disk/);
    await other.send("CONFIG", "SET", "appendonly", "yes");
    assert.match(await find("persistence"), /^ok: .*everysec/);
    await other.send("CONFIG", "SET", "appendfsync", "always");
    assert.match(await find("persistence"), /^ok: .*loses nothing/);
    await other.send("CONFIG", "SET", "maxmemory", "3mb");
    assert.match(await find("memory"), /of 3.0 MiB/);
    await other.send("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    assert.match(await find("maxmemory-policy"), /^error/);
  });

  test("a clock that is far off is told of", async () => {
    await using server = await startRedis();
    await using store = await openStore({ url: server.url, timeShift: () => 60_000 });
    const finding = (await store.diagnose()).find(({ topic }) => topic === "clock");
    assert.equal(finding?.level, "warning");
    assert.match(finding.message, /ahead/);
  });

  test("an add that too few replicas confirm is unknown, and says that durability is what is missing", async () => {
    await using server = await startRedis();
    await using store = await openStore({ url: server.url, minReplicas: 1 });
    const one = task();
    await rejectsWith(store.add([one]), "UNKNOWN", /durability is not confirmed: 0 of 1/);
    await using replica = await startRedis({ lines: [`replicaof 127.0.0.1 ${server.port}`] });
    for (;;) {
      const again = await store.add([one]).catch(() => undefined);
      if (again === undefined) continue;
      assert.deepEqual(again, [{ status: "duplicate", id: one.id }]);
      break;
    }
    assert.deepEqual(
      await store
        .add([task({ key: { value: "k", windowMs: 1_000, fingerprint: "f" } })])
        .then((all) => all.map(({ status }) => status)),
      ["added"],
    );
    assert.ok(replica.port > 0);
  });

  test("fsync waits for the disk where Redis can (7.2), and is refused where it cannot", async () => {
    await using plain = await startRedis();
    await using server = await startRedis({ lines: ["appendonly yes"] });
    await using other = await raw(server.url);
    const refused = ({ url }: { url: string }, why: RegExp) =>
      rejectsWith(openStore({ url, fsync: true }), "STORE_UNSUITABLE", why);
    const version = /redis_version:(\d+)\.(\d+)/.exec(String(await other.send("INFO", "server")));
    if (Number(version?.[1]) * 100 + Number(version?.[2]) < 702) {
      await refused(server, /WAITAOF/);
      return;
    }

    await refused(plain, /append-only/);
    await using store = await openStore({ url: server.url, fsync: true });
    const keyed = task({ key: { value: "k", windowMs: 60_000, fingerprint: "f" } });
    for (const each of [task(), keyed]) {
      assert.deepEqual(await store.add([each]), [{ status: "added", id: each.id }]);
    }
    const stats = String(await other.send("INFO", "commandstats"));
    assert.match(stats, /cmdstat_waitaof:calls=2/);

    await using demanding = await openStore({ url: server.url, fsync: true, minReplicas: 1 });
    await rejectsWith(demanding.add([task()]), "UNKNOWN", /durability is not confirmed: 0 of 1 replicas/);
    await using replica = await startRedis({
      lines: ["appendonly yes", `replicaof 127.0.0.1 ${server.port}`],
    });
    const late = task();
    await untilHealed(() => demanding.add([late]));
    assert.equal((await demanding.get(late.id))?.state, "pending");
    assert.ok(replica.port > 0);
  });
}
