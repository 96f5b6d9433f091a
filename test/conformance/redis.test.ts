import { test } from "node:test";
import { storeConformance, type StoreUnderTest } from "../../src/testing/index.ts";
import { redisForTests } from "../services.ts";
import { oneByOne } from "../support/one-by-one.ts";
import { redisUnderTest } from "../support/redis-under-test.ts";

const redis = await redisForTests();
if (redis !== undefined) {
  const open = (): Promise<StoreUnderTest> => redisUnderTest({ url: redis.url });
  storeConformance({ name: "redis", open, test });
  storeConformance({
    name: "redis, one task a call",
    open: async () => {
      const sut = await open();
      return { ...sut, store: oneByOne(sut.store), another: async () => oneByOne(await sut.another()) };
    },
    test,
  });
}
