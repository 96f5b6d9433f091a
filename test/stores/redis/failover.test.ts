/** Sentinel promotes a replica: what the old primary acknowledges from then on is lost, so nothing may be told to it. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type RedisSentinels, startRedisSentinels } from "../../../scripts/redis-service.ts";
import type { FullStore } from "../../../src/store/facets.ts";
import { hasCode } from "../../../src/task/errors.ts";
import { redisForTests } from "../../services.ts";
import { claim, complete, openStore, raw, task, untilHealed } from "../../support/redis-fixture.ts";
import { failOver, nextSwitch, primaries, untilDemoted } from "../../support/sentinels.ts";

if ((await redisForTests()) !== undefined) {
  let set: RedisSentinels;
  before(async () => {
    set = await startRedisSentinels({ downAfterMs: 1_000 });
  });
  after(() => set[Symbol.asyncDispose]());

  test("after a planned failover nothing is acknowledged by the old primary", async () => {
    await using store = await openStore({ url: set.url, prefix: "planned", deadlineMs: 2_000 });
    const writer = keepAdding(store);
    await writer.until(200);
    const switchedAt = await failOver(set);
    await writer.until(writer.acknowledged.size + 500);
    await writer.stop();
    await untilDemoted(set);
    const there = await everything(store);
    const lost = [...writer.acknowledged].filter(([id]) => !there.has(id));
    assert.deepEqual(
      lost.filter(([, at]) => Math.abs(at - switchedAt) > 1_000),
      [],
    );
    assert.ok(
      lost.length < writer.acknowledged.size / 10,
      `${lost.length} of ${writer.acknowledged.size} lost`,
    );
  });

  test("a set whose primary would go on alone is warned of", async () => {
    await using store = await openStore({ url: set.url });
    const about = async () =>
      (await store.diagnose())
        .filter(({ topic }) => topic === "min-replicas-to-write")
        .map(({ level }) => level);
    assert.deepEqual(await about(), ["warning"]);
    for (const { url } of [set.primary, set.replica]) {
      await using server = await raw(url);
      await server.send("CONFIG", "SET", "min-replicas-to-write", "1");
    }
    assert.deepEqual(await about(), ["ok"]);
    for (const { url } of [set.primary, set.replica]) {
      await using server = await raw(url);
      await server.send("CONFIG", "SET", "min-replicas-to-write", "0");
    }
  });

  test("a settlement confirmed around a failover with minReplicas stands", async () => {
    await using store = await openStore({
      url: set.url,
      prefix: "settled",
      deadlineMs: 2_000,
      minReplicas: 1,
    });
    const settledAt = new Map<string, number>();
    const settleOne = async (): Promise<void> => {
      await untilHealed(() => store.add([task()]));
      const [lease] = await untilHealed(() => claim(store, { max: 1, leaseMs: 60_000 }));
      if (lease === undefined) return;
      const [verdict] = await untilHealed(() => complete(store, [lease]));
      if (verdict === "applied") settledAt.set(lease.id, performance.now());
    };
    const switched: number[] = [];
    const switching = failOver(set).then((at) => switched.push(at));
    while (switched.length === 0) await settleOne();
    await switching;
    const [switchedAt = 0] = switched;
    // Again each confirmed by a replica: by now the old primary is one.
    for (let more = 0; more < 50; more++) await settleOne();
    await untilDemoted(set);
    const there = await everything(store);
    const again = [...settledAt].filter(([id, at]) => there.has(id) && Math.abs(at - switchedAt) > 1_000);
    assert.deepEqual(again, []);
  });

  test("what a frozen primary had not answered before another was promoted is unknown, also once it thaws", async () => {
    await using store = await openStore({ url: set.url, prefix: "frozen", deadlineMs: 20_000 });
    await store.add([task()]);
    const [old] = await primaries(set);
    assert.ok(old);
    const switched = nextSwitch(set);
    old.service.freeze();
    const calls = Array.from({ length: 20 }, () => store.add([task()]));
    const outcomes = Promise.allSettled(calls);
    await switched;
    old.service.thaw();
    for (const outcome of await outcomes) {
      assert.ok(outcome.status === "rejected" && hasCode(outcome.reason, "UNKNOWN"), outcome.status);
    }
    const next = task();
    await untilHealed(() => store.add([next]));
    await untilDemoted(set);
    assert.ok((await everything(store)).has(next.id));
  });
}

/** Adds one task after the other; notes when each was acknowledged. */
function keepAdding(store: FullStore) {
  const acknowledged = new Map<string, number>();
  const waiting: { count: number; resolve: () => void }[] = [];
  const stopping = new AbortController();
  const done = (async () => {
    while (!stopping.signal.aborted) {
      const one = task();
      await untilHealed(() => store.add([one]));
      acknowledged.set(one.id, performance.now());
      for (const { count, resolve } of waiting) if (acknowledged.size >= count) resolve();
    }
  })();
  return {
    acknowledged,
    until: (count: number) =>
      Promise.race([done, new Promise<void>((resolve) => waiting.push({ count, resolve }))]),
    async stop() {
      stopping.abort();
      await done;
    },
  };
}

/** The ids of all tasks that the store has. */
async function everything(store: FullStore): Promise<Set<string>> {
  const ids = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await untilHealed(() => store.list({ limit: 500, ...(cursor !== undefined && { cursor }) }));
    for (const { id } of page.items) ids.add(id);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return ids;
}
