import assert from "node:assert/strict";
import { test } from "node:test";
import { defineTask, Discard, Snooze } from "windlass";
import { summariseTasks } from "../../src/telemetry/summary.ts";
import { fixture, memoryLogger, turns, until } from "../engine/fixture.ts";

test("a line every 10 s says what the attempts came to, as long as there are any", async (t) => {
  await using at = await fixture();
  const logger = memoryLogger();
  const stop = summariseTasks(logger, at.clock);
  t.after(stop);
  await at.clock.advance(30_000);
  assert.deepEqual(logger.lines, [], "nothing happened");

  const slow = Promise.withResolvers<void>();
  const task = defineTask<string>({
    type: "any",
    retry: { limit: 1, base: "1h" },
    async run({ input }) {
      if (input === "slow") await slow.promise;
      if (input === "snooze") throw new Snooze("1h");
      if (input === "discard") throw new Discard("never");
      if (input === "fail") throw new Error("no luck");
    },
  });
  await at.client.enqueueMany(task, ["good", "good", "slow", "snooze", "discard", "fail"]);
  const worker = at.client.work([task], { signals: false });
  void worker.run();
  await until(async () => (await at.client.queue("default"))?.counts.completed === 2, "two are done");
  await until(() => worker.active === 1, "the others are over");
  await at.clock.advance(10_000);
  const counts = { completed: 2, snoozed: 1, dead: 1, failed: 1 };
  assert.deepEqual(logger.lines, [
    {
      level: "info",
      message: "summary",
      fields: { seconds: 10, ...counts, running: 1, meanMs: 0, maxMs: 0 },
    },
  ]);
  slow.resolve();
  await until(() => worker.active === 0, "all are over");
  await turns();
  stop();
  const { fields } = logger.lines[1]!;
  assert.deepEqual([fields["completed"], fields["running"]], [1, 0], "what is left is told at the end");
  assert.ok((fields["maxMs"] as number) >= 10_000);
  await at.clock.advance(20_000);
  assert.equal(logger.lines.length, 2);
  await worker.stop();
});

test("tasks that were taken back from lost workers are told by the one who did so, each with its worker", async (t) => {
  await using at = await fixture();
  const logger = memoryLogger();
  t.after(summariseTasks(logger, at.clock));
  const { id } = await at.client.enqueue("any", 1, { queue: "mail" });
  const { id: last } = await at.client.enqueue("any", 2, { queue: "mail", crashes: 0 });
  await at.store.exchange({
    settle: [],
    claim: { queues: ["mail"], max: 2, worker: "lost-one", leaseMs: 1_000 },
  });
  const housekeeping = at.client.housekeeping();
  await at.clock.advance(5_000);
  housekeeping.start();
  await at.clock.advance(0);
  await until(() => at.logger.lines.length >= 2, "both are told of");
  const lost = { queue: "mail", lostWorker: "lost-one" };
  assert.deepEqual(
    at.logger.lines.map(({ level, fields }) => ({ level, ...fields })),
    [
      { level: "warn", id, ...lost, state: "pending" },
      { level: "error", id: last, ...lost, reason: "crashed" },
    ],
  );
  await at.clock.advance(5_000);
  assert.deepEqual(logger.lines[0]?.fields, { seconds: 10, recovered: 2, running: 0 });
  await housekeeping.stop();
});
