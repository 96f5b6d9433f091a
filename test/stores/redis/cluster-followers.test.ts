/** Followers that belong to another node of a cluster than their attempt, and what may be lost on the way. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type RedisCluster, startRedisCluster } from "../../../scripts/redis-service.ts";
import type { FullStore } from "../../../src/store/facets.ts";
import type { Lease, Settlement } from "../../../src/store/store.ts";
import { exchange } from "../../../src/stores/redis/exchange.ts";
import { ClusterRouter } from "../../../src/stores/redis/net/cluster.ts";
import type { Router } from "../../../src/stores/redis/net/router.ts";
import { slotOf } from "../../../src/stores/redis/net/slot.ts";
import { toSettings } from "../../../src/stores/redis/options.ts";
import { ScriptRunner } from "../../../src/stores/redis/script-runner.ts";
import { loadScripts } from "../../../src/stores/redis/scripts.ts";
import { WindlassError } from "../../../src/task/errors.ts";
import { redisForTests } from "../../services.ts";
import { claim, openStore, rejectsWith, task } from "../../support/redis-fixture.ts";
import { queuesOf } from "../../support/queues-of.ts";

/** On different nodes of three that share the slots evenly. */
const [HERE, AWAY] = ["a", "b"];

type Loss = "request" | "reply";

/** A way to the cluster on which the first settlement loses its request or its reply. */
async function lossy(
  url: string,
  prefix: string,
  loss: Loss,
): Promise<Disposable & { runner: ScriptRunner }> {
  const settings = toSettings({ url, prefix });
  assert.ok(settings.target.kind === "cluster");
  const router = new ClusterRouter(settings.target, settings);
  const { sha } = loadScripts()["exchange-general"];
  let lost = false;
  const send: Router["send"] = async (slot, args, kind) => {
    if (lost || args[1] !== sha) return router.send(slot, args, kind);
    lost = true;
    if (loss === "reply") await router.send(slot, args, kind);
    throw new WindlassError("UNKNOWN", `the ${loss} was lost`);
  };
  const runner = new ScriptRunner(settings, {
    clustered: true,
    addresses: () => [],
    open: () => router.open(),
    send,
    sendBoth: (slot, first, second, extraMs) => router.sendBoth(slot, first, second, extraMs),
    broadcast: (args) => router.broadcast(args),
    listener: (connected) => router.listener(connected),
    close: () => router.close(),
  });
  await runner.open();
  return { runner, [Symbol.dispose]: () => runner.close() };
}

async function running(store: FullStore): Promise<Lease> {
  await store.add([task({ queue: HERE })]);
  return (await claim(store, { queues: [HERE], max: 1 }))[0]!;
}

function settlement({ id, queue, token }: Lease, followers: Settlement["followers"]): Settlement {
  return { id, queue, token, outcome: { kind: "completed", keep: true }, followers };
}

if ((await redisForTests()) !== undefined) {
  let cluster: RedisCluster;
  before(async () => {
    cluster = await startRedisCluster();
  });
  after(() => cluster[Symbol.asyncDispose]());

  test("the two queues of these tests are on different nodes", () => {
    const node = (queue: string): number => Math.floor((3 * slotOf(queue)) / 16_384);
    assert.notEqual(node(HERE), node(AWAY));
  });

  for (const loss of ["request", "reply"] as const) {
    test(`the ${loss} of a settlement is lost after its followers were added elsewhere: once it is repeated all is as it should be`, async () => {
      const prefix = `lost-${loss}`;
      await using store = await openStore({ url: cluster.url, prefix });
      using way = await lossy(cluster.url, prefix, loss);
      const { runner } = way;
      const lease = await running(store);
      const followers = [
        task({ queue: AWAY }),
        task({ queue: HERE }),
        task({ queue: AWAY, delayMs: 60_000 }),
      ];
      const request = { settle: [settlement(lease, followers)] };
      await rejectsWith(exchange(runner, request), "UNKNOWN");
      assert.equal((await store.get(followers[0]!.id, AWAY))?.state, "pending", "it was written before");
      const settled = loss === "reply";
      assert.equal((await store.get(lease.id, HERE))?.state, settled ? "completed" : "running");
      assert.equal((await store.get(followers[1]!.id, HERE)) !== undefined, settled);

      const reply = await exchange(runner, request);
      const [first, second, third] = followers.map(({ id }) => id);
      assert.deepEqual(
        [reply.verdicts, reply.followers],
        settled
          ? [["lost"], []]
          : [
              ["applied"],
              [
                {
                  settlement: 0,
                  results: [
                    { status: "duplicate", id: first },
                    { status: "added", id: second, state: "pending" },
                    { status: "duplicate", id: third },
                  ],
                },
              ],
            ],
      );
      assert.deepEqual(
        (await queuesOf(store)).map(({ name, counts }) => [name, counts.pending, counts.scheduled]),
        [
          [HERE, 1, 0],
          [AWAY, 1, 1],
        ],
      );
    });
  }

  test("a lease that is lost already adds nothing elsewhere, and of two settlements of one lease the first does", async () => {
    await using store = await openStore({ url: cluster.url, prefix: "lost-lease" });
    const lease = await running(store);
    const followers = [task({ queue: AWAY }), task({ queue: AWAY }), task({ queue: AWAY })];
    const reply = await store.exchange({
      settle: [
        settlement({ ...lease, token: lease.token - 1 }, [followers[0]!]),
        settlement(lease, [followers[1]!]),
        settlement(lease, [followers[2]!]),
      ],
    });
    assert.deepEqual(reply.verdicts, ["lost", "applied", "lost"]);
    assert.deepEqual(
      reply.followers?.map(({ settlement: index }) => index),
      [1],
    );
    const there = await Promise.all(followers.map(({ id }) => store.get(id, AWAY)));
    assert.deepEqual(
      there.map((found) => found !== undefined),
      [false, true, false],
    );
  });

  test("followers elsewhere are added durably: a replica has them before the settlement, or nothing is settled", async () => {
    const prefix = "durable";
    await using store = await openStore({ url: cluster.url, prefix, minReplicas: 1 });
    await using demanding = await openStore({ url: cluster.url, prefix, minReplicas: 3 });
    const lease = await running(store);
    const follower = task({ queue: AWAY });
    await rejectsWith(
      demanding.exchange({ settle: [settlement(lease, [follower])] }),
      "UNKNOWN",
      /durability is not confirmed/,
    );
    assert.equal((await store.get(lease.id, HERE))?.state, "running");
    const { verdicts, followers } = await store.exchange({ settle: [settlement(lease, [follower])] });
    assert.deepEqual(verdicts, ["applied"]);
    assert.deepEqual(followers?.[0]?.results, [{ status: "duplicate", id: follower.id }]);
  });
}
