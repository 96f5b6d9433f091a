import assert from "node:assert/strict";
import { test } from "node:test";
import { Keys } from "../../../src/stores/memory/keys.ts";

const key = { value: "k", windowMs: 100, fingerprint: "f" };

test("a key whose task has ended is forgotten when its window closes, not before", () => {
  const keys = new Keys();
  keys.end(keys.hold(key, "a", 0), 10);
  assert.equal(keys.expire(99, 10), 0);
  assert.equal(keys.holder("k", 99)?.id, "a");
  assert.equal(keys.expire(100, 10), 1);
  assert.equal(keys.size, 0);
});

test("a key whose window has closed is forgotten when its task ends", () => {
  const keys = new Keys();
  const record = keys.hold(key, "a", 0);
  keys.expire(1_000, 10);
  assert.equal(keys.holder("k", 1_000)?.id, "a");
  keys.end(record, 1_000);
  assert.equal(keys.size, 0);
});

test("forgetting an old record leaves a new holder alone", () => {
  const keys = new Keys();
  const old = keys.hold(key, "a", 0);
  keys.end(old, 50);
  assert.equal(keys.holder("k", 100), undefined);
  keys.hold(key, "b", 100);
  assert.equal(keys.expire(150, 10), 1);
  assert.equal(keys.holder("k", 150)?.id, "b");
});

test("a task that lives again gets its key back unless another has it", () => {
  const keys = new Keys();
  const first = keys.hold(key, "a", 0);
  keys.end(first, 200);
  keys.revive(first);
  assert.equal(keys.holder("k", 1_000)?.id, "a");
  keys.end(first, 1_000);
  keys.hold(key, "b", 1_000);
  keys.revive(first);
  assert.equal(keys.holder("k", 1_000)?.id, "b");
});

test("no more are looked at than the limit says", () => {
  const keys = new Keys();
  for (let nth = 0; nth < 5; nth++) keys.end(keys.hold({ ...key, value: `k${nth}` }, "a", 0), 1);
  assert.equal(keys.expire(1_000, 3), 3);
  assert.equal(keys.size, 2);
});
