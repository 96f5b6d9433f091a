/** What an add waits for: replicas and disks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startRedis } from "../../../scripts/redis-service.ts";
import { redisForTests } from "../../services.ts";
import { openStore, raw, rejectsWith, task, untilHealed } from "../../support/redis-fixture.ts";

if ((await redisForTests()) !== undefined) {
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
    // On a busy machine the replica may take longer than is waited for, and then the call is repeated.
    const keyed = task({ key: { value: "k", windowMs: 60_000, fingerprint: "f" } });
    const [result] = await untilHealed(() => store.add([keyed]));
    assert.deepEqual([result?.id, result?.status === "conflict"], [keyed.id, false]);
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
