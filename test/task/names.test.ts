import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { checkId, checkKey, checkName, quote } from "../../src/task/names.ts";

const nameCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-".split("");

test("names are accepted as they are", () => {
  for (const name of ["a", "9", "email.send", "A-b_c.D", "constructor", "x".repeat(128)]) {
    assert.equal(checkName(name, "queue"), name);
  }
});

test("what is no name is refused, and the message says what it was to name", () => {
  const wrong = [
    "",
    " ",
    ".a",
    "_a",
    "-a",
    "a b",
    "a/b",
    "a:b",
    "ä",
    "a\n",
    "a\u0000",
    "__proto__",
    "x".repeat(129),
  ];
  for (const name of [...wrong, undefined, null, 7, {}, ["a"]]) {
    assert.throws(() => checkName(name, "type"), {
      code: "INVALID_NAME",
      pointer: "type",
      message: /^type is /,
    });
  }
});

test("a name is made of the characters that the message lists, and begins with a letter or digit", () => {
  const inside = fc.string({ unit: fc.constantFrom(...nameCharacters), maxLength: 140 });
  fc.assert(
    fc.property(fc.oneof(inside, fc.string()), (text) => {
      const good =
        text.length <= 128 &&
        /^[A-Za-z0-9]/.test(text) &&
        text.split("").every((c) => nameCharacters.includes(c));
      if (good) assert.equal(checkName(text, "queue"), text);
      else assert.throws(() => checkName(text, "queue"), { code: "INVALID_NAME" });
    }),
  );
});

test("every UUID is an id, in lower case", () => {
  fc.assert(
    fc.property(fc.uuid(), (uuid) => {
      assert.equal(checkId(uuid), uuid);
      assert.equal(checkId(uuid.toUpperCase()), uuid);
    }),
  );
});

test("what is no UUID is no id", () => {
  const id = "0190a8e0-7c3f-7000-8000-000000000000";
  for (const wrong of [
    "",
    id.slice(1),
    `${id}0`,
    ` ${id}`,
    `${id}\n`,
    id.replaceAll("-", ""),
    `{${id}}`,
    7,
    null,
  ]) {
    assert.throws(() => checkId(wrong), { code: "INVALID_ID", pointer: "id" });
  }
});

test("keys are visible ASCII", () => {
  for (const key of ["a", "~!@#$%^&*()", "x".repeat(255), "__proto__"]) assert.equal(checkKey(key), key);
  for (const key of ["", "a b", "a\t", "é", "a\u007f", "x".repeat(256), undefined, 7]) {
    assert.throws(() => checkKey(key), { code: "INVALID_KEY", pointer: "key" });
  }
});

test("a value is shown on one line, short, and never fails", () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;
  assert.equal(quote("a\nb"), '"a\\nb"');
  assert.equal(quote(undefined), "undefined");
  assert.equal(quote({ a: 1 }), '{"a":1}');
  assert.equal(quote(circular), "[object Object]");
  assert.equal(quote(Object.assign(Object.create(null), { big: 1n })), "[object Object]");
  assert.equal(quote(new Date(Number.NaN)), "Invalid Date");
  assert.equal(quote(null), "null");
  assert.deepEqual([Number.NaN, Infinity, 7n, Symbol("s")].map(quote), [
    "NaN",
    "Infinity",
    "7n",
    "Symbol(s)",
  ]);
  assert.equal(
    quote(() => 1),
    "a function",
  );
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  assert.equal(quote(proxy), "[object Object]");
  assert.ok(quote("x".repeat(1_000)).length < 70);
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: false }), (value) => {
      const shown = quote(value);
      assert.ok(["\r", "\n", "\u0000"].every((control) => !shown.includes(control)));
    }),
  );
});
