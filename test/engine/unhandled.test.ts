/** Tasks whose type no worker, or not every worker, has a handler for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { defineTask } from "windlass";
import { putBackMs } from "../../src/engine/unhandled.ts";
import { fixture, stateOf, turns, until } from "./fixture.ts";

const quick = { signals: false, poll: "50ms" } as const;
const HOUR = 3_600_000;

const known = defineTask({ type: "known", run: () => undefined });

test("a task without a handler costs no budget, and a worker that has one runs it", async () => {
  await using at = await fixture();
  const { id } = await at.client.enqueue("stranger", 1);
  void at.client.work([known], quick).run();
  await until(async () => (await stateOf(at.store, id)) === "scheduled", "it was put back");
  const attempts: number[] = [];
  const stranger = defineTask({
    type: "stranger",
    run({ attempt }) {
      attempts.push(attempt);
    },
  });
  void at.client.work([stranger], quick).run();
  // Whichever of the two claims it, within a second one of them is the right one.
  for (let step = 0; step < 40 && attempts.length === 0; step++) {
    await at.clock.advance(25);
    await turns();
  }
  await until(async () => (await stateOf(at.store, id)) === "completed", "it ran");
  assert.deepEqual(attempts, [1]);
  const task = await at.store.get(id);
  assert.deepEqual([task?.failures, task?.crashes, task?.attempts], [0, 0, []]);
});

test("its neighbours run, and the log says once what is missing", async () => {
  await using at = await fixture();
  await at.client.enqueueMany("stranger", [1, 2, 3]);
  const { id } = await at.client.enqueue(known, 1);
  void at.client.work([known], quick).run();
  await until(async () => (await stateOf(at.store, id)) === "completed", "the known one ran");
  const said = at.logger.lines.filter(({ fields }) => fields["code"] === "UNKNOWN_TYPE");
  assert.deepEqual(
    said.map(({ level, fields }) => [level, fields["type"], fields["queue"]]),
    [["warn", "stranger", "default"]],
  );
});

test("after its time it is dead with reason unhandled, and retried by hand it has another", async () => {
  await using at = await fixture();
  const { id } = await at.client.enqueue("stranger", 1);
  void at.client.work([known], { ...quick, unhandledAfter: "1h" }).run();
  const untilDead = async (ms: number): Promise<void> => {
    // It waits in line, too, as the clock goes in steps of a minute: that does not count.
    for (let gone = 0; (await stateOf(at.store, id)) !== "dead"; gone += 60_000) {
      assert.ok(gone <= 3 * ms, "it is dead");
      await at.clock.advance(60_000);
      await turns();
      if ((await stateOf(at.store, id)) === "dead") assert.ok(gone >= ms, `after ${gone} ms`);
    }
  };
  await until(async () => (await stateOf(at.store, id)) === "scheduled", "it was put back");
  await untilDead(HOUR);
  const task = await at.store.get(id);
  assert.deepEqual([task?.deadReason, task?.error?.code], ["unhandled", "UNKNOWN_TYPE"]);
  await at.client.retry(id);
  await until(async () => (await stateOf(at.store, id)) === "scheduled", "it was put back again");
});

test("what has waited in line for days is put back like any other, and not dead at its first claim", async () => {
  await using at = await fixture();
  const { id } = await at.client.enqueue("stranger", 1);
  await at.clock.advance(48 * HOUR);
  const since = at.clock.now();
  void at.client.work([known], { ...quick, unhandledAfter: "1h" }).run();
  await until(async () => (await stateOf(at.store, id)) === "scheduled", "it was put back");
  const task = await at.store.get(id);
  assert.equal(task?.putBackAt, since);
});

test("what was put back, and then waited for days without a worker, is put back again", async () => {
  await using at = await fixture();
  const { id } = await at.client.enqueue("stranger", 1);
  const put = async (): Promise<void> => {
    const worker = at.client.work([known], { ...quick, unhandledAfter: "1h" });
    void worker.run();
    await until(async () => (await stateOf(at.store, id)) === "scheduled", "it was put back");
    await worker.stop();
  };
  await put();
  for (let weekend = 0; weekend < 3; weekend++) {
    await at.clock.advance(63 * HOUR);
    await at.store.maintain({ limit: 10 });
    assert.equal(await stateOf(at.store, id), "pending");
    await put();
  }
});

test("a task is put back for as long as that goes on already, within bounds", () => {
  assert.deepEqual(
    [0, 100, 1_000, 30_000, 3_600_000].map((age) => putBackMs(age, 0.5)),
    [100, 100, 1_000, 30_000, 60_000],
  );
  assert.deepEqual([putBackMs(1_000, 0), putBackMs(1_000, 1 - Number.EPSILON)], [750, 1_250]);
});
