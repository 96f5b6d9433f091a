import { test } from "node:test";
import { storeConformance, type StoreUnderTest } from "../../src/testing/index.ts";
import { redisForTests } from "../services.ts";
import type { FullStore } from "../../src/store/facets.ts";
import { byTheThousand } from "../support/by-the-thousand.ts";
import { oneByOne } from "../support/one-by-one.ts";
import { redisUnderTest } from "../support/redis-under-test.ts";

const redis = await redisForTests();
if (redis !== undefined) {
  const open = (): Promise<StoreUnderTest> => redisUnderTest({ url: redis.url });
  storeConformance({ name: "redis", open, test });
  const through = (wrap: (store: FullStore) => FullStore) => async (): Promise<StoreUnderTest> => {
    const sut = await open();
    return { ...sut, store: wrap(sut.store), another: async () => wrap(await sut.another()) };
  };
  storeConformance({ name: "redis, one task a call", open: through(oneByOne), test });
  storeConformance({ name: "redis, a thousand tasks a call", open: through(byTheThousand), test });
}
