/** The catalogue as a whole: every entry point relies on it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import { catalogue } from "../../src/api/catalogue.ts";
import type { Operation } from "../../src/api/operation.ts";

const operations: readonly Operation[] = catalogue;

test("names and addresses are unique", () => {
  const names = operations.map(({ name }) => name);
  const addresses = operations.flatMap(({ http }) =>
    http === undefined ? [] : [`${http.method} ${http.path}`],
  );
  assert.equal(new Set(names).size, names.length);
  assert.equal(new Set(addresses).size, addresses.length);
});

test("HTTP offers all but what it was decided not to", () => {
  const withheld = operations.filter(({ http }) => http === undefined).map(({ name }) => name);
  assert.deepEqual(withheld, ["tasks.act", "store.diagnose"]);
});

for (const { name, http, changes, input, output, permission, summary } of operations) {
  test(`${name} is described in full`, () => {
    assert.match(name, /^[a-z]+\.[a-z][A-Za-z]*$/);
    assert.match(permission, /^(tasks|queues|stats)\.(read|enqueue|manage)$|^store\.diagnose$/);
    assert.match(summary, /^[A-Z].*\.$/);
    for (const { json } of [input, output]) {
      assert.equal(json["type"], "object");
      assert.ok(z.fromJSONSchema(json)); // it is a schema, to someone who knows what that is
    }
    if (http === undefined) return;
    const fields = Object.keys(input.fields);
    for (const [, field] of http.path.matchAll(/\{(\w+)\}/g)) assert.ok(fields.includes(field!), field);
    if (http.list !== undefined) assert.ok(fields.includes(http.list));
    assert.equal(changes, http.method !== "GET", "what only looks is a GET, and nothing else is");
  });
}
