/** The catalogue as a whole: every skin relies on it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import { catalogue } from "../../src/api/catalogue.ts";

test("names and addresses are unique", () => {
  const names = catalogue.map(({ name }) => name);
  const addresses = catalogue.map(({ method, path }) => `${method} ${path}`);
  assert.equal(new Set(names).size, names.length);
  assert.equal(new Set(addresses).size, addresses.length);
});

for (const { name, path, input, output, permission, summary } of catalogue) {
  test(`${name} is described in full`, () => {
    const fields = Object.keys(input.shape);
    for (const [, field] of path.matchAll(/\{(\w+)\}/g)) assert.ok(fields.includes(field!), field);
    assert.match(permission, /^(tasks|queues|stats)\.(read|enqueue|manage)$/);
    assert.match(summary, /^[A-Z].*\.$/);
    assert.equal(z.toJSONSchema(input, { io: "input" }).type, "object");
    assert.equal(z.toJSONSchema(output).type, "object");
  });
}
