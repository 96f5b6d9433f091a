/** No text shows the password of a URL, whatever the password and wherever it stands. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openStore, windlass } from "windlass";
import { redisOptions } from "../../src/stores/redis/driver.ts";
import { parseRedisUrl } from "../../src/stores/redis/url.ts";
import { WindlassError } from "../../src/task/errors.ts";
import { quote, shorten } from "../../src/task/quote.ts";
import { quoteUrl, redact } from "../../src/task/redact.ts";
import { runCli, temporaryFolder } from "../support/cli.ts";

/** URL and what is shown of it. Everything of a password has "hunter" in it, so that a part shows, too. */
const HOSTILE: readonly (readonly [string, string])[] = [
  // as it should be
  ["redis://u:hunter2@h:6379/0", "redis://u:***@h:6379/0"],
  ["redis://:hunter2@h", "redis://:***@h"],
  ["REDISS://u:hunter2@h", "REDISS://u:***@h"],
  ["redis://u:hunter%2F2@h", "redis://u:***@h"],
  ["redis://u:hunter:hunter@h", "redis://u:***@h"],
  ["redis://u:hunter%zz@h", "redis://u:***@h"],
  ["redis://u:hunter2@[::1]:7000/3", "redis://u:***@[::1]:7000/3"],
  ["redis+cluster://u:hunter2@a:1,b:2", "redis+cluster://u:***@a:1,b:2"],
  ["redis+sentinel://u:hunter2@a,b/main?db=1", "redis+sentinel://u:***@a,b/main?db=1"],
  ["mysql://root:hunter2@db/x", "mysql://root:***@db/x"],
  // no colon: the user may be the password
  ["redis://hunter2@h", "redis://***@h"],
  ["redis://hunter%3A2@h:1", "redis://***"],
  // signs that end the part that they stand in
  ["redis://u:hunter/hunter@h/0", "redis://***"],
  ["redis://u:/hunter@h/0", "redis://***"],
  ["redis://u:12/hunter@h", "redis://***"],
  ["redis://u:hunter?hunter@h", "redis://***"],
  ["redis://u:1?hunter=hunter@h", "redis://***"],
  ["redis://u:1?prefix=hunter@h", "redis://***"],
  ["redis://u:hunter#hunter@h", "redis://***"],
  ["redis://u:hunter@hunter@h", "redis://***"],
  ["redis://u:p@hunter/hunter@h", "redis://***"],
  ["redis://u:hunter//hunter@h", "redis://***"],
  ["redis://u:hunter\\hunter@h", "redis://u:***@h"],
  ["redis://u:hunter hunter@h", "redis://u:***@h"],
  ["redis://u:hunter\nhunter@h", "redis://u:***@h"],
  ["redis://u:hunter\n/hunter@h", "redis://***"],
  // in the query
  ["redis://h/0?password=hunter2", "redis://h/0?password=***"],
  ["redis://h?prefix=a&auth=hunter2&minReplicas=1", "redis://h?prefix=a&auth=***&minReplicas=1"],
  [
    "redis+sentinel://h/m?sentinelUser=u&sentinelPassword=hunter2",
    "redis+sentinel://h/m?sentinelUser=u&sentinelPassword=***",
  ],
  ["redis+sentinel://h/m?sentinelPassword=hunter@hunter", "redis+sentinel://***"],
  ["redis+sentinel://h/m?sentinelPassword=hunter?hunter", "redis+sentinel://h/m?sentinelPassword=***"],
  ["redis://h?hunter2", "redis://h?***"],
  ["redis://h?=hunter2", "redis://h?***"],
  ["redis://h?a=1&hunter%3d2", "redis://h?a=***&***"],
  ["redis://h?prefix=a;password=hunter2", "redis://h?prefix=***"],
  ["sqlite:tasks.db?password=hunter2", "sqlite:tasks.db?password=***"],
  // without the slashes, or with others
  ["redis:u:hunter2@h", "redis:***"],
  ["redis:hunter2@h", "redis:***"],
  ["redis:hunter2", "redis:***"],
  ["redis:/u:hunter2@h", "redis:***"],
  ["redis:///u:hunter2@h", "redis://***"],
  ["redis:\\\\u:hunter2@h", "redis:***"],
  ["mysql:root:hunter2@db", "mysql:***"],
  ["memory:hunter2@h", "memory:***"],
  ["sqlite://u:hunter2@h/db", "sqlite://u:***@h/db"],
  ["sqlite:redis://u:hunter2@h", "sqlite:***"],
  // the host forgotten, or wrong
  ["redis://u:hunter2", "redis://***"],
  ["redis://:hunter2", "redis://***"],
  ["redis://u:hunter2@", "redis://u:***@"],
  ["redis://u:hunter2@h:99999999", "redis://***"],
  ["redis://u:hunter2@a b", "redis://***"],
  ["redis://u:hunter2@h,,", "redis://***"],
  // no scheme
  ["u:hunter2@h:6379", "u:***"],
  [":hunter2@h", "***"],
  ["//u:hunter2@h", "***"],
  [" redis://u:hunter2@h", "***"],
  ["redis ://u:hunter2@h", "***"],
  ["hunter2@h", "***"],
  [`redis://u:${"hunter2".repeat(1_000)}@h`, "redis://***"],
];

/** What has no password is shown whole. */
const HARMLESS = [
  "memory:",
  "sqlite:tasks.db",
  "sqlite:/srv/a b/tasks@home.db?synchronous=full",
  "sqlite:///srv/tasks.db",
  "sqlite:C:\\tasks.db",
  "redis://localhost",
  "redis://127.0.0.1:6379/0?prefix=mine&minReplicas=1&fsync=yes",
  "redis+cluster://a:7000,b",
  "http://127.0.0.1:8080/admin",
  "mine:tasks",
  "sqlit:tasks.db",
  "nonsense",
  "",
];

const tells = (text: string): boolean => text.toLowerCase().includes("hunter");

/** All that a person or a log may see of an error. */
function shown(error: unknown): string {
  assert.ok(error instanceof WindlassError, String(error));
  return [
    error.message,
    error.remedy,
    error.stack,
    error.pointer,
    JSON.stringify(error),
    String(error.cause),
  ].join("\n");
}

test("of a URL without a form that is certain only the scheme is shown", () => {
  for (const [url, text] of HOSTILE) {
    assert.equal(redact(url), text, url);
    assert.ok(!tells(quoteUrl(url)), url);
  }
  for (const url of HARMLESS) assert.equal(redact(url), url);
});

test("no error about a URL shows its password", async () => {
  for (const [url] of HOSTILE) {
    if (url.startsWith("sqlite:tasks")) continue;
    for (const parse of [parseRedisUrl, redisOptions]) {
      try {
        parse(url);
      } catch (error) {
        assert.ok(!tells(shown(error)), `${url}: ${shown(error)}`);
      }
    }
  }
  // Those that no store can be made of: nothing is connected to.
  for (const url of [
    "redis:u:hunter2@h",
    "redis://u:hunter/2@h",
    "redis://h?password=hunter2",
    "redis://u:hunter2",
    "u:hunter2@h",
    "sqlite://root:hunter2@h",
    "memory:hunter@h",
    "redis://u:1?prefix=hunter@h",
  ]) {
    for (const open of [openStore, windlass]) {
      await assert.rejects(open(url), (error) => !tells(shown(error)), url);
    }
  }
  for (const given of [new URL("redis://u:hunter2@h?password=hunter2"), { url: "redis://u:hunter2@h" }]) {
    await assert.rejects(openStore(given as never), (error) => !tells(shown(error)));
    await assert.rejects(windlass(given as never), (error) => !tells(shown(error)));
  }
});

test("a password that moves the borders of its URL is refused before its parts are taken for others", () => {
  for (const url of ["redis://u:12/hunter@h", "redis://u:1?prefix=hunter@h", "redis://u:1#hunter@h"]) {
    assert.throws(() => redisOptions(url), { code: "INVALID_URL", message: /%40, %2F, %3F and %23/ });
    assert.throws(() => parseRedisUrl(url), { code: "INVALID_URL", message: /%40, %2F, %3F and %23/ });
  }
  assert.equal(redisOptions("redis://h?prefix=a?b").prefix, "a?b");
});

test("a URL that got into another text shows no password either", () => {
  for (const text of [
    "redis://u:hunter2@h",
    'error: unknown option "--ulr=redis://u:hunter/2@h"',
    `x redis://u:${"hunter2".repeat(100)}@h y`,
  ]) {
    assert.ok(!tells(shorten(text)), shorten(text));
    assert.ok(!tells(quote(text)), quote(text));
    assert.ok(!tells(quote({ url: text })), quote({ url: text }));
  }
  assert.equal(shorten("http://a/b and me@home"), "http://a/b and me@home");
});

test("the command line prints no password", async (t) => {
  const folder = temporaryFolder(t);
  const runs = [
    ["doctor", "--url", "redis://u:hunter/2@127.0.0.1:1"],
    ["doctor", "--url", "redis:u:hunter2@127.0.0.1:1", "--output", "json"],
    ["doctor", "--url", "redis://127.0.0.1:1?password=hunter2"],
    ["server", "--url", "redis://u:1?prefix=hunter@h"],
    ["healthcheck", "--target", "http://u:hunter2@127.0.0.1:1"],
    ["healthcheck", "--target", "ftp://u:hunter/2@127.0.0.1:1"],
    ["task", "list", "--ulr=redis://u:hunter/2@h"],
  ];
  for (const args of runs) {
    const { code, stdout, stderr } = await runCli(folder, args);
    assert.notEqual(code, 0, args.join(" "));
    assert.ok(!tells(stdout + stderr), `${args.join(" ")}: ${stdout}${stderr}`);
  }
});
