import { test } from "node:test";
import type { FullStore } from "../../../src/store/facets.ts";
import { redisForTests } from "../../services.ts";
import { byTheThousand } from "../../support/by-the-thousand.ts";
import { oneByOne } from "../../support/one-by-one.ts";
import { matchesRedis } from "../../support/redis-fixture.ts";

const WAYS: readonly (readonly [string, number, (store: FullStore) => FullStore])[] = [
  ["", 60, (store) => store],
  [", one task a call", 30, oneByOne],
  [", a thousand tasks a call", 30, byTheThousand],
];

const redis = await redisForTests();
for (const [name, runs, wrap] of redis === undefined ? [] : WAYS) {
  test(`whatever is done to it, it says and shows what the reference does${name}`, async () => {
    await matchesRedis(redis!.url, runs, wrap);
  });
}
