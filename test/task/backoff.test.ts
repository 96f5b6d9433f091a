import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { backoffMs, DEFAULT_BACKOFF, SHORTEST_DELAY_MS } from "../../src/task/backoff.ts";

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const backoffs = fc.record({
  baseMs: fc.integer({ min: 0, max: 1_000_000 }),
  maxMs: fc.integer({ min: 0, max: 100_000_000 }),
});

test("a delay is whole, and within its bounds, however often it failed", () => {
  fc.assert(
    fc.property(fc.integer({ min: -1, max: 5_000 }), backoffs, chance, (failures, backoff, random) => {
      const delay = backoffMs(failures, backoff, random);
      assert.ok(Number.isSafeInteger(delay));
      assert.ok(delay >= SHORTEST_DELAY_MS);
      assert.ok(delay <= Math.max(SHORTEST_DELAY_MS, backoff.maxMs));
    }),
  );
});

test("with the same dice a later retry never waits less", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000 }), backoffs, chance, (failures, backoff, random) => {
      assert.ok(backoffMs(failures + 1, backoff, random) >= backoffMs(failures, backoff, random));
    }),
  );
});

test("the ceiling doubles until it is as high as it gets", () => {
  const almost = 1 - Number.EPSILON;
  const ceilings = [1, 2, 3, 4, 10, 11, 1_100].map((failures) =>
    backoffMs(failures, DEFAULT_BACKOFF, almost),
  );
  assert.deepEqual(ceilings, [1_000, 2_000, 4_000, 8_000, 512_000, 600_000, 600_000]);
});

test("the jitter is full: delays spread evenly over the whole range", () => {
  const steps = 10_000;
  const delays = Array.from({ length: steps }, (_, step) => backoffMs(7, DEFAULT_BACKOFF, step / steps));
  const mean = delays.reduce((sum, delay) => sum + delay, 0) / steps;
  assert.ok(Math.abs(mean - 32_000) < 50, `the mean is ${mean} ms`);
  for (let tenth = 0; tenth < 10; tenth++) {
    const within = delays.filter((delay) => delay >= tenth * 6_400 && delay < (tenth + 1) * 6_400);
    assert.ok(Math.abs(within.length - steps / 10) < 10, `${within.length} in tenth ${tenth}`);
  }
});

test("a retry never comes at once", () => {
  assert.equal(backoffMs(1, DEFAULT_BACKOFF, 0), SHORTEST_DELAY_MS);
  assert.equal(backoffMs(1, { baseMs: 0, maxMs: 0 }, 0.9), SHORTEST_DELAY_MS);
  assert.equal(backoffMs(5_000, { baseMs: 0, maxMs: 60_000 }, 0.9), SHORTEST_DELAY_MS);
});
