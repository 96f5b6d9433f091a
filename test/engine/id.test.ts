import assert from "node:assert/strict";
import { test } from "node:test";
import { idGenerator } from "../../src/engine/id.ts";

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("ids are UUIDs of version 7 that carry the time", () => {
  const id = idGenerator(() => 1_790_000_000_123)();
  assert.match(id, UUID_V7);
  assert.equal(Number.parseInt(id.replace("-", "").slice(0, 12), 16), 1_790_000_000_123);
});

test("ids of one process rise strictly, also within a millisecond and when the clock steps back", () => {
  let now = 1_790_000_000_000;
  const next = idGenerator(() => now);
  const ids = Array.from({ length: 20_000 }, (_, index) => {
    if (index === 10_000) now -= 5_000;
    return next();
  });
  assert.deepEqual(ids, ids.toSorted());
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, UUID_V7);
});

test("two generators at the same instant do not meet", () => {
  const [a, b] = [idGenerator(() => 1), idGenerator(() => 1)];
  const ids = new Set(Array.from({ length: 2_000 }, () => [a(), b()]).flat());
  assert.equal(ids.size, 4_000);
});
