/** Real processes, really killed: what the promises say about crashes, on a store that processes share. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { windlass } from "windlass";
import { Fleet, unfinished } from "./fleet.ts";
import { chaosStores } from "./stores.ts";
import { queuesOf } from "../support/queues-of.ts";

/** `WINDLASS_CHAOS_KILLS=100 npm test -- test/chaos` for the long form. */
const KILLS = Number(process.env["WINDLASS_CHAOS_KILLS"] ?? 12);

for (const [name, store] of Object.entries(await chaosStores())) {
  test(`${name}: ${KILLS} times kill -9 of one of three workers loses nothing, and newest leases settle`, async () => {
    await using fleet = await Fleet.open(store);
    await using queue = await windlass(fleet.url);
    const ids: string[] = [];
    const feed = async (count: number) => {
      const inputs = Array.from({ length: count }, (_, index) => ({ ms: 20 + ((index * 37) % 80) }));
      const tasks = await queue.enqueueMany("work", inputs, { crashes: 1_000 });
      ids.push(...tasks.map(({ id }) => id));
    };
    let workers = [fleet.start(5), fleet.start(5), fleet.start(5)];
    for (let kill = 0; kill < KILLS; kill++) {
      const victim = workers[kill % workers.length]!;
      // Killed while it has work in hand, which is what makes it a crash; there is enough for all until then.
      await fleet.until(async (lines) => {
        const [info] = await queuesOf(queue.store);
        if ((info?.counts.pending ?? 0) < 30) await feed(30);
        return unfinished(lines, victim.pid!).length > 0;
      }, "the victim works");
      await fleet.end(victim, "SIGKILL");
      workers = workers.map((worker) => (worker === victim ? fleet.start(5) : worker));
    }
    await fleet.until(
      (lines) => new Set(lines.filter(({ what }) => what === "end").map(({ id }) => id)).size === ids.length,
      "every task has run to its end",
    );
    // One that ended as its worker was killed runs again, alone if that was its second crash.
    await fleet.until(
      async () => (await queue.stats()).states.completed === ids.length,
      "every task is settled",
    );
    for (const worker of workers)
      assert.deepEqual(await fleet.end(worker, "SIGTERM"), { code: 0, signal: null });

    const lines = await fleet.lines();
    let crashes = 0;
    for (const id of ids) {
      const task = await queue.store.get(id);
      const newest = Math.max(...lines.filter((line) => line.id === id).map(({ token }) => token));
      assert.equal(task?.state, "completed");
      assert.equal(task.result, String(newest), "settled under the newest lease");
      assert.equal(task.failures, 0);
      crashes += task.crashes;
    }
    assert.ok(crashes >= KILLS, `${crashes} crashes counted`);
    const [info] = await queuesOf(queue.store);
    assert.deepEqual(
      [info?.counts.completed, info?.counts.pending, info?.counts.running],
      [ids.length, 0, 0],
    );
  });

  test(`${name}: another process runs the task of a killed one within lease + sweep + 1 s`, async () => {
    await using fleet = await Fleet.open(store);
    await using queue = await windlass(fleet.url);
    // Both wait for work before there is any, so that no process has to start within the bound.
    const workers = [await fleet.started(1), await fleet.started(1)];
    const { id } = await queue.enqueue("work", { ms: 300 });
    const [line] = await fleet.until((lines) => lines.length === 1, "it runs");
    const victim = workers.find(({ pid }) => pid === line!.pid)!;
    await fleet.end(victim, "SIGKILL");
    const at = Date.now();
    await fleet.until((lines) => lines.some(({ what }) => what === "end"), "it ran again");
    const task = await queue.store.get(id);
    assert.equal(task?.crashes, 1);
    // Lease 1 s, sweep 0.2 s at the latest.
    const takenBack = task.attempts[0]!.endedAt - at;
    assert.ok(takenBack <= 1_000 + 200 + 1_000, `taken back after ${takenBack} ms`);
  });

  test(`${name}: SIGTERM during 20 running tasks spends no attempt, and the process ends with 0`, async () => {
    await using fleet = await Fleet.open(store);
    await using queue = await windlass(fleet.url);
    const worker = fleet.start(20);
    const short = await queue.enqueueMany(
      "work",
      Array.from({ length: 10 }, () => ({ ms: 50 })),
    );
    const long = await queue.enqueueMany(
      "work",
      Array.from({ length: 10 }, () => ({ ms: 60_000 })),
    );
    await fleet.until((lines) => lines.filter(({ what }) => what === "start").length === 20, "20 run");
    assert.deepEqual(await fleet.end(worker, "SIGTERM"), { code: 0, signal: null });
    for (const { id } of short) assert.equal((await queue.store.get(id))?.state, "completed");
    for (const { id } of long) {
      const { state, failures, crashes } = (await queue.store.get(id))!;
      assert.deepEqual({ state, failures, crashes }, { state: "pending", failures: 0, crashes: 0 });
    }
  });
}
