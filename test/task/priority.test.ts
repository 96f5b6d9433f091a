import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_PRIORITY, PRIORITY_NAMES, toPriority } from "../../src/task/priority.ts";

test("numbers from 0 to 9 are priorities", () => {
  for (let priority = 0; priority <= 9; priority++) assert.equal(toPriority(priority), priority);
  assert.ok(Object.is(toPriority(-0), 0));
});

test("names stand for numbers, the more urgent for the lower", () => {
  for (const [name, number] of Object.entries(PRIORITY_NAMES)) assert.equal(toPriority(name), number);
  const numbers = ["critical", "high", "normal", "low", "bulk"].map(toPriority);
  assert.deepEqual(numbers, [0, 2, 5, 7, 9]);
  assert.equal(DEFAULT_PRIORITY, toPriority("normal"));
});

test("anything else is refused, and the message lists the names", () => {
  for (const wrong of [
    -1,
    10,
    0.5,
    Number.NaN,
    Infinity,
    "5",
    "",
    "HIGH",
    "constructor",
    "toString",
    null,
    undefined,
    {},
  ]) {
    assert.throws(() => toPriority(wrong), {
      code: "INVALID_OPTION",
      pointer: "priority",
      message: /critical, high, normal, low, bulk$/,
    });
  }
});
