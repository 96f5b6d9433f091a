/** What `diagnose` tells. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startRedis } from "../../../scripts/redis-service.ts";
import { redisForTests } from "../../services.ts";
import { openStore, raw } from "../../support/redis-fixture.ts";

if ((await redisForTests()) !== undefined) {
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
}
