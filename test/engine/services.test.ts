import assert from "node:assert/strict";
import { test } from "node:test";
import { defineTask, type Service } from "windlass";
import { together } from "../../src/engine/services.ts";
import { fixture, memoryLogger, overriding, turns, until } from "./fixture.ts";

function service(name: string, said: string[], stop: () => Promise<void> = async () => {}): Service {
  return {
    start: () => void said.push(`start ${name}`),
    async stop() {
      said.push(`stop ${name}`);
      await stop();
      said.push(`stopped ${name}`);
    },
  };
}

test("services start in order and stop in the reverse one, each after the one before", async () => {
  const said: string[] = [];
  const all = together([service("a", said), service("b", said, turns)], memoryLogger());
  all.start();
  await all.stop();
  assert.deepEqual(said, ["start a", "start b", "stop b", "stopped b", "stop a", "stopped a"]);
});

test("a service that fails to stop is logged, and does not keep the others from stopping", async () => {
  const said: string[] = [];
  const logger = memoryLogger();
  const sync = {
    ...service("c", said),
    stop() {
      throw new Error("at once");
    },
  };
  const all = together(
    [service("a", said), service("b", said, () => Promise.reject(new Error("no"))), sync],
    logger,
  );
  all.start();
  await all.stop();
  assert.deepEqual(said.slice(3), ["stop b", "stop a", "stopped a"]);
  assert.deepEqual(
    logger.lines.map(({ level, fields }) => [level, (fields["error"] as Error).message]),
    [
      ["error", "at once"],
      ["error", "no"],
    ],
  );
});

test("a process without a worker keeps its store in order, as often as it is told, until its client is closed", async () => {
  let count = 0;
  const sweeps = (): number => count;
  const at = await fixture((store) =>
    overriding(store, {
      maintain(request) {
        count += 1;
        return store.maintain(request);
      },
    }),
  );
  await at.client.enqueue("any", 1, { delay: "1m" });
  const housekeeping = at.client.housekeeping({ maintainEvery: "10s", retention: { dead: { count: 5 } } });
  await at.clock.advance(20_000);
  assert.equal(sweeps(), 0, "it is not started");
  housekeeping.start();
  housekeeping.start();
  await at.clock.advance(0);
  assert.equal(sweeps(), 1);
  await at.clock.advance(60_000);
  assert.ok(sweeps() >= 5 && sweeps() <= 9, `${sweeps()} sweeps`);
  assert.equal((await at.client.queue("default"))?.counts.pending, 1, "due tasks become pending");
  await at.client.close();
  assert.equal(at.clock.timers, 0);
});

test("no two sweeps are further apart than asked for, whatever the dice say: a bound on redelivery rests on it", async () => {
  const sweeps: number[] = [];
  // Its dice show the highest number always.
  await using at = await fixture((store) =>
    overriding(store, {
      maintain(request) {
        sweeps.push(at.clock.monotonic());
        return store.maintain(request);
      },
    }),
  );
  at.client.housekeeping({ maintainEvery: "5s" }).start();
  for (let step = 0; step < 300; step++) await at.clock.advance(100);
  const gaps = sweeps.slice(1).map((later, nth) => later - sweeps[nth]!);
  assert.ok(gaps.length >= 5, String(gaps));
  assert.ok(Math.max(...gaps) <= 5_000, String(gaps));
});

test("what housekeeping cannot be told is refused", async () => {
  await using at = await fixture();
  assert.throws(() => at.client.housekeeping({ maintainEvery: 1 }), {
    code: "INVALID_OPTION",
    message: "maintainEvery is 1; expected 100ms to 1h",
    pointer: "maintainEvery",
  });
  assert.throws(() => at.client.housekeeping({ every: "5s" } as never), { code: "UNKNOWN_OPTION" });
  assert.throws(() => at.client.housekeeping({ retention: { dead: { count: -1 } } }), {
    code: "INVALID_OPTION",
  });
});

test("a stop does not wait for a store that never answers: not to its sweep, its subscription, nor the end of it", async () => {
  const never = new Promise<never>(() => {});
  for (const subscribe of [
    () => never,
    () => Promise.resolve({ [Symbol.asyncDispose]: (): Promise<void> => never }),
  ]) {
    const at = await fixture((store) => overriding(store, { maintain: () => never, signal: { subscribe } }));
    const worker = at.client.work([defineTask({ type: "t", run() {} })], { signals: false });
    const running = worker.run();
    await turns();
    let stopped = false;
    const closing = at.client.close().then(() => (stopped = true));
    await until(async () => {
      await at.clock.advance(1_000);
      return stopped;
    }, "it has stopped");
    await Promise.all([running, closing]);
  }
});
