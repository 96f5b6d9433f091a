import assert from "node:assert/strict";
import { test } from "node:test";
import { checkHeaders, HEADERS_BYTES, HEADERS_LIMIT } from "../../src/task/headers.ts";

function many(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, nth) => [`h${nth}`, "x"]));
}

test("headers that are well-formed are given back as they are", () => {
  const headers = { traceparent: "00-a-b-01", "x.y_z-1": "", tenant: "müller 🪝" };
  assert.equal(checkHeaders(headers), headers);
});

test("bounds are exact: entries, and bytes of UTF-8", () => {
  checkHeaders(many(HEADERS_LIMIT));
  assert.throws(() => checkHeaders(many(HEADERS_LIMIT + 1)), {
    code: "INVALID_OPTION",
    message: /33 entries/,
  });
  for (const [char, bytes] of [
    ["a", 1],
    ["ü", 2],
    ["€", 3],
    ["🪝", 4],
  ] as const) {
    const room = HEADERS_BYTES - 1;
    const value = char.repeat(Math.floor(room / bytes)) + "x".repeat(room % bytes);
    assert.equal(Buffer.byteLength(value), room);
    checkHeaders({ h: value });
    assert.throws(
      () => checkHeaders({ h: `${value}x` }),
      { code: "INVALID_OPTION", message: /4097 bytes/ },
      char,
    );
  }
});

test("what is no map of strings is refused by name", () => {
  for (const headers of [
    new Map([["tenant", "a"]]),
    new Date(),
    new globalThis.Headers({ tenant: "a" }),
    null,
    [],
    "a",
    7,
    { a: 1 },
    { a: undefined },
    { a: "\ud800" },
    { A: "x" },
    { "": "x" },
    { "a b": "x" },
    { "1a": "x" },
  ]) {
    assert.throws(
      () => checkHeaders(headers),
      { code: "INVALID_OPTION", pointer: "headers" },
      JSON.stringify(headers),
    );
  }
});
