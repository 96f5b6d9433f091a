import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../src/testing/index.ts";

test("time stands still until it is moved", async () => {
  const clock = manualClock(1_000);
  assert.deepEqual([clock.now(), clock.monotonic()], [1_000, 0]);
  await clock.advance(250);
  assert.deepEqual([clock.now(), clock.monotonic()], [1_250, 250]);
});

test("timers fire in order, each at its own instant", async () => {
  const clock = manualClock(0);
  const fired: [string, number][] = [];
  for (const [name, ms] of [
    ["c", 30],
    ["a", 10],
    ["b", 20],
    ["a2", 10],
    ["late", 41],
  ] as const) {
    clock.after(ms, () => fired.push([name, clock.now()]));
  }
  await clock.advance(40);
  assert.deepEqual(fired, [
    ["a", 10],
    ["a2", 10],
    ["b", 20],
    ["c", 30],
  ]);
  assert.equal(clock.timers, 1);
});

test("a timer that a timer sets fires on the same way", async () => {
  const clock = manualClock(0);
  const fired: number[] = [];
  const again = (): void => {
    fired.push(clock.now());
    if (fired.length < 3) clock.after(10, again);
  };
  clock.after(10, again);
  await clock.advance(100);
  assert.deepEqual(fired, [10, 20, 30]);
});

test("a timer that is set after promises have run fires on the same way", async () => {
  const clock = manualClock(0);
  const fired: number[] = [];
  clock.after(10, () => {
    void Promise.resolve()
      .then(() => undefined)
      .then(() => clock.after(10, () => fired.push(clock.now())));
  });
  await clock.advance(100);
  assert.deepEqual(fired, [20]);
});

test("a cancelled timer does not fire, and cancelling twice does nothing", async () => {
  const clock = manualClock();
  let fired = 0;
  const cancel = clock.after(10, () => fired++);
  cancel();
  cancel();
  await clock.advance(100);
  assert.deepEqual([fired, clock.timers], [0, 0]);
});

test("a timer in the past fires with the next move", async () => {
  const clock = manualClock();
  let fired = 0;
  clock.after(-5, () => fired++);
  await clock.advance(0);
  assert.equal(fired, 1);
});

test("a step moves the wall clock and nothing else", async () => {
  const clock = manualClock(1_000);
  let fired = 0;
  clock.after(10, () => fired++);
  clock.step(-500);
  assert.deepEqual([clock.now(), clock.monotonic(), fired], [500, 0, 0]);
  await clock.advance(10);
  assert.deepEqual([clock.now(), clock.monotonic(), fired], [510, 10, 1]);
});

test("deferred work runs", async () => {
  const clock = manualClock();
  await new Promise<void>((resolve) => clock.defer(resolve));
});

test("a move is ms, or a duration as everywhere else", async () => {
  const clock = manualClock(0);
  await clock.advance("5m");
  assert.equal(clock.now(), 300_000);
  await assert.rejects(clock.advance("soon" as never), { code: "INVALID_OPTION" });
  clock.step("1h");
  assert.equal(clock.now(), 3_900_000);
});
