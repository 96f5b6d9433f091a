/** The servers that tests run against: named by the environment, else started here, else loudly missing. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { provideRedis, type RedisServer, startRedis } from "../scripts/redis-service.ts";

/** Where a Redis for this test file is. */
export interface RedisPlace {
  /** Valid while tests run. */
  readonly url: string;
}

/**
 * One Redis for the test file: `WINDLASS_TEST_REDIS_URL` if it is set, which then is used under prefixes of its own
 * only, else one that is started before the tests and ended after them. Answers undefined if there is none to be had;
 * then the file's tests are not run, which is said loudly, and with CI=true is a failure.
 */
export async function redisForTests(): Promise<RedisPlace | undefined> {
  const given = process.env["WINDLASS_TEST_REDIS_URL"];
  if (given !== undefined && given !== "") return { url: given };
  if ((await provideRedis()) === undefined) {
    process.stderr.write(
      "\n*** Redis was NOT tested: there is no redis-server on the path and none could be installed ***\n\n",
    );
    if (process.env["CI"] === "true")
      void test("a Redis to test with", () => assert.fail("there is no redis-server"));
    return undefined;
  }
  let server: RedisServer | undefined;
  before(async () => {
    server = await startRedis();
  });
  after(async () => server?.[Symbol.asyncDispose]());
  return {
    get url() {
      assert.ok(server, "the server is started before the tests run");
      return server.url;
    },
  };
}

/** A prefix that no other test uses. */
export function freshPrefix(): string {
  return `test:${randomUUID()}`;
}
