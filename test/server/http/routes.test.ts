/** The calls of the manual, over a real connection. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TASK_STATES } from "../../../src/task/task.ts";
import { assertProblem, serve } from "./serve.ts";

const UNKNOWN_ID = "0198c4e6-0000-7000-8000-000000000000";

test("POST /v1/tasks answers 202 with the task's address", async () => {
  await using s = await serve();
  const { status, json, headers } = await s.request("POST", "/v1/tasks", { type: "job", payload: [1] });
  assert.equal(status, 202);
  assert.deepEqual(Object.keys(json), ["id", "state", "queue", "duplicate"]);
  assert.equal(headers.get("location"), `tasks/${String(json["id"])}`); // as seen from /v1/tasks
  const shown = await s.request("GET", `/v1/${headers.get("location")!}`);
  assert.deepEqual([shown.json["payload"], shown.json["attempts"]], [[1], []]);
});

test("a payload arrives and is shown to the letter", async () => {
  await using s = await serve();
  const payload =
    '{"__proto__":{"a":1},"n":9007199254740993,"e":1e400,"s":"\\ud800\\u0000🦊\u202e","Buffer":{"type":"Buffer"}}';
  const { json } = await s.request("POST", "/v1/tasks", `{"type":"job","payload":${payload}}`);
  assert.equal((await s.store.get(String(json["id"])))?.payload, payload);
  const shown = await s.request("GET", `/v1/tasks/${String(json["id"])}`);
  assert.ok(shown.text.includes('"__proto__":{"a":1},"n":9007199254740993,"e":1e400'), shown.text);
});

test("POST /v1/tasks/batch answers one result per task, payloads to the letter", async () => {
  await using s = await serve();
  const body = '{"tasks":[{"type":"job","payload":{"n":1e400}},{"payload":[ 1 ],"type":"job","queue":"q2"}]}';
  const { status, json } = await s.request("POST", "/v1/tasks/batch", body);
  assert.equal(status, 202);
  const results = json["results"] as { id: string; queue: string }[];
  assert.deepEqual(
    results.map(({ queue }) => queue),
    ["default", "q2"],
  );
  const payloads = await Promise.all(results.map(async ({ id }) => (await s.store.get(id))?.payload));
  assert.deepEqual(payloads, ['{"n":1e400}', "[ 1 ]"]);
});

test("GET /v1/tasks pages", async () => {
  await using s = await serve();
  for (const state of TASK_STATES) await s.task(state);
  const first = await s.request("GET", "/v1/tasks?limit=4&queue=default");
  const next = String(first.json["nextCursor"]);
  const second = await s.request("GET", `/v1/tasks?limit=4&queue=default&cursor=${next}`);
  assert.equal((second.json["items"] as object[]).length, 3);
  assert.equal(second.json["nextCursor"], undefined);
  const found = await s.request("GET", "/v1/tasks?q=%22n%22%3A1&state=dead");
  assert.equal((found.json["items"] as object[]).length, 1);
});

test("GET /v1/tasks knows when a task was added, as text and as a number", async () => {
  await using s = await serve();
  await s.task("pending");
  const count = async (query: string): Promise<number> => {
    const { status, json, text } = await s.request("GET", `/v1/tasks?${query}`);
    assert.equal(status, 200, text);
    return (json["items"] as object[]).length;
  };
  assert.equal(await count("createdFrom=2026-01-01T00%3A00%3A00Z"), 1);
  assert.equal(await count(`createdFrom=${Date.parse("2026-01-01T00:00:00Z")}`), 1);
  assert.equal(await count("createdBefore=2026-01-01T00%3A00%3A00Z"), 0);
  assertProblem(await s.request("GET", "/v1/tasks?createdFrom=noon"), 400, "INVALID_OPTION", "/createdFrom");
  assertProblem(await s.request("GET", "/v1/tasks?q="), 400, "INVALID_OPTION", "/q");
});

test("headers of a task are kept and shown", async () => {
  await using s = await serve();
  const headers = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
  const { json } = await s.request("POST", "/v1/tasks", { type: "job", headers });
  const shown = await s.request("GET", `/v1/tasks/${String(json["id"])}`);
  assert.deepEqual(shown.json["headers"], headers);
  const bad = await s.request("POST", "/v1/tasks", '{"type":"job","headers":{"__proto__":"a"}}');
  assertProblem(bad, 400, "INVALID_OPTION", "/headers");
});

test("acts on one task answer the task", async () => {
  await using s = await serve();
  const act = async (method: string, id: string, verb: string, body?: unknown) => {
    const reply = await s.request(method, `/v1/tasks/${id}${verb}`, body);
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.json["id"], id);
    return reply.json["state"];
  };
  assert.equal(await act("POST", await s.task("dead"), "/retry"), "pending");
  assert.equal(await act("POST", await s.task("pending"), "/cancel", {}), "cancelled");
  assert.equal(await act("POST", await s.task("scheduled"), "/run-now"), "pending");
  assert.equal(
    await act("PATCH", await s.task("pending"), "", { payload: { b: 2 }, delay: "5m" }),
    "scheduled",
  );
  assert.equal(await act("DELETE", await s.task("scheduled"), ""), "scheduled");
});

test("acts that cannot be say why", async () => {
  await using s = await serve();
  const id = await s.task("completed");
  const retry = await s.request("POST", `/v1/tasks/${id}/retry`);
  assertProblem(retry, 409, "WRONG_STATE", "/id");
  assert.match(String(retry.json["detail"]), /is completed; retry needs a task that is dead$/);
  assertProblem(await s.request("POST", `/v1/tasks/${UNKNOWN_ID}/cancel`), 404, "TASK_NOT_FOUND");
  assertProblem(
    await s.request("PATCH", `/v1/tasks/${UNKNOWN_ID}`, { id, priority: 1 }),
    400,
    "UNKNOWN_OPTION",
  );
  assertProblem(await s.request("PATCH", `/v1/tasks/${id}`), 400, "INVALID_OPTION");
  assertProblem(await s.request("DELETE", `/v1/tasks/${id}?force=true`), 400, "UNKNOWN_OPTION", "/force");
});

test("queues: list, get, pause, resume, purge", async () => {
  await using s = await serve();
  for (const state of TASK_STATES) await s.task(state);
  assert.equal(((await s.request("GET", "/v1/queues")).json["items"] as object[]).length, 1);
  assert.equal((await s.request("POST", "/v1/queues/default/pause")).json["paused"], true);
  assert.equal((await s.request("GET", "/v1/queues/default")).json["paused"], true);
  assert.equal((await s.request("POST", "/v1/queues/default/resume")).json["paused"], false);
  assert.equal((await s.request("POST", "/v1/queues/default/purge")).json["removed"], 3);
  const dead = await s.request("POST", "/v1/queues/default/purge", { states: ["dead"] });
  assert.deepEqual(dead.json, { queue: "default", removed: 1 });
  assertProblem(await s.request("POST", "/v1/queues/nowhere/purge"), 404, "QUEUE_NOT_FOUND");
});

test("GET /v1/stats takes minutes", async () => {
  await using s = await serve();
  await s.task("pending");
  const { json } = await s.request("GET", "/v1/stats?minutes=5");
  assert.equal((json["states"] as Record<string, number>)["pending"], 1);
  assertProblem(await s.request("GET", "/v1/stats?minutes=0"), 400, "INVALID_OPTION", "/minutes");
});

test("queues and stats come in pages", async () => {
  await using s = await serve();
  for (const queue of ["a", "b", "c"]) await s.client.enqueue("n", 1, { queue });
  const one = await s.request("GET", "/v1/queues?limit=2");
  assert.deepEqual(
    (one.json["items"] as { name: string }[]).map(({ name }) => name),
    ["a", "b"],
  );
  const two = await s.request("GET", `/v1/queues?limit=2&cursor=${String(one.json["nextCursor"])}`);
  assert.deepEqual(
    (two.json["items"] as { name: string }[]).map(({ name }) => name),
    ["c"],
  );
  assert.equal("nextCursor" in two.json, false);
  for (const path of ["/v1/stats", "/stats"]) {
    const { json } = await s.request("GET", `${path}?limit=2`);
    const rest = await s.request("GET", `${path}?limit=2&cursor=${String(json["nextCursor"])}`);
    const totals = [json, rest.json].map((each) => (each["totals"] as { added: number }).added);
    assert.deepEqual([totals, "nextCursor" in rest.json], [[2, 1], false]);
  }
  for (const path of ["/v1/queues", "/v1/stats", "/stats"]) {
    assertProblem(await s.request("GET", `${path}?limit=501`), 400, "INVALID_OPTION", "/limit");
    assertProblem(await s.request("GET", `${path}?cursor=a%20b`), 400, "INVALID_CURSOR", "/cursor");
  }
});

test("the short forms answer as people expect, for a duplicate too", async () => {
  await using s = await serve();
  for (const path of ["/task", "/tasks", "/enqueue"]) {
    const { status, json } = await s.request("POST", path, { type: "echo", payload: { path } });
    assert.equal(status, 202);
    assert.deepEqual(Object.keys(json), ["status", "task_id"]);
    assert.equal(json["status"], "queued");
    assert.equal((await s.store.get(String(json["task_id"])))?.payload, JSON.stringify({ path }));
  }
  const keyed = { type: "echo", key: "once" };
  const first = await s.request("POST", "/task", keyed);
  assert.deepEqual((await s.request("POST", "/tasks", keyed)).json, first.json);
  assertProblem(await s.request("POST", "/task", { type: "echo", prio: 1 }), 400, "UNKNOWN_OPTION", "/prio");
});

test("GET /stats counts in the words of the short form", async () => {
  await using s = await serve();
  for (const state of TASK_STATES) await s.task(state);
  const { json } = await s.request("GET", "/stats");
  const counts = {
    pending: 1,
    processing: 1,
    dead_letter: 1,
    scheduled: 1,
    retrying: 1,
    completed: 1,
    cancelled: 1,
  };
  const totals = { added: 7, completed: 1, failed: 2, crashed: 0, dead: 1, unhandled: 0 };
  assert.deepEqual(json, { ...counts, totals, queues: { default: { ...counts, totals, paused: false } } });
});

test("what is not there is 404, what does not take the method 405 with Allow", async () => {
  await using s = await serve();
  for (const path of ["/nope", "/v1", "/v1/tasks/", "/v1/tasks//retry", "/v1/tasks/a/b/c", "/V1/tasks"]) {
    assertProblem(await s.request("GET", path), 404, "NOT_FOUND");
  }
  for (const [method, path, allow] of [
    ["PUT", "/v1/tasks", "POST, GET, HEAD"],
    ["OPTIONS", "/v1/tasks", "POST, GET, HEAD"],
    ["GET", "/task", "POST"],
    ["GET", "/v1/tasks/batch/retry", "POST"],
    ["PURGE", `/v1/tasks/${UNKNOWN_ID}`, "GET, HEAD, PATCH, DELETE"],
    ["DELETE", "/v1/queues/default", "GET, HEAD"],
    ["POST", "/health", "GET, HEAD"],
  ]) {
    const reply = await s.request(method!, path!);
    assertProblem(reply, 405, "METHOD_NOT_ALLOWED");
    assert.equal(reply.headers.get("allow"), allow);
  }
});

test("HEAD answers as GET, without the body", async () => {
  await using s = await serve();
  const { status, text } = await s.request("HEAD", "/v1/queues");
  assert.deepEqual([status, text], [200, ""]);
});

test("the request's id is echoed if it is one, else made", async () => {
  await using s = await serve();
  const id = async (given?: string): Promise<string | null> =>
    (
      await s.request("GET", "/nope", undefined, given === undefined ? {} : { "x-request-id": given })
    ).headers.get("x-request-id");
  assert.equal(await id("abc-123"), "abc-123");
  for (const bad of [undefined, "two words", "x".repeat(129)])
    assert.match((await id(bad))!, /^[0-9a-f-]{36}$/);
});
