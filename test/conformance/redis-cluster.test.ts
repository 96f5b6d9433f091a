import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type RedisCluster, startRedisCluster } from "../../scripts/redis-service.ts";
import { storeConformance } from "../../src/testing/index.ts";
import { redisForTests } from "../services.ts";
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
}
