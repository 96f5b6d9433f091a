import assert from "node:assert/strict";
import { test } from "node:test";
import { redisStore } from "../../../src/stores/redis/index.ts";
import { parseRedisUrl } from "../../../src/stores/redis/url.ts";
import { hasCode, WindlassError } from "../../../src/task/errors.ts";

void test("a plain URL names host, port and database, with defaults", () => {
  assert.deepEqual(parseRedisUrl("redis://example.org"), {
    kind: "single",
    tls: undefined,
    credentials: {},
    node: { host: "example.org", port: 6379 },
    database: 0,
  });
  const full = parseRedisUrl("rediss://user:p%40ss@[::1]:7000/3", { ca: "…" });
  assert.deepEqual(full, {
    kind: "single",
    tls: { ca: "…" },
    credentials: { username: "user", password: "p@ss" },
    node: { host: "::1", port: 7000 },
    database: 3,
  });
  assert.deepEqual(parseRedisUrl("redis://:secret@h").credentials, { password: "secret" });
});

void test("a sentinel URL names several hosts and the primary", () => {
  const target = parseRedisUrl("redis+sentinel://u:p@a:1,b/main?db=2&sentinelPassword=s");
  assert.ok(target.kind === "sentinel");
  assert.deepEqual(target.sentinels, [
    { host: "a", port: 1 },
    { host: "b", port: 26_379 },
  ]);
  assert.deepEqual([target.master, target.database], ["main", 2]);
  assert.deepEqual(target.credentials, { username: "u", password: "p" });
  assert.deepEqual(target.sentinelCredentials, { password: "s" });
});

void test("a cluster URL names seeds", () => {
  const target = parseRedisUrl("rediss+cluster://a:7000,b");
  assert.ok(target.kind === "cluster");
  assert.deepEqual(target.seeds, [
    { host: "a", port: 7000 },
    { host: "b", port: 6379 },
  ]);
  assert.notEqual(target.tls, undefined);
});

const wrong = [
  "",
  "redis:",
  "http://h",
  "redis://h/one",
  "redis://h/-1",
  "redis://h:0",
  "redis://h:65536",
  "redis://h:x",
  "redis://a,b",
  "redis://h?db=1",
  "redis://%zz@h",
  "redis+sentinel://h",
  "redis+sentinel://h/m/n",
  "redis+cluster://h/1",
  "redis+cluster://",
  "redis://us er@h h",
];
for (const url of wrong) {
  void test(`${JSON.stringify(url)} is refused`, () => {
    assert.throws(
      () => parseRedisUrl(url),
      (error) => hasCode(error, "INVALID_URL"),
    );
  });
}

void test("no error shows a password", () => {
  for (const url of [
    "redis://u:hunter2@h/one",
    "redis://u:hunter2@a,b",
    "redis://u:hunter2@h?x=1",
    "x://u:hunter2@h",
  ]) {
    assert.throws(
      () => parseRedisUrl(url),
      (error) =>
        error instanceof WindlassError &&
        !`${error.message}${error.remedy}${error.stack}`.includes("hunter2"),
    );
  }
});

void test("options outside their range are refused", () => {
  const url = "redis://h";
  for (const options of [
    {},
    { url, client: {} },
    { url, prefix: "a{b}" },
    { url, prefix: "" },
    { url, deadlineMs: 0 },
    { url, deadlineMs: Number.NaN },
    { url, minReplicas: -1 },
    { url, minReplicas: 1.5 },
  ]) {
    assert.throws(
      () => redisStore(options),
      (error) => hasCode(error, "INVALID_OPTION"),
    );
  }
});
