/** Schemas: the JSON Schema that is published, and the type that goes with it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  flag,
  instant,
  integer,
  list,
  object,
  oneOf,
  optional,
  text,
  type TypeOf,
  value,
} from "../../src/api/schema.ts";

const pet = object({
  name: text({ description: "As it is called" }),
  kind: oneOf(["cat", "dog"]),
  legs: optional(integer({ minimum: 0 })),
  good: flag(),
  born: instant(),
  toys: list(text(), { maxItems: 3 }),
  any: value<unknown>(),
});

test("an object is a JSON Schema that names what is required and allows nothing else", () => {
  assert.deepEqual(pet.json, {
    type: "object",
    properties: {
      name: { type: "string", description: "As it is called" },
      kind: { type: "string", enum: ["cat", "dog"] },
      legs: { type: "integer", minimum: 0 },
      good: { type: "boolean" },
      born: { type: "string", format: "date-time" },
      toys: { type: "array", items: { type: "string" }, maxItems: 3 },
      any: {},
    },
    required: ["name", "kind", "good", "born", "toys", "any"],
    additionalProperties: false,
  });
  assert.equal("required" in object({ a: optional(text()) }).json, false);
});

type Pet = TypeOf<typeof pet>;

/** True if each fits the other. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

test("its type has the same fields", () => {
  const same: [
    Same<Pet["name"], string>,
    Same<Pet["kind"], "cat" | "dog">,
    Same<Pet["legs"], number | undefined>,
    Same<Pet["good"], boolean>,
    Same<Pet["toys"], readonly string[]>,
    Same<Pet["any"], unknown>,
  ] = [true, true, true, true, true, true];
  const legless: Pet = { name: "Nelly", kind: "cat", good: true, born: "", toys: [], any: null };
  assert.deepEqual([same.length, legless.legs], [6, undefined]);
});
