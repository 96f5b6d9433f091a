import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { decodeCursor, encodeCursor } from "../../src/store/cursor.ts";
import type { TaskFilter } from "../../src/store/facets.ts";
import { TASK_STATES } from "../../src/task/task.ts";

const filters: fc.Arbitrary<TaskFilter> = fc.record({
  queue: fc.option(fc.string(), { nil: undefined }),
  state: fc.option(fc.constantFrom(...TASK_STATES), { nil: undefined }),
  type: fc.option(fc.string(), { nil: undefined }),
  text: fc.option(fc.string({ unit: "binary" }), { nil: undefined }),
  createdFrom: fc.option(fc.nat(), { nil: undefined }),
  createdBefore: fc.option(fc.nat(), { nil: undefined }),
  limit: fc.integer({ min: 1, max: 500 }),
});

test("a position comes back for the same filter, whatever the page's size", () => {
  fc.assert(
    fc.property(filters, fc.string({ unit: "grapheme" }), fc.nat(500), (filter, position, limit) => {
      const cursor = encodeCursor(filter, position);
      assert.match(cursor, /^[\w-]+$/);
      assert.equal(decodeCursor({ ...filter, limit, cursor }), position);
    }),
  );
});

test("no cursor is no position", () => {
  fc.assert(fc.property(filters, (filter) => assert.equal(decodeCursor(filter), undefined)));
});

test("a cursor is refused by every filter that differs in one field", () => {
  const filter: TaskFilter = { queue: "q", limit: 10 };
  const cursor = encodeCursor(filter, "7");
  const others: Partial<TaskFilter>[] = [
    { queue: "r" },
    { queue: undefined },
    { state: "dead" },
    { type: "t" },
    { text: "x" },
    { createdFrom: 1 },
    { createdBefore: 1 },
  ];
  for (const other of others) {
    assert.throws(() => decodeCursor({ ...filter, ...other, cursor }), {
      code: "INVALID_CURSOR",
      pointer: "cursor",
    });
  }
});

test("a field moved to another place is another filter", () => {
  const cursor = encodeCursor({ queue: "x", limit: 1 }, "7");
  assert.throws(() => decodeCursor({ type: "x", limit: 1, cursor }), { code: "INVALID_CURSOR" });
});

test("what is no cursor is refused and nothing else happens", () => {
  fc.assert(
    fc.property(filters, fc.string(), (filter, cursor) => {
      assert.throws(() => decodeCursor({ ...filter, cursor }), { code: "INVALID_CURSOR" });
    }),
  );
});
