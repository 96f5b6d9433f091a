import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { WindlassError } from "../../src/task/errors.ts";
import { nearest } from "../../src/task/options.ts";
import { clip, quote, reasonOf, shorten, visible } from "../../src/task/quote.ts";

test("a number that JSON cannot write is shown as what it is", () => {
  const shown: readonly (readonly [unknown, string])[] = [
    [Number.NaN, "NaN"],
    [-Infinity, "-Infinity"],
    [null, "null"],
    [5n, "5n"],
    [new Date(Number.NaN), "Invalid Date"],
    [[1, Number.NaN], '[1,"NaN"]'],
    [() => "source code", "a function"],
    [Symbol("s"), "Symbol(s)"],
  ];
  for (const [value, text] of shown) assert.equal(quote(value), text);
});

test("whatever the value, it is shown on one short line", () => {
  const hostile = { toJSON: () => assert.fail(), toString: () => assert.fail() };
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const odd = [hostile, Object.create(null), proxy, { toJSON: () => undefined }, new Error("no")];
  for (const value of [...odd, new Proxy({}, { get: () => assert.fail() })]) {
    assert.equal(typeof quote(value), "string");
  }
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.string({ unit: "binary", minLength: 300 })), (value) => {
      for (const text of [quote(value), typeof value === "string" ? shorten(value) : ""]) {
        assert.doesNotMatch(text, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }
    }),
  );
});

test("a long text keeps its beginning and its end, and no half of a character", () => {
  assert.equal(shorten("short"), "short");
  const path = `/${"d".repeat(10_000)}/tasks.db`;
  assert.equal(clip(path).length, 200);
  assert.match(shorten(path), /^\/d+…d+\/tasks\.db$/);
  assert.equal(quote(`${"x".repeat(59)}😀`), JSON.stringify(`${"x".repeat(59)}…`));
});

test("what is not seen is written out", () => {
  assert.equal(visible("a\u001b[2J\u009bb"), "a\\x1b[2J\\x9bb");
  assert.equal(visible("exe\u202Egnp.\u2066\u200f\ufeff"), "exe\\u202egnp.\\u2066\\u200f\\ufeff");
  assert.equal(visible("\u2028\u{e0041}\ud800"), "\\u2028\\u{e0041}\\ud800");
  assert.equal(visible("Grüße, 你好 😀"), "Grüße, 你好 😀");
  assert.equal(quote("a\u202Eb\n"), '"a\\u202eb\\n"');
});

test("the reason of a system's error is told without its path", () => {
  const error = new Error("ENOENT: no such file or directory, open '/x/it's here'");
  assert.equal(reasonOf(error), "ENOENT: no such file or directory");
  assert.equal(reasonOf(new Error("getaddrinfo ENOTFOUND nowhere")), "getaddrinfo ENOTFOUND");
  assert.equal(reasonOf(new Error("no luck")), "no luck");
});

test("a pointer is as short as what is shown", () => {
  const { pointer } = new WindlassError("INVALID_OPTION", "no", { pointer: "p".repeat(10_000) });
  assert.equal(pointer?.length, 200);
});

test("a name of a megabyte is near to no other, and that costs nothing", () => {
  assert.equal(nearest("x".repeat(2 ** 24), ["queue", "type"]), undefined);
  assert.equal(nearest("quue", ["queue", "type"]), "queue");
});
