/** How the URL of a store becomes its options. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { redisDriver, redisOptions } from "../../../src/stores/redis/driver.ts";
import { hasCode } from "../../../src/task/errors.ts";

void test("the driver serves every form of Redis URL, and makes a store that is not open yet", async () => {
  const urls = [
    "redis://h",
    "rediss://h:7000/3?prefix=a",
    "redis+sentinel://a,b/main?db=2",
    "rediss+sentinel://a,b/main",
    "redis+cluster://a,b",
    "rediss+cluster://a,b?minReplicas=1",
  ];
  assert.deepEqual(
    [...redisDriver.schemes].toSorted(),
    urls.map((url) => url.slice(0, url.indexOf(":"))).toSorted(),
  );
  for (const url of urls) {
    await using store = await redisDriver.make(url);
    assert.equal(store.name, "redis");
  }
});

void test("what belongs to the store is taken out of the URL, the rest stays", () => {
  assert.deepEqual(redisOptions("redis://u:p@h/1"), { url: "redis://u:p@h/1" });
  assert.deepEqual(
    redisOptions("redis+sentinel://a/m?db=2&prefix=x&fsync=yes&minReplicas=3&sentinelUser=s"),
    {
      url: "redis+sentinel://a/m?db=2&sentinelUser=s",
      prefix: "x",
      minReplicas: 3,
      fsync: true,
    },
  );
  assert.deepEqual(redisOptions("redis://h?fsync=no"), { url: "redis://h", fsync: false });
});

void test("what cannot be used is refused before anything is sent", async () => {
  for (const url of [
    "redis://h?prefx=a",
    "redis://h?prefix={a}",
    "redis://h?minReplicas=many",
    "redis://h?fsync=maybe",
    "redis://h/x",
  ]) {
    await assert.rejects(
      redisDriver.make(url),
      (error) => hasCode(error, "INVALID_URL") || hasCode(error, "INVALID_OPTION"),
      url,
    );
  }
});
