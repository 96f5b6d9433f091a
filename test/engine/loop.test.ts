/** Nothing that a program hands in, and nothing that a handler gives back, may stop a worker from claiming on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, defineTask } from "windlass";
import { Exchanger } from "../../src/engine/exchanger.ts";
import { Outbox } from "../../src/engine/outbox.ts";
import { fixture, memoryLogger, overriding, turns, until } from "./fixture.ts";
import { queuesOf } from "../support/queues-of.ts";

const quick = { signals: false, concurrency: 1 } as const;

test("a logger that throws stops nothing", async () => {
  await using at = await fixture();
  const broken = () => {
    throw new Error("the disk is full");
  };
  const logger = { debug: broken, info: broken, warn: broken, error: broken };
  await using client = new Client(at.store, { clock: at.clock, logger });
  const long = "x".repeat(70_000); // a result that is not kept is told to the log
  const task = defineTask<number>({
    type: "any",
    run({ log }) {
      log.info("hello");
      return long;
    },
  });
  const tasks = await client.enqueueMany(task, [1, 2, 3]);
  void client.work([task], quick).run();
  await until(
    async () => (await queuesOf(at.store))[0]?.counts.completed === tasks.length,
    "all are completed",
  );
});

test("an answer of the store that breaks the contract is waited out like an outage", async () => {
  let broken = 2;
  await using at = await fixture((store) =>
    overriding(store, {
      async exchange(request) {
        const reply = await store.exchange(request);
        return broken-- > 0 ? ({ ...reply, leases: undefined } as never) : reply;
      },
    }),
  );
  const task = defineTask<number>({ type: "any", run: ({ input }) => input });
  const { id } = await at.client.enqueue(task, 1, { crashes: 5 });
  void at.client.work([task], { ...quick, lease: "1s", maintainEvery: "1s" }).run();
  await until(() => at.logger.lines.some(({ message }) => message.includes("store failed")), "it is noticed");
  for (let seconds = 0; seconds < 10; seconds++) {
    await turns();
    await at.clock.advance(1_000);
  }
  await until(async () => (await at.client.get(id))?.state === "completed", "it is completed");
});

test("a lease that cannot be begun does not keep the next from beginning", async () => {
  await using at = await fixture();
  const begun: string[] = [];
  const logger = memoryLogger();
  const tasks = await at.client.enqueueMany("any", [1, 2, 3]);
  const idle = Promise.withResolvers<void>();
  const exchanger = new Exchanger({
    store: at.store,
    clock: at.clock,
    random: () => 0.5,
    logger,
    outbox: new Outbox({ store: at.store, logger, worker: "w" }),
    worker: "w",
    queues: [{ queue: "default", weight: 1 }],
    leaseMs: 30_000,
    pollMs: 1_000,
    free: () => 2 - begun.length,
    holding: () => [],
    sift: (leases) => leases,
    onLease({ id }) {
      begun.push(id);
      if (begun.length === 1) throw new Error("no luck");
    },
    onFull: () => {},
    onIdle: () => idle.resolve(),
    onClosed: () => assert.fail("it is open"),
  });
  exchanger.schedule();
  await idle.promise;
  exchanger.stop();
  assert.deepEqual(
    begun,
    tasks.slice(0, 2).map(({ id }) => id),
  );
  assert.deepEqual(
    logger.lines.map(({ level, fields }) => [level, fields["id"]]),
    [["error", tasks[0]!.id]],
  );
});
