/** Redis Cluster while it changes: a primary dies, a slot moves. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type RedisCluster, startRedisCluster } from "../../../scripts/redis-service.ts";
import { slotOf } from "../../../src/stores/redis/net/slot.ts";
import { hasCode } from "../../../src/task/errors.ts";
import { redisForTests } from "../../services.ts";
import {
  claim,
  complete,
  openStore,
  raw,
  rejectsWith,
  task,
  tasks,
  untilHealed,
} from "../../support/redis-fixture.ts";
import { queuesOf } from "../../support/queues-of.ts";

if ((await redisForTests()) !== undefined) {
  let cluster: RedisCluster;
  before(async () => {
    cluster = await startRedisCluster({
      lines: ["cluster-require-full-coverage no"],
      nodeTimeoutMs: 1_000,
    });
  });
  after(() => cluster[Symbol.asyncDispose]());

  /** Queues of which each is served by another primary. */
  const spread = ["a", "b", "c", "d", "e", "f"];

  test("queues on different nodes are filled, drained and counted together", async () => {
    await using store = await openStore({ url: cluster.url, prefix: "spread" });
    await store.add(spread.flatMap((queue) => tasks(10, { queue })));
    const leases = await claim(store, { queues: spread, max: 45 });
    assert.equal(leases.length, 45);
    assert.ok((await complete(store, leases)).every((verdict) => verdict === "applied"));
    const infos = await queuesOf(store);
    assert.equal(
      infos.reduce((sum, { counts }) => sum + counts.pending, 0),
      15,
    );
    assert.equal((await store.list({ limit: 100 })).items.length, 15);
    assert.ok((await store.diagnose()).length >= 15);
  });

  test("a plain URL to a node of a cluster is told what to write", async () => {
    await rejectsWith(openStore({ url: cluster.nodes[0]!.url }), "INVALID_URL", /redis\+cluster/);
  });

  test("a slot that moves is unavailable meanwhile, and followed afterwards", async () => {
    await using store = await openStore({ url: cluster.url, prefix: "moves" });
    const slot = String(slotOf("default"));
    await store.add(tasks(5));
    const nodes = await Promise.all(
      cluster.nodes.slice(0, 3).map(async ({ url, port }) => {
        const connection = await raw(url);
        return { connection, port, id: String(await connection.send("CLUSTER", "MYID")) };
      }),
    );
    const slots = (await nodes[0]!.connection.send("CLUSTER", "SLOTS")) as [
      number,
      number,
      [string, number],
    ][];
    const owner = slots.find(([first, last]) => first <= Number(slot) && Number(slot) <= last)?.[2][1];
    const source = nodes.find(({ port }) => port === owner);
    const target = nodes.find(({ port }) => port !== owner);
    assert.ok(source && target);
    await target.connection.send("CLUSTER", "SETSLOT", slot, "IMPORTING", source.id);
    await source.connection.send("CLUSTER", "SETSLOT", slot, "MIGRATING", target.id);
    const keys = (await source.connection.send("CLUSTER", "GETKEYSINSLOT", slot, "100")) as string[];
    await source.connection.send(
      "MIGRATE",
      "127.0.0.1",
      String(target.port),
      "",
      "0",
      "5000",
      "KEYS",
      ...keys,
    );
    // All keys of an add exist, so the node that is to have them serves it when it is asked for that.
    await store.add([task()]);
    // A script with keys that do not exist cannot run in a slot that is under way: Redis answers TRYAGAIN.
    await rejectsWith(claim(store), "STORE_UNAVAILABLE", /TRYAGAIN/);
    for (const { connection } of [target, source, ...nodes]) {
      await connection.send("CLUSTER", "SETSLOT", slot, "NODE", target.id);
    }
    await untilHealed(() => store.add([task()]));
    assert.equal((await claim(store)).length, 7);
    for (const { connection } of nodes) await connection[Symbol.asyncDispose]();
  });

  test("when a primary dies its replica takes over, and nothing that was replicated is lost", async () => {
    await using store = await openStore({
      url: cluster.url,
      prefix: "failover",
      deadlineMs: 1_000,
      minReplicas: 1,
    });
    await using other = await openStore({ url: cluster.url, prefix: "failover", deadlineMs: 1_000 });
    const woken = Promise.withResolvers<void>();
    await using _ = await other.signal.subscribe(["a"], woken.resolve);
    const all = spread.flatMap((queue) => tasks(10, { queue }));
    await store.add(all);
    await cluster.nodes[0]!.service.kill();
    // The new primary has no replica, which the first store would wait for.
    for (const queue of spread) await untilHealed(() => other.add([task({ queue })]));
    const seen = new Set<string>();
    for (const queue of spread) {
      for (const { id } of await untilHealed(() => claim(other, { queues: [queue] }))) seen.add(id);
    }
    assert.ok(all.every(({ id }) => seen.has(id)));
    await woken.promise;
  });

  test("when a whole shard is gone the queues of the others go on", async () => {
    await using store = await openStore({ url: cluster.url, prefix: "shard", deadlineMs: 500 });
    await store.add(spread.map((queue) => task({ queue, delayMs: 1 })));
    const [gone, ...others] = await owners();
    const mine = spread.filter((queue) => gone?.serves(queue));
    const theirs = spread.filter((queue) => others.some((each) => each.serves(queue)));
    assert.ok(gone && mine.length > 0 && theirs.length > 0);
    for (const { port, service } of cluster.nodes) if (gone.ports.includes(port)) await service.kill();

    await assert.rejects(
      untilUnavailable(() => store.add([task({ queue: mine[0]! })])),
      { code: "STORE_UNAVAILABLE" },
    );
    await store.add(theirs.map((queue) => task({ queue })));
    // The list of queues may have been on the shard that is gone; claims name theirs.
    const leases = await claim(store, { queues: [mine[0]!, ...theirs] });
    assert.ok(leases.length >= theirs.length);
    await complete(store, leases);
    const both = { queues: [mine[0]!, ...theirs], max: 1, leaseMs: 1_000, worker: "w" };
    const reply = await store.exchange({ settle: [], claim: both });
    assert.deepEqual([reply.leases, reply.failure?.code], [[], "STORE_UNAVAILABLE"]);
    await rejectsWith(claim(store, { queues: mine.slice(0, 1) }), "STORE_UNAVAILABLE");
    assert.deepEqual(await claim(store, { queues: theirs }), []);
  });

  /** Every shard that is up: its ports, and whether it serves a queue. */
  async function owners(): Promise<{ ports: number[]; serves(queue: string): boolean }[]> {
    const alive = cluster.nodes[1]!;
    await using other = await raw(alive.url);
    type Range = [number, number, ...[string, number][]];
    const ranges = (await other.send("CLUSTER", "SLOTS")) as Range[];
    const shards = Map.groupBy(ranges, ([, , primary]) => (primary as [string, number])[1]);
    return [...shards]
      .toSorted(([a], [b]) => Number(a === alive.port) - Number(b === alive.port))
      .map(([, own]) => ({
        ports: own.flatMap(([, , ...nodes]) => nodes.map(([, port]) => port)),
        serves: (queue) => own.some(([first, last]) => first <= slotOf(queue) && slotOf(queue) <= last),
      }));
  }

  /** A call to a node that has just died is unknown; from the next attempt on it is known to be down. */
  async function untilUnavailable(attempt: () => Promise<unknown>): Promise<unknown> {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!hasCode(error, "UNKNOWN")) throw error;
      }
    }
  }
}
