/** All of it works for a user with the least rights, which the manual names. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type RedisServer, startRedis } from "../../scripts/redis-service.ts";
import { storeConformance } from "../../src/testing/index.ts";
import { redisForTests } from "../services.ts";
import { raw } from "../support/redis-fixture.ts";
import { redisUnderTest } from "../support/redis-under-test.ts";

const RIGHTS =
  "-@all +@read +@write +@connection +@scripting +@pubsub +@transaction -@admin -@dangerous -script|flush -function -randomkey -scan +info +time +wait";

if ((await redisForTests()) !== undefined) {
  let server: RedisServer | undefined;
  before(async () => {
    server = await startRedis({ lines: [`user least on >right ~test:* &test:* ${RIGHTS}`] });
  });
  after(() => server?.[Symbol.asyncDispose]());
  storeConformance({
    name: "redis, least rights",
    open: () => {
      assert.ok(server);
      return redisUnderTest({ url: `redis://least:right@127.0.0.1:${server.port}` });
    },
    test,
  });

  test("and it cannot do more: other keys, and what would wipe them, are out of its reach", async () => {
    assert.ok(server);
    await using least = await raw(`redis://least:right@127.0.0.1:${server.port}`);
    for (const command of [
      "GET other",
      "FLUSHALL",
      "CONFIG GET dir",
      "KEYS *",
      "SCRIPT FLUSH",
      "CLIENT LIST",
    ]) {
      await assert.rejects(least.send(...command.split(" ")), /NOPERM/);
    }
  });
}
