import assert from "node:assert/strict";
import { test } from "node:test";
import { ERROR_CODES, type ErrorCode, hasCode, WindlassError } from "../../src/task/errors.ts";

const codes = Object.entries(ERROR_CODES);

test("every code has a meaning, a remedy and a status that fits", () => {
  assert.ok(codes.length > 0);
  for (const [code, { meaning, remedy, status }] of codes) {
    assert.match(code, /^[A-Z]+(_[A-Z]+)*$/);
    assert.match(meaning, /^[A-Z].*\.$/, code);
    assert.match(remedy, /^[A-Z].*\.$/, code);
    assert.ok(Number.isInteger(status) && status >= 400 && status <= 599, code);
  }
});

/** Statuses of the caller's side that speak of the moment, not of the request: RFC 9110 15.5.9, RFC 6585 4. */
const MOMENTARY = new Set([408, 429]);

test("only what is not the caller's fault may succeed later, unchanged", () => {
  for (const [code, info] of codes) {
    if (info.retriable === true) assert.ok(info.status >= 500 || MOMENTARY.has(info.status), code);
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
      [error.name, error.code, error.message, error.remedy, error.status, error.retriable, error.pointer],
      ["WindlassError", code, "it happened", info.remedy, info.status, info.retriable === true, undefined],
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
