/** The estimate of the server's time that stamps records. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { StoreTime } from "../../../src/stores/redis/time.ts";
import { systemClock } from "../../../src/store/clock.ts";

function clockAt(): { wall: number; monotonic: number; clock: typeof systemClock } {
  const at = { wall: 1_000_000, monotonic: 0 };
  const clock = { ...systemClock, now: () => at.wall, monotonic: () => at.monotonic };
  return Object.assign(at, { clock });
}

function pass(at: { wall: number; monotonic: number }, ms: number): void {
  at.wall += ms;
  at.monotonic += ms;
}

test("the estimate is never behind the server, and ahead by one way and 1 ms at most", () => {
  const at = clockAt();
  const time = new StoreTime(at.clock, () => 0);
  assert.equal(time.estimate(), undefined);
  // The server is 5 s ahead; the question takes 3 ms there and 4 back.
  const sentAt = at.monotonic;
  pass(at, 3);
  const now = at.wall + 5_000;
  pass(at, 4);
  time.sync(now, sentAt);
  for (const ms of [0, 1, 10, 1_000, 60_000]) {
    pass(at, ms);
    const truth = at.wall + 5_000;
    const estimate = time.estimate();
    assert.ok(
      estimate !== undefined && estimate >= truth && estimate <= truth + 4,
      `${estimate} for ${truth}`,
    );
  }
});

test("a slow answer does not replace a fast one, until that is old", () => {
  const at = clockAt();
  const time = new StoreTime(at.clock, () => 0);
  time.sync(at.wall, at.monotonic);
  pass(at, 500);
  time.sync(at.wall, at.monotonic - 400);
  assert.equal(time.estimate(), at.wall + 1);
  pass(at, 20_000);
  time.sync(at.wall, at.monotonic - 400);
  assert.equal(time.estimate(), at.wall + 401);
});

test("after a sleep in which the monotonic clock stood still the server is asked", () => {
  const at = clockAt();
  const time = new StoreTime(at.clock, () => 0);
  time.sync(at.wall, at.monotonic);
  at.wall += 3_600_000;
  assert.equal(time.estimate(), undefined);
});

test("a shift counts from the moment it is made", () => {
  const at = clockAt();
  let shift = 0;
  const time = new StoreTime(at.clock, () => shift);
  time.sync(at.wall, at.monotonic);
  shift = 60_000;
  assert.equal(time.estimate(), at.wall + 60_000 + 1);
});
