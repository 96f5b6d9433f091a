import assert from "node:assert/strict";
import { test } from "node:test";
import { openStore, windlass, WindlassError } from "windlass";
import { memoryStore } from "windlass/stores/memory";
import { runCli, temporaryFolder } from "./support/cli.ts";
import { startRedis } from "../scripts/redis-service.ts";
import { redisForTests } from "./services.ts";

test("a URL that names no store is refused, and its password is not shown", async () => {
  for (const url of [
    "mysql://root:secret@db/x",
    "sqlite:",
    "nonsense",
    "",
    "sqlite:a?sync=full",
    "sqlite:a?synchronous=off",
  ]) {
    await assert.rejects(openStore(url), (error: WindlassError) => {
      assert.ok(["INVALID_URL", "UNKNOWN_OPTION", "INVALID_OPTION"].includes(error.code), error.code);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  }
});

test("a Redis URL with an unknown or impossible parameter is refused before anything is sent", async () => {
  for (const parameter of ["prefx=a", "prefix={a}", "minReplicas=many", "minReplicas=-1", "fsync=maybe"]) {
    await assert.rejects(openStore(`redis://127.0.0.1:1/0?${parameter}`), (error: WindlassError) => {
      assert.ok(["INVALID_URL", "INVALID_OPTION"].includes(error.code), `${parameter}: ${error.code}`);
      return true;
    });
  }
});

test("a store that refuses to open is closed again", async () => {
  const store = memoryStore();
  let closed = 0;
  const refusing = {
    ...store,
    open: () => Promise.reject(new WindlassError("STORE_UNSUITABLE", "no")),
    async [Symbol.asyncDispose]() {
      closed += 1;
    },
  };
  await assert.rejects(windlass(refusing), { code: "STORE_UNSUITABLE" });
  assert.equal(closed, 1);
});

if ((await redisForTests()) !== undefined) {
  test("a command on a Redis that is refused says so and ends", async (t) => {
    await using server = await startRedis({ lines: ["maxmemory-policy allkeys-lru"] });
    const { code, stderr } = await runCli(temporaryFolder(t), ["task", "list", "--url", server.url]);
    assert.equal(code, 6);
    assert.match(stderr, /STORE_UNSUITABLE/);
  });
}
