import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type RedisSentinels, startRedisSentinels } from "../../scripts/redis-service.ts";
import { storeConformance } from "../../src/testing/index.ts";
import { redisForTests } from "../services.ts";
import { matchesRedis } from "../support/redis-fixture.ts";
import { redisUnderTest } from "../support/redis-under-test.ts";

if ((await redisForTests()) !== undefined) {
  let sentinels: RedisSentinels | undefined;
  before(async () => {
    sentinels = await startRedisSentinels();
  });
  after(() => sentinels?.[Symbol.asyncDispose]());
  storeConformance({
    name: "redis sentinel",
    open: () => {
      assert.ok(sentinels);
      return redisUnderTest({ url: sentinels.url });
    },
    test,
  });

  test("redis sentinel: whatever is done to it, it says and shows what the reference does", async () => {
    assert.ok(sentinels);
    await matchesRedis(sentinels.url, 15);
  });
}
