/** Real processes on one SQLite file, whose wall clock is set an hour forward or back while they work. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { windlass } from "windlass";
import { Fleet } from "./fleet.ts";
import { chaosStores } from "./stores.ts";

const HOUR = 3_600_000;

/** Longer than any lease of the workers (1 s), so that each is extended several times. */
const LONG_MS = 4_000;
const DELAY_MS = 3_000;

/** Lease 1 s, sweep 0.2 s spread by a quarter, 1 s. */
const REDELIVERY_MS = 1_000 + 250 + 1_000;

const { sqlite } = await chaosStores();

for (const [step, ms] of Object.entries({ "an hour ahead": HOUR, "an hour back": -HOUR })) {
  test(`sqlite: the clock set ${step} takes no lease from a worker, and no delay is cut short or made longer`, async () => {
    await using fleet = await Fleet.open(sqlite!);
    await fleet.step(0);
    await using queue = await windlass(fleet.url);
    const workers = [await fleet.started(8), await fleet.started(8)];
    const running = await queue.enqueueMany(
      "work",
      Array.from({ length: 8 }, () => ({ ms: LONG_MS })),
    );
    const added = performance.now();
    const delayed = await queue.enqueueMany(
      "work",
      Array.from({ length: 8 }, () => ({ ms: 1 })),
      { delay: DELAY_MS },
    );
    await fleet.until((lines) => lines.length === 8, "the long ones run");
    await fleet.step(ms);
    const isDelayed = new Set(delayed.map(({ id }) => id));
    await fleet.until((lines) => lines.some(({ id }) => isDelayed.has(id)), "a delayed one runs");
    const after = performance.now() - added;
    assert.ok(after >= DELAY_MS, `${after} ms after it was added`);
    assert.ok(after < DELAY_MS + 2_000, `${after} ms after it was added`);

    const all = [...running, ...delayed];
    await fleet.until((lines) => lines.filter(({ what }) => what === "end").length === all.length, "all end");
    for (const worker of workers)
      assert.deepEqual(await fleet.end(worker, "SIGTERM"), { code: 0, signal: null });
    const starts = (await fleet.lines()).filter(({ what }) => what === "start");
    assert.equal(starts.length, all.length, "each ran once");
    for (const { id } of all) {
      const task = await queue.store.get(id);
      assert.deepEqual([task?.state, task?.crashes, task?.failures], ["completed", 0, 0]);
    }
  });

  test(`sqlite: with the clock set ${step}, the work of a killed worker is taken back as soon as ever`, async () => {
    await using fleet = await Fleet.open(sqlite!);
    await fleet.step(0);
    await using queue = await windlass(fleet.url);
    const victim = await fleet.started(8);
    // Longer than the other process takes to start: the victim must not be done before it is killed.
    const tasks = await queue.enqueueMany(
      "work",
      Array.from({ length: 8 }, () => ({ ms: 10_000 })),
    );
    await fleet.until((lines) => lines.length === 8, "the victim works");
    const other = await fleet.started(8);
    await fleet.end(victim, "SIGKILL");
    const killed = performance.now();
    await fleet.step(ms);
    await fleet.until(
      (lines) => lines.filter(({ what, pid }) => what === "start" && pid === other.pid).length > 0,
      "the other one takes over its work",
    );
    const after = performance.now() - killed;
    assert.ok(after <= REDELIVERY_MS, `${after} ms after the kill`);
    await fleet.until(
      (lines) =>
        new Set(lines.filter(({ what }) => what === "end").map(({ id }) => id)).size === tasks.length,
      "all end",
    );
    assert.deepEqual(await fleet.end(other, "SIGTERM"), { code: 0, signal: null });
    for (const { id } of tasks) {
      const task = await queue.store.get(id);
      assert.equal(task?.state, "completed");
      assert.ok(task.crashes <= 1, `${task.crashes} crashes counted`);
    }
  });
}
