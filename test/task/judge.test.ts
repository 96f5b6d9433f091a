import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { SHORTEST_DELAY_MS } from "../../src/task/backoff.ts";
import { WindlassError } from "../../src/task/errors.ts";
import { toTaskError, judge, type RetryPolicy } from "../../src/task/judge.ts";
import { Discard, Retry, Snooze } from "../../src/task/control-errors.ts";

const policy: RetryPolicy = { limit: 3, baseMs: 1_000, maxMs: 60_000 };
const half = 0.5;

const policies = fc.record({
  limit: fc.integer({ min: 0, max: 50 }),
  baseMs: fc.integer({ min: 0, max: 100_000 }),
  maxMs: fc.integer({ min: 0, max: 1_000_000 }),
});
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test("a failure is retried while budget is left, and dead after", () => {
  for (let failures = 0; failures < policy.limit; failures++) {
    assert.equal(judge(failures, new Error("boom"), policy, half).kind, "retry");
  }
  const last = judge(policy.limit, new Error("boom"), policy, half);
  assert.ok(last.kind === "dead" && last.reason === "exhausted" && last.error.message === "boom");
});

test("without retries the first failure is the last", () => {
  assert.equal(judge(0, new Error("boom"), { ...policy, limit: 0 }, half).kind, "dead");
});

test("a discarded task is dead at once", () => {
  const verdict = judge(0, new Discard("never again"), policy, half);
  assert.ok(verdict.kind === "dead" && verdict.reason === "discarded");
  assert.equal(verdict.error.message, "never again");
});

test("a payload that cannot get better is dead at once", () => {
  for (const code of ["INVALID_PAYLOAD", "UNREADABLE"] as const) {
    const verdict = judge(0, new WindlassError(code, "bad"), policy, half);
    assert.ok(verdict.kind === "dead" && verdict.reason === "invalid" && verdict.error.code === code);
  }
});

test("other errors of ours are failures like any other", () => {
  assert.equal(judge(0, new WindlassError("STORE_UNAVAILABLE", "away"), policy, half).kind, "retry");
});

test("a retry that names its delay gets it, and costs budget all the same", () => {
  const verdict = judge(0, new Retry("later", { delay: "5m" }), policy, half);
  assert.ok(verdict.kind === "retry" && verdict.delayMs === 300_000);
  assert.equal(judge(3, new Retry("later", { delay: "5m" }), policy, half).kind, "dead");
});

test("a retry without a delay backs off", () => {
  const verdict = judge(1, new Retry(), policy, half);
  assert.ok(verdict.kind === "retry" && verdict.delayMs === 3_000);
});

test("a snooze waits as long as it says, whatever the budget", () => {
  assert.deepEqual(judge(99, new Snooze("1h"), policy, half), { kind: "snooze", delayMs: 3_600_000 });
});

test("no delay is shorter than the shortest", () => {
  assert.deepEqual(judge(0, new Snooze(0), policy, half), { kind: "snooze", delayMs: SHORTEST_DELAY_MS });
  const verdict = judge(0, new Retry("now", { delay: 0 }), policy, half);
  assert.ok(verdict.kind === "retry" && verdict.delayMs === SHORTEST_DELAY_MS);
});

test("whatever is thrown, the judgement can be stored, and a retry is never beyond the limit", () => {
  fc.assert(
    fc.property(fc.nat(100), fc.anything(), policies, chance, (failures, thrown, each, random) => {
      const verdict = judge(failures, thrown, each, random);
      assert.deepEqual(JSON.parse(JSON.stringify(verdict)), verdict);
      assert.equal(verdict.kind, failures < each.limit ? "retry" : "dead");
      if (verdict.kind === "retry") {
        assert.ok(verdict.delayMs >= SHORTEST_DELAY_MS);
        assert.ok(verdict.delayMs <= Math.max(SHORTEST_DELAY_MS, each.maxMs));
      }
    }),
  );
});

test("an error is described by name, message, code and stack", () => {
  const error = Object.assign(new TypeError("no such thing"), { code: "E_THING", stack: "at x" });
  assert.deepEqual(toTaskError(error), {
    name: "TypeError",
    message: "no such thing",
    code: "E_THING",
    stack: "at x",
  });
});

test("a code that is no text is left out", () => {
  assert.equal(toTaskError(Object.assign(new Error("x"), { code: 42 })).code, undefined);
});

test("what is thrown and no error is described all the same", () => {
  for (const [thrown, message] of [
    ["text", "text"],
    [null, "null"],
    [undefined, "undefined"],
    [42, "42"],
    [{ a: 1 }, "[object Object]"],
  ] as const) {
    assert.deepEqual(toTaskError(thrown), { name: "NonError", message });
  }
});

test("what cannot be read is described, too", () => {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const getter = Object.defineProperty(new Error("x"), "message", {
    get: () => {
      throw new Error("gotcha");
    },
  });
  for (const thrown of [revoked.proxy, getter, Object.create(null), Symbol("s")]) {
    const { name, message } = toTaskError(thrown);
    assert.ok(name.length > 0 && message.length > 0);
  }
});

test("long errors are cut, and stay well-formed", () => {
  const long = "😀".repeat(20_000);
  const { name, message, code, stack } = toTaskError(
    Object.assign(new Error(long), { name: long, code: long, stack: long }),
  );
  assert.deepEqual(
    [name, message, code, stack].map((text) => text!.length <= 8_192 && text!.isWellFormed()),
    [true, true, true, true],
  );
  assert.ok(message.length <= 2_048 && message.endsWith("…"));
});

test("lone surrogates do not get into a store", () => {
  assert.ok(toTaskError(new Error("a\ud800b")).message.isWellFormed());
  assert.ok(toTaskError("\udfff").message.isWellFormed());
});

test("a revoked proxy that a handler throws is a failure like any other", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  assert.equal(judge(0, proxy, policy, half).kind, "retry");
});
