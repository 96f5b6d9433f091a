import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  backoffMs,
  CALL_SHAPE,
  DEFAULT_BACKOFF,
  RETRY_SHAPE,
  SHORTEST_DELAY_MS,
} from "../../src/task/backoff.ts";

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const backoffs = fc.record({
  baseMs: fc.integer({ min: 0, max: 1_000_000 }),
  maxMs: fc.integer({ min: 0, max: 100_000_000 }),
});

const shapes = fc.constantFrom(RETRY_SHAPE, CALL_SHAPE);

test("a delay is whole, and within its bounds, however often it failed", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1, max: 5_000 }),
      backoffs,
      shapes,
      chance,
      (failures, backoff, shape, random) => {
        const delay = backoffMs(failures, backoff, shape, random);
        assert.ok(Number.isSafeInteger(delay));
        assert.ok(delay >= SHORTEST_DELAY_MS);
        assert.ok(delay <= Math.max(SHORTEST_DELAY_MS, backoff.maxMs));
      },
    ),
  );
});

test("with the same dice a later retry never waits less", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      backoffs,
      shapes,
      chance,
      (failures, backoff, shape, random) => {
        assert.ok(
          backoffMs(failures + 1, backoff, shape, random) >= backoffMs(failures, backoff, shape, random),
        );
      },
    ),
  );
});

test("the ceiling of a retry grows by 4 until it is as high as it gets", () => {
  const almost = 1 - Number.EPSILON;
  const ceilings = [1, 2, 3, 4, 5, 1_100].map((failures) =>
    backoffMs(failures, DEFAULT_BACKOFF, RETRY_SHAPE, almost),
  );
  assert.deepEqual(ceilings, [5_000, 20_000, 80_000, 320_000, 600_000, 600_000]);
});

test("whatever the dice say, the default retries outlast an outage of 50 s", () => {
  const least = [1, 2, 3].map((failures) => backoffMs(failures, DEFAULT_BACKOFF, RETRY_SHAPE, 0));
  assert.deepEqual(least, [2_500, 10_000, 40_000]);
});

for (const [name, shape, from] of [
  ["a retry's delay spreads evenly over the upper half", RETRY_SHAPE, 0.5],
  ["a call's delay spreads evenly over the whole range", CALL_SHAPE, 0],
] as const) {
  test(name, () => {
    const backoff = { baseMs: 10_000, maxMs: 10_000 };
    const steps = 10_000;
    const delays = Array.from({ length: steps }, (_, step) => backoffMs(7, backoff, shape, step / steps));
    assert.ok(Math.min(...delays) >= Math.max(SHORTEST_DELAY_MS, from * 10_000));
    const tenth = (10_000 * (1 - from)) / 10;
    for (let nth = 0; nth < 10; nth++) {
      const low = from * 10_000 + nth * tenth;
      const within = delays.filter((delay) => delay >= low && delay < low + tenth);
      // The shortest delay stands for all that are shorter.
      assert.ok(Math.abs(within.length - steps / 10) < 60, `${within.length} in tenth ${nth}`);
    }
  });
}

test("a retry never comes at once", () => {
  for (const shape of [RETRY_SHAPE, CALL_SHAPE]) {
    assert.equal(backoffMs(1, { baseMs: 0, maxMs: 0 }, shape, 0.9), SHORTEST_DELAY_MS);
    assert.equal(backoffMs(5_000, { baseMs: 0, maxMs: 60_000 }, shape, 0.9), SHORTEST_DELAY_MS);
  }
  assert.equal(backoffMs(1, DEFAULT_BACKOFF, CALL_SHAPE, 0), SHORTEST_DELAY_MS);
});
