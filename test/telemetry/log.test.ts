import assert from "node:assert/strict";
import { test } from "node:test";
import { defineTask, Discard, Snooze } from "windlass";
import { logTasks } from "../../src/telemetry/log.ts";
import { fixture, memoryLogger, turns, until } from "../engine/fixture.ts";

test("every attempt has a line when it starts and one for what became of it", async (t) => {
  await using at = await fixture();
  const logger = memoryLogger();
  t.after(logTasks(logger, "debug"));
  const end = Promise.withResolvers<void>();
  const task = defineTask<string>({
    type: "any",
    retry: { limit: 1, base: "1s" },
    async run({ input, signal }) {
      if (input === "slow") await end.promise;
      if (input === "stopped") {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        signal.throwIfAborted();
      }
      if (input === "snooze") throw new Snooze("1h");
      if (input === "discard") throw new Discard("never");
      if (input === "fail") throw new Error("no luck");
    },
  });
  const inputs = ["slow", "snooze", "discard", "fail", "stopped", "released"];
  const tasks = await at.client.enqueueMany(task, inputs.slice(0, 5));
  const worker = at.client.work([task], { signals: false, lease: "30s" });
  void worker.run();
  await until(() => logger.lines.filter(({ message }) => message === "started").length === 5, "all started");
  await at.client.cancel(tasks[4]!.id);
  await at.clock.advance(10_500);
  end.resolve();
  const lineOf = (input: string, message: string) =>
    logger.lines.find(
      (line) => line.message === message && line.fields["id"] === tasks[inputs.indexOf(input)]?.id,
    );
  await until(() => lineOf("slow", "completed") !== undefined, "it is completed");
  await until(() => lineOf("stopped", "cancelled") !== undefined, "it is cancelled");

  const named = (input: string, attempt = 1) => ({
    id: tasks[inputs.indexOf(input)]!.id,
    type: "any",
    queue: "default",
    attempt,
  });
  assert.deepEqual(lineOf("slow", "started"), { level: "debug", message: "started", fields: named("slow") });
  assert.deepEqual(lineOf("slow", "completed"), {
    level: "debug",
    message: "completed",
    fields: { ...named("slow"), ms: 10_500 },
  });
  assert.deepEqual(lineOf("snooze", "snoozed")?.fields, { ...named("snooze"), ms: 0, againInMs: 3_600_000 });
  const dead = lineOf("discard", "dead");
  assert.deepEqual([dead?.level, dead?.fields["reason"]], ["error", "discarded"]);
  const failed = lineOf("fail", "failed");
  assert.deepEqual(
    [failed?.level, failed?.fields["retryInMs"], failed?.fields["attempt"]],
    ["warn", 1_000, 1],
  );
  const error = failed?.fields["error"];
  assert.equal((error as Error).message, "no luck");
  await until(() => lineOf("fail", "dead") !== undefined, "its retry failed, too");
  assert.deepEqual(lineOf("fail", "dead")?.fields["attempt"], 2);
  assert.equal(lineOf("stopped", "cancelled")?.level, "info");
});

test("what is released at a stop has its line, and after the end there are no more", async (t) => {
  await using at = await fixture();
  const logger = memoryLogger();
  const stop = logTasks(logger, "info");
  t.after(stop);
  const task = defineTask({ type: "any", run: () => new Promise(() => {}) });
  await at.client.enqueue(task, null);
  const worker = at.client.work([task], { signals: false, shutdown: { timeout: 0, abort: 0 } });
  void worker.run();
  await until(() => worker.active === 1, "it runs");
  const stopped = worker.stop();
  await at.clock.advance(0);
  await at.clock.advance(0);
  await stopped;
  assert.deepEqual(
    logger.lines.map(({ level, message }) => [level, message]),
    [
      ["info", "started"],
      ["info", "released"],
    ],
  );
  stop();
  const next = at.client.work([task], { signals: false, shutdown: { timeout: 0, abort: 0 } });
  void next.run();
  await until(() => next.active === 1, "it runs again");
  await turns();
  assert.equal(logger.lines.length, 2);
  const ended = next.stop();
  await at.clock.advance(0);
  await at.clock.advance(0);
  await ended;
});
