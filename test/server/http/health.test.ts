/** Health checks, and what is said when the store or the server itself fails. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Logger } from "../../../src/engine/logger.ts";
import { FACETS, type FullStore } from "../../../src/store/facets.ts";
import { sqliteStore } from "../../../src/stores/sqlite/index.ts";
import { memoryStore } from "../../../src/stores/memory/index.ts";
import { WindlassError } from "../../../src/task/errors.ts";
import { startProgram } from "../../support/sqlite-fixture.ts";
import { temporaryFolder } from "../../support/sqlite-under-test.ts";
import { assertProblem, serve, SILENT } from "./serve.ts";

function failing(verbs: Partial<FullStore>): FullStore {
  return { ...memoryStore(), ...verbs };
}

test("all is well: three times 200, with facts", async () => {
  await using s = await serve();
  const { version } = JSON.parse(
    await readFile(join(import.meta.dirname, "../../../package.json"), "utf8"),
  ) as { version: string };
  assert.deepEqual((await s.request("GET", "/livez")).json, { status: "ok" });
  assert.deepEqual((await s.request("GET", "/readyz")).json, { status: "ok" });
  const { status, json } = await s.request("GET", "/health");
  assert.equal(status, 200);
  assert.deepEqual([json["status"], json["store"], json["version"]], ["ok", "memory", version]);
  assert.equal(typeof json["uptimeSeconds"], "number");
});

test("without the token, or through a proxy, health tells no facts and no message of the store", async () => {
  const token = "a-token-of-25-characters";
  const error = new WindlassError("STORE_UNAVAILABLE", "no route to redis.internal:6379");
  let fails = false;
  const store = failing({ extend: async () => (fails ? Promise.reject(error) : ["lost"]) });
  await using guarded = await serve({ store, token });
  await using open = await serve({ store: memoryStore() });
  const facts = async (s: typeof open, path: string, headers: Record<string, string>) =>
    (await s.request("GET", path, undefined, headers)).json;
  const good = { authorization: `Bearer ${token}` };
  for (const headers of [{}, { authorization: "Bearer nonsense" }]) {
    assert.deepEqual(await facts(guarded, "/health", headers), { status: "ok", stopping: false });
  }
  assert.equal((await facts(guarded, "/health", good))["store"], "memory");
  const forwarded = { "x-forwarded-for": "203.0.113.9" };
  assert.deepEqual(await facts(open, "/health", forwarded), { status: "ok", stopping: false });
  assert.equal((await facts(open, "/health", {}))["store"], "memory");
  fails = true;
  for (const path of ["/health", "/readyz"]) {
    assert.deepEqual((await facts(guarded, path, {}))["error"], { code: "STORE_UNAVAILABLE" });
    assert.match(JSON.stringify(await facts(guarded, path, good)), /no route to redis\.internal/);
  }
});

test("a store that fails: 503 with its code; the process lives", async () => {
  const error = new WindlassError("STORE_UNAVAILABLE", "no route to the store");
  await using s = await serve({ store: failing({ list: () => Promise.reject(error) }) });
  for (const path of ["/readyz", "/health"]) {
    const { status, json } = await s.request("GET", path);
    assert.deepEqual([status, json["status"]], [503, "unavailable"]);
    assert.deepEqual(json["error"], { code: "STORE_UNAVAILABLE", message: "no route to the store" });
  }
  assert.equal((await s.request("GET", "/livez")).status, 200);
  const reply = await s.request("GET", "/v1/tasks");
  assertProblem(reply, 503, "STORE_UNAVAILABLE");
  assert.equal(reply.headers.get("retry-after"), "1");
});

test("a store that does not answer is asked once, and given up on in time", async () => {
  let asked = 0;
  const answer = Promise.withResolvers<never>();
  const store = failing({
    list: () => {
      asked += 1;
      return answer.promise;
    },
  });
  await using s = await serve({ store, limits: { probeTimeoutMs: 50 } });
  const replies = await Promise.all(Array.from({ length: 5 }, () => s.request("GET", "/readyz")));
  for (const { status, json } of replies) {
    assert.equal(status, 503);
    assert.match(JSON.stringify(json["error"]), /did not answer within 50 ms/);
  }
  assert.ok(asked >= 1 && asked < 5, String(asked));
  answer.reject(new Error("over"));
});

test("a store without facets is looked at with the verbs that every store has", async () => {
  const verbs = (store: FullStore): FullStore => {
    for (const name of Object.values(FACETS).flat()) Reflect.deleteProperty(store, name);
    return store;
  };
  await using s = await serve({ store: verbs(memoryStore()) });
  for (const path of ["/readyz", "/health"]) assert.equal((await s.request("GET", path)).status, 200, path);
  const error = new WindlassError("STORE_UNAVAILABLE", "no route to the store");
  await using broken = await serve({ store: verbs(failing({ extend: () => Promise.reject(error) })) });
  const { status, json } = await broken.request("GET", "/readyz");
  assert.equal(status, 503);
  assert.deepEqual(json["error"], { code: "STORE_UNAVAILABLE", message: "no route to the store" });
});

test("a store that can be read but not written is not ready, and the look itself writes nothing", async () => {
  using folder = temporaryFolder();
  const store = sqliteStore({ path: folder.file() });
  await store.open();
  await using s = await serve({ store, limits: { probeTimeoutMs: 500 } });
  const log = (): Promise<Buffer> => readFile(folder.file("windlass.db-wal"));
  const before = await log();
  assert.equal((await s.request("GET", "/readyz")).status, 200);
  assert.ok(before.equals(await log()), "not a byte was written");
  await using holder = startProgram("hold", folder.file());
  assert.equal(await holder.line(), "held");
  for (const path of ["/readyz", "/health"]) {
    const { status, json } = await s.request("GET", path);
    assert.equal(status, 503, path);
    assert.match(JSON.stringify(json["error"]), /did not answer within 500 ms/);
  }
  assert.equal((await s.request("GET", "/livez")).status, 200);
  holder.tell("go on");
  assert.equal(await holder.end, 0);
  assert.equal((await s.request("GET", "/readyz")).status, 200);
});

test("an outcome that is not known is told as that", async () => {
  const error = new WindlassError("UNKNOWN", "the connection broke");
  await using s = await serve({ store: failing({ add: () => Promise.reject(error) }) });
  const reply = await s.request("POST", "/v1/tasks", { type: "job" });
  assertProblem(reply, 503, "UNKNOWN");
  assert.match(String(reply.json["remedy"]), /same id or key/);
});

test("our own failure is a 500 without its text, which the log has under the request's id", async () => {
  const logged: object[] = [];
  const logger: Logger = { ...SILENT, error: (fields) => void logged.push(fields) };
  const store = failing({ queues: () => Promise.reject(new TypeError("secret is not a function")) });
  await using s = await serve({ store, logger });
  const reply = await s.request("GET", "/v1/queues", undefined, { "x-request-id": "r-1" });
  assertProblem(reply, 500, "INTERNAL");
  assert.doesNotMatch(reply.text, /secret/);
  assert.match(JSON.stringify(logged), /"requestId":"r-1".*secret is not a function/);
});
