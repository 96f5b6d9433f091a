/** One shard of a cluster is down, or stands still: the queues of the others do not suffer. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { Client, defineTask } from "windlass";
import { type RedisCluster, type RedisServer, startRedisCluster } from "../../../scripts/redis-service.ts";
import { slotOf } from "../../../src/stores/redis/net/slot.ts";
import { freshPrefix, redisForTests } from "../../services.ts";
import { serve } from "../../server/http/serve.ts";
import { runCli, temporaryFolder } from "../../support/cli.ts";
import { memoryLogger } from "../../engine/fixture.ts";
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
  let prefix: string;
  before(async () => {
    cluster = await startRedisCluster({
      lines: ["cluster-require-full-coverage no", "cluster-replica-no-failover yes"],
    });
  });
  after(() => cluster[Symbol.asyncDispose]());
  beforeEach(() => {
    // So that the list of queues is on the shard that goes, which is the hardest case.
    do prefix = freshPrefix();
    while (shardOf(`${prefix}:queues`) !== 0);
  });

  /** Redis gives the three primaries a third of the slots each, in order. */
  const shardOf = (key: string): number => [5_460, 10_922, 16_383].findIndex((last) => slotOf(key) <= last);
  const names = Array.from({ length: 40 }, (_, i) => `q${i}`);
  const gone = names.filter((name) => shardOf(name) === 0).slice(0, 3);
  const alive = names.filter((name) => shardOf(name) !== 0).slice(0, 4);

  async function frozen(work: (node: RedisServer) => Promise<void>): Promise<void> {
    const node = cluster.nodes[0]!;
    node.service.freeze();
    try {
      await work(node);
    } finally {
      node.service.thaw();
      await using connection = await raw(node.url);
      await connection.send("PING");
    }
  }

  test("the slots are where these tests think they are", async () => {
    await using node = await raw(cluster.nodes[0]!.url);
    const ranges = (await node.send("CLUSTER", "SLOTS")) as [number, number, [string, number]][];
    const lasts = ranges.toSorted(([a], [b]) => a - b).map(([, last, [, port]]) => [last, port]);
    assert.deepEqual(
      lasts,
      [5_460, 10_922, 16_383].map((last, i) => [last, cluster.nodes[i]!.port]),
    );
  });

  test("of many queues a sweep finds those with something to do, on every shard", async () => {
    let shift = 0;
    await using store = await openStore({
      url: cluster.url,
      prefix,
      timeShift: () => shift,
      random: () => 0,
    });
    const many = Array.from({ length: 1_200 }, (_, i) => `many${i}`);
    for (let i = 0; i < many.length; i += 200) {
      await store.add(many.slice(i, i + 200).map((queue) => task({ queue, delayMs: 5_000 })));
    }
    shift = 10_000;
    assert.equal((await store.maintain({ limit: 5_000 })).promoted, many.length);
  });

  test("with a frozen shard the others are claimed from, settled and swept with pauses of at most a second", async () => {
    await using store = await openStore({ url: cluster.url, prefix });
    await store.add([...gone, ...alive].flatMap((queue) => tasks(3, { queue })));
    const held = await claim(store, { queues: gone, max: 2 });
    const short = await claim(store, { queues: alive, max: 2, leaseMs: 1 });
    await frozen(async () => {
      const queues = [...gone, ...alive];
      const longest = await longestOf([
        async () => {
          const mine = held.map(({ id, queue, token }) => ({
            id,
            queue,
            token,
            outcome: { kind: "completed", keep: false } as const,
          }));
          const reply = await store.exchange({
            settle: mine,
            claim: { queues, max: 2, leaseMs: 30_000, worker: "w" },
          });
          assert.deepEqual(reply.verdicts, ["unknown", "unknown"]);
          assert.equal(reply.failure?.code, "UNKNOWN");
          assert.equal(reply.leases.length, 2);
          assert.deepEqual(await complete(store, reply.leases), ["applied", "applied"]);
        },
        async () => assert.equal((await claim(store, { queues, max: 1 })).length, 1),
        async () => void (await store.add(alive.map((queue) => task({ queue })))),
        async () => {
          const reply = await store.maintain({ limit: 100 });
          assert.equal(reply.expired, short.length);
          assert.ok(reply.failure !== undefined);
        },
        async () => {
          const [lease] = await claim(store, { queues: alive, max: 1 });
          assert.ok(lease);
          assert.deepEqual(await store.extend([...held, lease], 30_000), ["unknown", "unknown", "applied"]);
        },
      ]);
      assert.ok(longest < 1_500, `${longest} ms`);
      const infos = await queuesOf(store);
      assert.deepEqual(
        infos.filter(({ unreachable }) => unreachable).map(({ name }) => name),
        gone.toSorted(),
      );
      assert.ok(
        infos.length === gone.length + alive.length &&
          (await store.activity({ queues, minutes: 5 })).length > 0,
      );
      const page = await store.list({ limit: 10 });
      assert.ok(page.items.every(({ queue }) => alive.includes(queue)));
      assert.equal(page.incomplete, true);
      assert.equal((await store.list({ limit: 10, queue: alive[0]! })).incomplete, undefined);
      await using fresh = await openStore({ url: cluster.url, prefix });
      await fresh.add(alive.map((queue) => task({ queue })));
      assert.ok((await claim(fresh, { queues, max: 3 })).length > 0);
      await rejectsWith(claim(fresh, { queues: gone }), "STORE_UNAVAILABLE");
    });
    // The first call may have taken effect when the node went on.
    await untilHealed(() => complete(store, held));
    for (const { id, queue } of held) {
      assert.equal(await untilHealed(() => store.get(id, queue)), undefined);
    }
    assert.equal((await untilHealed(() => store.list({ limit: 10 }))).incomplete, undefined);
  });

  test("with a frozen shard a server is ready, and says what is not", async () => {
    const store = await openStore({ url: cluster.url, prefix });
    await store.add([...gone, ...alive].map((queue) => task({ queue })));
    await using served = await serve({ store });
    await frozen(async () => {
      assert.equal((await served.request("GET", "/readyz")).status, 200);
      const { status, json } = await served.request("GET", "/readyz?verbose");
      const warnings = json["warnings"] as { topic: string }[];
      assert.equal(status, 200);
      assert.ok(warnings.some(({ topic }) => topic === "reachable"));
      const stats = await served.request("GET", "/v1/stats");
      assert.equal(stats.status, 200);
      const queues = stats.json["queues"] as { name: string; unreachable?: boolean }[];
      assert.deepEqual(
        queues.filter(({ unreachable }) => unreachable).map(({ name }) => name),
        gone.toSorted(),
      );
    });
  });

  test("a list without a queue says that a frozen shard was left out, in HTTP and on the command line", async (t) => {
    do prefix = freshPrefix();
    while (shardOf(`${prefix}:queues`) === 0);
    const store = await openStore({ url: cluster.url, prefix });
    await store.add([...gone, ...alive].map((queue) => task({ queue })));
    await using served = await serve({ store });
    const listed = (path: string) => served.request("GET", path).then(({ json }) => json);
    assert.equal((await listed("/v1/tasks"))["incomplete"], undefined);
    await frozen(async () => {
      const page = await listed("/v1/tasks");
      assert.equal((page["items"] as unknown[]).length, alive.length);
      assert.equal(page["incomplete"], true);
      assert.equal((await listed(`/v1/tasks?queue=${alive[0]!}`))["incomplete"], undefined);
      const list = ["task", "list", "--url", `${cluster.url}?prefix=${prefix}`];
      const { code, stdout, stderr } = await runCli(temporaryFolder(t), list);
      assert.equal(code, 0, stderr);
      assert.equal(stdout.trim().split("\n").length, 1 + alive.length);
      assert.match(stderr, /a part of the store cannot be reached: its queues are left out/);
    });
  });

  for (const how of ["frozen", "killed"] as const) {
    test(`a worker of all queues starts with a ${how} shard, runs those of the others, and stops`, async () => {
      const adding = await openStore({ url: cluster.url, prefix });
      await adding.add(alive.map((queue) => task({ queue, delayMs: 2_000 })));
      const node = cluster.nodes[0]!;
      if (how === "frozen") node.service.freeze();
      else await node.service.kill();
      const logger = memoryLogger();
      let ran = 0;
      const done = Promise.withResolvers<void>();
      const store = await openStore({ url: cluster.url, prefix });
      const client = new Client(store, { logger });
      const work = defineTask({
        type: "t",
        run() {
          ran += 1;
          if (ran === 4 * alive.length) done.resolve();
        },
      });
      const worker = client.work([work], {
        queues: [...gone, ...alive],
        signals: false,
        maintainEvery: "1s",
      });
      const running = worker.run();
      const startedAt = performance.now();
      for (let round = 0; round < 3; round++) {
        await Promise.all(alive.map((queue) => client.enqueue("t", 1, { queue })));
      }
      await done.promise;
      assert.ok(performance.now() - startedAt < 12_000);
      const stoppedAt = performance.now();
      await worker.stop();
      await running;
      await client.close();
      await adding[Symbol.asyncDispose]();
      assert.ok(performance.now() - stoppedAt < 5_000, `${performance.now() - stoppedAt} ms to stop`);
      node.service.thaw();
      if (how === "killed") await node.service.start();
    });
  }

  test("a worker that holds outcomes for a frozen shard gives them up a few seconds after all else has ended", async () => {
    const logger = memoryLogger();
    await using client = new Client(await openStore({ url: cluster.url, prefix }), { logger });
    const end = Promise.withResolvers<void>();
    const work = defineTask({ type: "t", run: () => end.promise });
    for (const queue of [gone[0]!, alive[0]!])
      await untilHealed(() => client.enqueue("t", 1, { queue, id: randomUUID() }));
    const worker = client.work([work], { queues: [gone[0]!, alive[0]!], signals: false });
    const running = worker.run();
    while (worker.active < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    await frozen(async () => {
      end.resolve();
      const stoppedAt = performance.now();
      await worker.stop();
      await running;
      const ms = performance.now() - stoppedAt;
      assert.ok(ms > 4_000 && ms < 10_000, `${ms} ms to stop`);
      assert.ok(logger.lines.some(({ fields }) => fields["unsettled"] === 1));
      assert.equal((await client.queue(alive[0]!))?.counts.completed, 1);
    });
  });
}

/** The longest of these, done one after the other, in ms. */
async function longestOf(calls: readonly (() => Promise<unknown>)[]): Promise<number> {
  let longest = 0;
  for (const call of calls) {
    const began = performance.now();
    await call();
    longest = Math.max(longest, performance.now() - began);
  }
  return longest;
}
