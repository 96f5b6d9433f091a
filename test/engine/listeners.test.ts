/** What is told cannot harm what it tells of: a log that fails later, and a listener that writes to what it hears. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  defineTask,
  type EventName,
  type Logger,
  onEvent,
  WindlassError,
  type WindlassEvents,
} from "windlass";
import { Client } from "../../src/engine/client.ts";
import { httpHandler } from "../../src/server/http/index.ts";
import { memoryStore } from "../../src/stores/memory/index.ts";
import { logTasks } from "../../src/telemetry/log.ts";
import { fixture, memoryLogger, overriding, turns, until } from "./fixture.ts";

const NAMES: Readonly<Record<EventName, true>> = {
  "task.added": true,
  "attempt.started": true,
  "attempt.ended": true,
  "lease.lost": true,
  "maintenance.swept": true,
  "store.call": true,
};

/** A logger whose every line fails later. A rejection that nobody hears fails the test, as it would end a program. */
function rejectingLogger(): Logger & { lines: number } {
  const logger = {
    lines: 0,
    debug: async () => fail(),
    info: async () => fail(),
    warn: async () => fail(),
    error: async () => fail(),
  };
  const fail = (): Promise<never> => {
    logger.lines += 1;
    return Promise.reject(new Error("the disk is full"));
  };
  return logger;
}

/** Rejections that nobody hears until the test ends. */
function unheardIn(t: TestContext): readonly unknown[] {
  const unheard: unknown[] = [];
  const hear = (reason: unknown): void => void unheard.push(reason);
  process.on("unhandledRejection", hear);
  t.after(() => process.off("unhandledRejection", hear));
  return unheard;
}

test("a logger that answers promises, which are rejected, harms nothing", async (t) => {
  const logger = rejectingLogger();
  const unheard = unheardIn(t);
  const store = memoryStore();
  let calls = 0;
  const flaky = overriding(store, {
    exchange: (request) =>
      calls++ === 0
        ? Promise.reject(new WindlassError("STORE_UNAVAILABLE", "away"))
        : store.exchange(request),
  });
  await using client = new Client(flaky, { logger });
  t.after(logTasks(logger, "info"));
  t.after(onEvent("attempt.started", () => Promise.reject(new Error("no luck")), { logger }));
  const task = defineTask<number>({
    type: "any",
    retry: { limit: 0 },
    run({ input, log }) {
      for (const level of ["debug", "info", "warn", "error"] as const) log[level]("said");
      if (input === 2) throw new Error("no luck");
    },
  });
  await client.enqueueMany(task, [1, 2]);
  const worker = client.work([task], { signals: false });
  const run = worker.run();
  await until(async () => (await client.queue("default"))?.counts.dead === 1, "both have run");
  await worker.stop();
  await run;
  await turns();
  // Started and stopped, the outage, four lines and two events of each task, and what the listener failed with.
  assert.ok(logger.lines >= 2 + 1 + 2 * 6 + 1, `${logger.lines} lines`);
  assert.deepEqual(unheard, []);
});

test("nor does it harm a server", async (t) => {
  const logger = rejectingLogger();
  const unheard = unheardIn(t);
  const store = overriding(memoryStore(), { queues: () => Promise.reject(new TypeError("no luck")) });
  await using client = new Client(store, { logger });
  const handler = httpHandler({ client, logger, trusted: true });
  const { status } = await handler(new Request("http://localhost/v1/queues"));
  await turns();
  assert.deepEqual([status, logger.lines, unheard], [500, 1, []]);
});

test("what one listener does to an event is not what the next one hears", async (t) => {
  const heard = new Map<EventName, object>();
  const logger = memoryLogger();
  let lost = true;
  await using at = await fixture((store) =>
    overriding(store, {
      async exchange(request) {
        const reply = await store.exchange(request);
        if (!lost || request.settle.length === 0) return reply;
        lost = false;
        return { ...reply, verdicts: request.settle.map(() => "lost" as const) };
      },
    }),
  );
  for (const name of Object.keys(NAMES) as EventName[]) {
    const spoil = (part: object): void => {
      for (const [key, value] of Object.entries(part)) {
        if (typeof value === "object" && value !== null) spoil(value as object);
        assert.throws(() => Object.assign(part, { [key]: "spoilt" }), TypeError, `${name}: ${key}`);
      }
      assert.throws(() => Object.assign(part, { more: "spoilt" }), TypeError, name);
    };
    t.after(onEvent<EventName>(name, spoil, { logger }));
    const keep = (event: WindlassEvents[EventName]): void => void heard.set(name, event);
    t.after(onEvent<EventName>(name, keep, { logger }));
  }
  const task = defineTask<number>({
    type: "any",
    retry: { limit: 0 },
    run({ input }) {
      if (input === 2) throw new Error("no luck");
    },
  });
  await at.client.enqueueMany(task, [1, 2], { headers: { tenant: "a" } });
  const worker = at.client.work([task], { signals: false });
  void worker.run();
  await turns();
  await at.clock.advance(10_000);
  await until(() => heard.size === Object.keys(NAMES).length, "each kind was heard");
  await worker.stop();
  assert.deepEqual(
    logger.lines.map(({ fields }) => fields["error"]),
    [],
  );
});
