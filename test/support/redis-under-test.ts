/** The Redis store, ready for the conformance suite: a fresh prefix for each case, on one server. */
import { redisStore, type RedisStoreOptions } from "../../src/stores/redis/index.ts";
import type { FullStore } from "../../src/store/facets.ts";
import type { StoreUnderTest } from "../../src/testing/index.ts";
import { freshPrefix } from "../services.ts";

export async function redisUnderTest(options: RedisStoreOptions): Promise<StoreUnderTest> {
  const prefix = freshPrefix();
  let shift = 0;
  const stores: FullStore[] = [];
  const open = async (): Promise<FullStore> => {
    const store = redisStore({ ...options, prefix, timeShift: () => shift });
    stores.push(store);
    await store.open();
    return store;
  };
  const store = await open();
  return {
    store,
    another: open,
    advance: async (ms) => void (shift += ms),
    now: async () => Date.now() + shift,
    async [Symbol.asyncDispose]() {
      for (const each of stores) await each[Symbol.asyncDispose]();
    },
  };
}
