import assert from "node:assert/strict";
import { test } from "node:test";
import { Discard, Retry, Snooze } from "../../src/task/control-errors.ts";

test("control errors are errors with a name, a message and a cause", () => {
  const cause = new Error("why");
  const [retry, discard, snooze] = [
    new Retry("a", { cause }),
    new Discard("b", { cause }),
    new Snooze("1s", "c"),
  ];
  assert.deepEqual(
    [retry, discard, snooze].map(({ name, message }) => [name, message]),
    [
      ["Retry", "a"],
      ["Discard", "b"],
      ["Snooze", "c"],
    ],
  );
  assert.deepEqual([retry.cause, discard.cause], [cause, cause]);
  for (const error of [new Retry(), new Discard(), new Snooze(1)]) assert.ok(error.message.length > 0);
});

test("delays are durations", () => {
  assert.equal(new Retry("a", { delay: "1m" }).delayMs, 60_000);
  assert.equal(new Retry("a").delayMs, undefined);
  assert.equal(new Snooze("2s").delayMs, 2_000);
});

test("a wrong delay is told where it is written", () => {
  assert.throws(() => new Retry("a", { delay: "soon" as never }), {
    code: "INVALID_OPTION",
    pointer: "delay",
  });
  assert.throws(() => new Snooze(-1), { code: "INVALID_OPTION", pointer: "delay" });
});
