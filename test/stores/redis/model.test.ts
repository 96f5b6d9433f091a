import { test } from "node:test";
import { redisStore } from "../../../src/stores/redis/index.ts";
import { freshPrefix, redisForTests } from "../../services.ts";
import { matchesReference } from "../../support/store-model.ts";

const redis = await redisForTests();
if (redis !== undefined) {
  test("whatever is done to it, it says and shows what the reference does", async () => {
    await matchesReference(
      async (clock) => {
        const store = redisStore({ url: redis.url, prefix: freshPrefix(), timeShift: () => clock.now() });
        await store.open();
        return store;
      },
      { runs: 60, exact: false },
    );
  });
}
