/** How stored things are shown. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parseExact } from "../../src/api/exact-json.ts";
import { LISTED_LIMIT, toListedView, toTaskView } from "../../src/api/views.ts";
import { TaskInfo } from "../../src/engine/task-info.ts";
import type { Task } from "../../src/task/task.ts";

const task: Task = {
  id: "0198c4e6-0000-7000-8000-000000000000",
  type: "job",
  queue: "default",
  payload: "{}",
  priority: 5,
  state: "completed",
  createdAt: 1_700_000_000_000,
  runAt: 1_700_000_000_001,
  failures: 0,
  crashes: 0,
  crashLimit: 3,
};

function info(change: Partial<Task>): TaskInfo {
  return new TaskInfo({ ...task, ...change });
}

test("numbers that a double does not hold come out as they were written", () => {
  for (const text of ["9007199254740993", "1e400", "-0", "1E5", "0.1e-400", "0.12345678901234567890"]) {
    assert.equal(JSON.stringify(parseExact(`{"n":[${text}]}`)), `{"n":[${text}]}`);
  }
});

test("any JSON comes out with the same meaning", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      assert.equal(JSON.stringify(parseExact(text)), text);
    }),
  );
});

test("text that is not JSON stays text", () => {
  assert.equal(toTaskView(info({ payload: "{half" })).payload, "{half");
});

test("a payload may have any field, and none of them is a prototype", () => {
  const text = '{"__proto__":{"x":1},"constructor":{"prototype":{"y":1}},"big":9007199254740993}';
  assert.equal(JSON.stringify(toTaskView(info({ payload: text })).payload), text);
  assert.equal(({} as { x?: unknown }).x, undefined);
});

test("a list leaves out what is long, one task does not", () => {
  const long = JSON.stringify("x".repeat(LISTED_LIMIT));
  const shown = toListedView(info({ payload: long, result: long }));
  assert.deepEqual(
    [shown.payload, shown.result, shown.omitted],
    [undefined, undefined, ["payload", "result"]],
  );
  assert.equal(toTaskView(info({ payload: long, result: long })).result, "x".repeat(LISTED_LIMIT));
  assert.equal(toListedView(info({ payload: long.slice(0, LISTED_LIMIT - 1) + '"' })).omitted, undefined);
});

test("instants are RFC 3339 in UTC, and what is not known is left out", () => {
  const shown = JSON.parse(JSON.stringify(toTaskView(info({})))) as Record<string, unknown>;
  assert.equal(shown["createdAt"], "2023-11-14T22:13:20.000Z");
  assert.deepEqual(["startedAt" in shown, "result" in shown, "error" in shown], [false, false, false]);
});

test("headers are shown as they are", () => {
  assert.deepEqual(toListedView(info({ headers: { tenant: "a" } })).headers, { tenant: "a" });
  assert.equal(toTaskView(info({})).headers, undefined);
});
