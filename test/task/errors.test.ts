import assert from "node:assert/strict";
import { test } from "node:test";
import { ERROR_CODES, type ErrorCode, hasCode, WindlassError } from "../../src/task/errors.ts";

const codes = Object.entries(ERROR_CODES);

test("every code has a meaning and a remedy", () => {
  assert.ok(codes.length > 0);
  for (const [code, { meaning, remedy }] of codes) {
    assert.match(code, /^[A-Z]+(_[A-Z]+)*$/);
    assert.match(meaning, /^[A-Z].*\.$/, code);
    assert.match(remedy, /^[A-Z].*\.$/, code);
  }
});

test("only what is not the caller's fault may succeed later, unchanged", () => {
  for (const [code, { kind, retriable }] of codes) {
    if (retriable === true) assert.ok(kind === "unavailable" || kind === "full", code);
  }
});

test("no two codes mean the same", () => {
  assert.equal(new Set(codes.map(([, { meaning }]) => meaning)).size, codes.length);
});

test("an error carries its code, and what the table says about it", () => {
  for (const [code, info] of codes) {
    const error = new WindlassError(code as ErrorCode, "it happened");
    assert.ok(error instanceof Error);
    assert.deepEqual(
      [error.name, error.code, error.message, error.remedy, error.kind, error.retriable, error.pointer],
      ["WindlassError", code, "it happened", info.remedy, info.kind, info.retriable === true, undefined],
    );
  }
});

test("an error may know better what to do, where, and why", () => {
  const cause = new Error("the reason");
  const error = new WindlassError("INTERNAL", "it happened", { cause, remedy: "Wait.", pointer: "/a/0" });
  assert.deepEqual([error.remedy, error.pointer, error.cause], ["Wait.", "/a/0", cause]);
});

test("a code is recognised, and only on our own errors", () => {
  assert.ok(hasCode(new WindlassError("UNKNOWN", "x"), "UNKNOWN"));
  assert.ok(!hasCode(new WindlassError("UNKNOWN", "x"), "INTERNAL"));
  assert.ok(!hasCode(Object.assign(new Error("x"), { code: "UNKNOWN" }), "UNKNOWN"));
  assert.ok(!hasCode(undefined, "UNKNOWN"));
});
