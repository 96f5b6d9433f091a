import assert from "node:assert/strict";
import { test } from "node:test";
import { checkRuntime } from "../../src/task/runtime.ts";

test("a runtime that lacks what Windlass stands on is told by name, before anything fails in it", () => {
  assert.doesNotThrow(() => checkRuntime());
  const old = { Promise: {}, Symbol, versions: { node: "20.20.2" } };
  assert.throws(() => checkRuntime(old), {
    code: "RUNTIME_UNSUITABLE",
    message: /Node 20\.20\.2.*Promise\.withResolvers.*expected Node 24\.15 or newer/,
  });
  assert.throws(() => checkRuntime({ Promise, Symbol: {}, versions: { node: "18.0.0" } }), {
    message: /Symbol\.asyncDispose/,
  });
  assert.throws(() => checkRuntime({ ...old, versions: {} }), { message: /this runtime/ });
});
