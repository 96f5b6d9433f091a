import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type RedisCluster, startRedisCluster } from "../../scripts/redis-service.ts";
import { storeConformance } from "../../src/testing/index.ts";
import { redisForTests } from "../services.ts";
import { matchesRedis } from "../support/redis-fixture.ts";
import { redisUnderTest } from "../support/redis-under-test.ts";

if ((await redisForTests()) !== undefined) {
  let cluster: RedisCluster | undefined;
  before(async () => {
    cluster = await startRedisCluster();
  });
  after(() => cluster?.[Symbol.asyncDispose]());
  storeConformance({
    name: "redis cluster",
    open: () => {
      assert.ok(cluster);
      return redisUnderTest({ url: cluster.url });
    },
    test,
  });

  test("redis cluster: whatever is done to it, it says and shows what the reference does", async () => {
    assert.ok(cluster);
    await matchesRedis(cluster.url, 15);
  });
}
