/** Redis is killed and started again under load: what it acknowledged is there, and everyone goes on by himself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startRedis } from "../../../scripts/redis-service.ts";
import type { FullStore } from "../../../src/store/facets.ts";
import type { LeaseRef } from "../../../src/store/store.ts";
import { hasCode } from "../../../src/task/errors.ts";
import { redisForTests } from "../../services.ts";
import { openStore, tasks, untilHealed } from "../../support/redis-fixture.ts";
import { queuesOf } from "../../support/queues-of.ts";

/** Acknowledged adds between one kill and the next. */
const BETWEEN_KILLS = 400;
const KILLS = 3;

/** With both the write precedes the reply; they differ in what a power loss takes, which no test here can bring about. */
const FSYNC = (await redisForTests()) === undefined ? [] : ["always", "everysec"];

for (const fsync of FSYNC) {
  test(`AOF ${fsync}: no acknowledged task is lost when Redis is killed under load, and none is done by two leases`, async () => {
    await using server = await startRedis({ lines: ["appendonly yes", `appendfsync ${fsync}`] });
    await using producer = await openStore({ url: server.url });
    await using consumer = await openStore({ url: server.url });
    const acknowledged = new Set<string>();
    const done = new Map<string, number>();
    const stop = new AbortController();
    let reached = Promise.withResolvers<void>();

    const produce = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        const batch = tasks(20);
        const results = await untilHealed(() => producer.add(batch));
        assert.deepEqual(new Set(results.map(({ status }) => status)).has("conflict"), false);
        for (const { id } of results) acknowledged.add(id);
        reached.resolve();
      }
    };
    const consume = async (worker: string): Promise<void> => {
      let settle: readonly LeaseRef[] = [];
      let unsure = false;
      while (!stop.signal.aborted || done.size < acknowledged.size) {
        const answer = await attempt(consumer, worker, settle, unsure);
        unsure = answer === undefined;
        if (answer === undefined) continue;
        // A settlement that is lost was applied by a call whose reply was lost, or its lease was given back.
        for (const [i, verdict] of answer.verdicts.entries()) {
          if (verdict === "applied") done.set(settle[i]!.id, (done.get(settle[i]!.id) ?? 0) + 1);
          else done.set(settle[i]!.id, Math.max(1, done.get(settle[i]!.id) ?? 0));
        }
        settle = answer.leases;
      }
    };

    const running = [produce(), produce(), consume("one"), consume("two")];
    for (let kill = 0; kill < KILLS; kill++) {
      const goal = acknowledged.size + BETWEEN_KILLS;
      while (acknowledged.size < goal) {
        reached = Promise.withResolvers();
        await reached.promise;
      }
      await server.service.kill();
      await server.service.start();
    }
    await untilHealed(() => queuesOf(producer));
    stop.abort();
    await Promise.all(running);
    for (const id of acknowledged) assert.equal(done.get(id), 1);
    const [info] = await queuesOf(consumer);
    assert.deepEqual([info?.counts.pending, info?.counts.running], [0, 0]);
    assert.ok(acknowledged.size >= KILLS * BETWEEN_KILLS);
  });
}

async function attempt(
  store: FullStore,
  worker: string,
  settle: readonly LeaseRef[],
  unsure: boolean,
): ReturnType<typeof exchange> {
  try {
    return await exchange(store, worker, settle, unsure);
  } catch (error) {
    if (hasCode(error, "UNKNOWN") || hasCode(error, "STORE_UNAVAILABLE")) return undefined;
    throw error;
  }
}

async function exchange(
  store: FullStore,
  worker: string,
  settle: readonly LeaseRef[],
  unsure: boolean,
): Promise<Awaited<ReturnType<FullStore["exchange"]>> | undefined> {
  const holding = unsure ? { holding: settle } : {};
  return store.exchange({
    settle: settle.map(({ id, queue, token }) => ({
      id,
      queue,
      token,
      outcome: { kind: "completed", keep: false },
    })),
    claim: { queues: ["default"], max: 25, leaseMs: 30_000, worker, ...holding },
  });
}
