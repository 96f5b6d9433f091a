/** Followers of settlements: both happen or neither, also when Redis is full or a key is broken. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type RedisServer, startRedis } from "../../../scripts/redis-service.ts";
import type { FullStore } from "../../../src/store/facets.ts";
import type { Lease, Settlement } from "../../../src/store/store.ts";
import { redisForTests } from "../../services.ts";
import { claim, openStore, raw, rejectsWith, task } from "../../support/redis-fixture.ts";
import { queuesOf } from "../../support/queues-of.ts";

const completed = { kind: "completed", keep: true } as const;

async function running(store: FullStore, queue = "default"): Promise<Lease> {
  await store.add([task({ queue })]);
  return (await claim(store, { queues: [queue], max: 1 }))[0]!;
}

function settlement({ id, queue, token }: Lease, followers: Settlement["followers"]): Settlement {
  return { id, queue, token, outcome: completed, followers };
}

if ((await redisForTests()) !== undefined) {
  let server: RedisServer;
  before(async () => {
    server = await startRedis();
  });
  after(() => server[Symbol.asyncDispose]());

  test("a full Redis takes neither the settlement nor its followers, and both when it has room", async () => {
    await using full = await startRedis();
    await using store = await openStore({ url: full.url });
    await using other = await raw(full.url);
    const lease = await running(store);
    const plain = await running(store);
    const waiting = task();
    await store.add([waiting]);
    const [near, far] = [task(), task({ queue: "far" })];
    // A queue has to be listed before it gets its first task, which takes memory, too.
    await store.pause("far");
    await other.send("CONFIG", "SET", "maxmemory", "1");
    for (const followers of [[near], [far], [near, far]]) {
      const settle = [{ ...plain, outcome: completed }, settlement(lease, followers)];
      await rejectsWith(
        store.exchange({ settle, claim: { queues: ["default"], max: 5, leaseMs: 1_000, worker: "w" } }),
        "STORE_FULL",
        /nothing was written/,
      );
    }
    assert.deepEqual(await store.get(near.id), undefined);
    assert.deepEqual(
      [(await store.queue("default"))?.counts.running, (await store.get(waiting.id))?.state],
      [2, "pending"],
    );
    // Without followers all goes on, and a lease that was lost needs no room.
    const { verdicts } = await store.exchange({
      settle: [{ ...plain, outcome: completed }, settlement({ ...lease, token: 1 }, [near])],
    });
    assert.deepEqual(verdicts, ["applied", "lost"]);
    await other.send("CONFIG", "SET", "maxmemory", "0");
    const reply = await store.exchange({ settle: [settlement(lease, [near, far])] });
    assert.deepEqual(reply.verdicts, ["applied"]);
    assert.deepEqual(
      reply.followers?.[0]?.results.map(({ status }) => status),
      ["added", "added"],
    );
  });

  test("a queue that is broken takes no followers, and then their attempt is not settled, either", async () => {
    await using store = await openStore({ url: server.url, prefix: "broken" });
    await using other = await raw(server.url);
    for (const name of ["tasks", "ready:5", "scheduled", "keys", "meta"]) {
      const lease = await running(store);
      await other.send("SET", `broken:{far}:${name}`, "foreign");
      const follower = task({ queue: "far" });
      await rejectsWith(store.exchange({ settle: [settlement(lease, [task(), follower])] }), "STORE_CORRUPT");
      assert.equal((await store.get(lease.id, "default"))?.state, "running", name);
      assert.equal((await store.queue("default"))?.counts.pending, 0);
      await other.send("DEL", `broken:{far}:${name}`);
      const { verdicts } = await store.exchange({ settle: [settlement(lease, [follower])] });
      assert.deepEqual(verdicts, ["applied"]);
      assert.equal((await store.get(follower.id, "far"))?.state, "pending");
    }
  });

  test("a priority of the followers' queue that this process has not seen costs a second call, not the settlement", async () => {
    await using store = await openStore({ url: server.url, prefix: "unseen" });
    await using other = await openStore({ url: server.url, prefix: "unseen" });
    await other.add([task({ queue: "far", priority: 2 }), task({ queue: "far", priority: 8 })]);
    const lease = await running(store);
    const followers = [task({ queue: "far", priority: 0 }), task({ queue: "far", priority: 3 })];
    const reply = await store.exchange({
      settle: [settlement(lease, followers)],
      claim: { queues: ["far"], max: 9, leaseMs: 1_000, worker: "w" },
    });
    assert.deepEqual(reply.verdicts, ["applied"]);
    assert.deepEqual(
      reply.leases.map(({ priority }) => priority),
      [0, 2, 3, 8],
    );
    assert.equal((await claim(other, { queues: ["far"] })).length, 0);
  });

  test("followers of one call stand in the order of its settlements, whichever queues these are of", async () => {
    await using store = await openStore({ url: server.url, prefix: "order" });
    const leases = [await running(store, "a"), await running(store, "b"), await running(store, "a")];
    const followers = leases.map(() => task({ queue: "far" }));
    await store.exchange({ settle: leases.map((lease, i) => settlement(lease, [followers[i]!])) });
    assert.deepEqual(
      (await claim(store, { queues: ["far"] })).map(({ id }) => id),
      followers.map(({ id }) => id),
    );
  });

  test("who waits for work in the followers' queue is woken", async () => {
    await using store = await openStore({ url: server.url, prefix: "woken" });
    await using listener = await openStore({ url: server.url, prefix: "woken" });
    const woken = Promise.withResolvers<void>();
    await using _ = await listener.signal.subscribe(["far"], woken.resolve);
    await store.exchange({ settle: [settlement(await running(store), [task({ queue: "far" })])] });
    await woken.promise;
  });

  test("a queue that only ever got followers is listed", async () => {
    await using store = await openStore({ url: server.url, prefix: "listed" });
    await store.exchange({ settle: [settlement(await running(store), [task({ queue: "far" })])] });
    await using other = await openStore({ url: server.url, prefix: "listed" });
    assert.deepEqual(
      (await queuesOf(other)).map(({ name }) => name),
      ["default", "far"],
    );
  });
}
