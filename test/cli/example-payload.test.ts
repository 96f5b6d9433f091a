/** The payload that `windlass dev` prints is one that the definition accepts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { defineTask, type StandardSchema } from "windlass";
import * as z from "zod";
import { examplePayload } from "../../src/cli/example-payload.ts";

const run = () => {};

const tree = z.object({
  name: z.string(),
  get children() {
    return z.array(tree);
  },
});

const schemas: Readonly<Record<string, z.ZodType>> = {
  mail: z.object({
    to: z.email(),
    subject: z.string().min(3).max(5),
    cc: z.array(z.email()).min(2).optional(),
  }),
  numbers: z.object({
    cents: z.number().int().positive(),
    percent: z.number().gt(0).lt(1),
    year: z.int().min(2000).max(2100),
    debt: z.number().max(-5),
    dozen: z.number().multipleOf(12).min(13),
  }),
  kinds: z.object({ kind: z.enum(["a", "b"]), exact: z.literal(7), on: z.boolean(), none: z.null() }),
  times: z.object({ at: z.iso.datetime(), day: z.iso.date(), id: z.uuid(), url: z.url() }),
  union: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("x"), list: z.tuple([z.string(), z.number()]) }),
    z.object({ kind: z.literal("y") }),
  ]),
  both: z.intersection(z.object({ a: z.string() }), z.object({ b: z.number() })),
  text: z.string(),
  list: z.array(z.object({ n: z.number() })).min(3),
  record: z.record(z.string(), z.number()),
  transformed: z.object({ at: z.iso.datetime().transform((text) => new Date(text)) }),
  coerced: z.object({ n: z.coerce.number() }),
  nullable: z.object({ a: z.string().nullable(), b: z.string().default("x") }),
  anything: z.unknown(),
  tree,
};

for (const [type, input] of Object.entries(schemas)) {
  test(`of ${type}`, async () => {
    const example = await examplePayload(defineTask({ type, input, run }));
    assert.ok(example !== undefined);
    assert.ok(input.safeParse(example.payload).success, JSON.stringify(example.payload));
  });
}

test("of a schema that says nothing of itself: what it accepts, or none", async () => {
  const of = (accepts: (value: unknown) => boolean): StandardSchema => ({
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) => (accepts(value) ? { value } : { issues: [{ message: "no" }] }),
    },
  });
  const exampleOf = (input: StandardSchema) => examplePayload(defineTask({ type: "any", input, run }));
  assert.deepEqual(await exampleOf(of((value) => typeof value === "string")), { payload: "hello" });
  assert.deepEqual(await exampleOf(of((value) => value === null)), { payload: null });
  assert.equal(await exampleOf(of(() => false)), undefined);
  const broken = of(() => {
    throw new Error("broken");
  });
  assert.equal(await exampleOf(broken), undefined);
});

test("of a pattern, where no example is known: none", async () => {
  const input = z.object({ code: z.string().regex(/^[A-Z]{3}-\d+$/) });
  assert.equal(await examplePayload(defineTask({ type: "code", input, run })), undefined);
});
