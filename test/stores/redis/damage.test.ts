/** What other programs, full memory and forgotten scripts may do to the store, and that it lives on. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type RedisServer, startRedis } from "../../../scripts/redis-service.ts";
import { redisForTests } from "../../services.ts";
import { claim, complete, openStore, raw, rejectsWith, task, tasks } from "../../support/redis-fixture.ts";
import { queuesOf } from "../../support/queues-of.ts";

if ((await redisForTests()) !== undefined) {
  let server: RedisServer;
  before(async () => {
    server = await startRedis();
  });
  after(() => server[Symbol.asyncDispose]());

  test("forgotten scripts are loaded again", async () => {
    await using store = await openStore({ url: server.url, prefix: "scripts" });
    await using other = await raw(server.url);
    await other.send("SCRIPT", "FLUSH");
    await store.add(tasks(3));
    await other.send("SCRIPT", "FLUSH");
    const leases = await claim(store);
    assert.equal(leases.length, 3);
    await other.send("SCRIPT", "FLUSH");
    assert.deepEqual(await complete(store, leases), ["applied", "applied", "applied"]);
    await other.send("SCRIPT", "FLUSH");
    assert.equal((await queuesOf(store)).length, 1);
    await store.maintain({ limit: 10 });
  });

  test("a wiped database is a new beginning", async () => {
    await using store = await openStore({ url: `${server.url}/1`, prefix: "wiped" });
    await using other = await raw(`${server.url}/1`);
    await store.add(tasks(3));
    const leases = await claim(store, { max: 2 });
    await other.send("FLUSHDB");
    assert.deepEqual(await complete(store, leases), ["lost", "lost"]);
    assert.deepEqual(await queuesOf(store), []);
    assert.deepEqual(await claim(store), []);
    await store.add([task()]);
    assert.equal((await queuesOf(store))[0]?.counts.pending, 1);
    assert.equal((await claim(store)).length, 1);
    assert.equal((await store.maintain({ limit: 10 })).more, false);
  });

  test("a key of another type is named, other queues go on, and so does this one when it is gone", async () => {
    for (const [suffix, call] of [
      ["tasks", "add"],
      ["leases", "claim"],
      ["ready:5", "claim"],
      ["meta", "claim"],
      ["scheduled", "claim"],
      ["ready:5", "add"],
      ["completed", "keep"],
    ] as const) {
      const prefix = `types:${suffix}:${call}`;
      await using store = await openStore({ url: server.url, prefix });
      await using other = await raw(server.url);
      await store.add([task(), task({ queue: "other" })]);
      const key = `${prefix}:{default}:${suffix}`;
      await other.send("RENAMENX", key, `${key}:aside`).catch(() => {});
      await other.send("SET", key, "foreign");
      if (call === "keep") {
        const settle = (await claim(store, { max: 1 })).map((lease) => ({
          ...lease,
          outcome: { kind: "completed", keep: true } as const,
        }));
        await rejectsWith(store.exchange({ settle }), "STORE_CORRUPT", /another kind of value/);
        await store
          .exchange({ settle: settle.map((lease) => ({ ...lease, outcome: { kind: "release" } as const })) })
          .catch(() => {});
      } else {
        const broken = call === "add" ? store.add([task()]) : claim(store);
        await rejectsWith(broken, "STORE_CORRUPT", /another kind of value/);
      }
      const leases = await claim(store, { queues: ["other"] });
      assert.equal(leases.length, 1, suffix);
      const outcome = { kind: "completed", keep: false } as const;
      const both = { queues: ["default", "other"], max: 10, leaseMs: 30_000, worker: "w" };
      const settled = await store.exchange({
        settle: leases.map((lease) => ({ ...lease, outcome })),
        claim: both,
      });
      assert.deepEqual(settled, { verdicts: ["applied"], leases: [] }, "the error comes with the next claim");
      // A claim does not touch what is kept.
      if (call !== "keep") await rejectsWith(claim(store, both), "STORE_CORRUPT", /another kind of value/);
      await store.add([task({ queue: "other" })]);
      assert.equal((await claim(store, both)).length, 1, `${suffix} beside another queue`);
      await other.send("DEL", key);
      await other.send("RENAMENX", `${key}:aside`, key).catch(() => {});
      if (call === "keep") await store.maintain({ limit: 1 });
      else assert.equal((await claim(store)).length, 1, `${suffix} mended`);
    }
  });

  test("housekeeping goes on past a broken queue, and says that it is broken", async () => {
    let shift = 0;
    await using store = await openStore({ url: server.url, prefix: "broken", timeShift: () => shift });
    await using other = await raw(server.url);
    const queues = ["a", "b", "c"];
    await store.add(queues.map((queue) => task({ queue, delayMs: 1_000 })));
    await other.send("SET", "broken:{b}:ready:5", "foreign");
    shift = 2_000;
    await rejectsWith(store.maintain({ limit: 10 }), "STORE_CORRUPT");
    for (const queue of ["a", "c"])
      assert.equal((await store.list({ queue, state: "pending", limit: 1 })).items.length, 1);
    const [first] = (await store.list({ queue: "a", limit: 1 })).items;
    await other.send("DEL", "broken:{c}:tasks");
    await other.send("SET", "broken:{c}:tasks", "foreign");
    assert.equal((await store.get(first!.id))?.queue, "a");
    await rejectsWith(store.get(task().id), "STORE_CORRUPT");
  });

  test("a broken counter stops nothing but itself", async () => {
    await using store = await openStore({ url: server.url, prefix: "counter" });
    await using other = await raw(server.url);
    await other.send("SET", "counter:{default}:activity", "foreign");
    await store.add([task(), task({ priority: 1 })]);
    assert.deepEqual(await complete(store, await claim(store)), ["applied", "applied"]);
    await rejectsWith(store.activity({ queues: ["default"], minutes: 1 }), "STORE_CORRUPT");
  });

  test("a record that is cut or foreign is dead as invalid, and its fellows are handed out", async () => {
    await using store = await openStore({ url: server.url, prefix: "cut" });
    await using other = await raw(server.url);
    const all = tasks(5);
    await store.add(all);
    const fields = ((await other.send("LRANGE", "cut:{default}:ready:5", "0", "-1")) as string[]).length;
    assert.equal(fields, 5);
    const script =
      "local ids = redis.call('LRANGE', KEYS[2], 0, -1) for i, r in ipairs({'', 'x', string.rep('\\255', 40)}) do redis.call('HSET', KEYS[1], ids[i], r) end";
    await other.send("EVAL", script, "2", "cut:{default}:tasks", "cut:{default}:ready:5");
    const leases = await claim(store);
    assert.deepEqual(
      leases.map(({ id }) => id),
      all.slice(3).map(({ id }) => id),
    );
    for (const { id } of all.slice(0, 3)) {
      const detail = await store.get(id);
      assert.deepEqual(
        [detail?.state, detail?.deadReason, detail?.error?.code],
        ["dead", "invalid", "UNREADABLE"],
      );
    }
    const { items } = await store.list({ state: "dead", limit: 10 });
    assert.equal(items.length, 3);
    const removed = await store.act(items, "remove");
    assert.deepEqual(new Set(removed.map(({ status }) => status)), new Set(["applied"]));
    assert.deepEqual(await claim(store), []);
  });

  test("a record that vanished is not handed out, and the count heals with the claim", async () => {
    await using store = await openStore({ url: server.url, prefix: "gone" });
    await using other = await raw(server.url);
    await store.add(tasks(3));
    await other.send("DEL", "gone:{default}:tasks");
    assert.deepEqual(await claim(store), []);
    assert.equal((await queuesOf(store))[0]?.counts.pending, 0);
  });

  test("garbage in leases and details does not stop anyone", async () => {
    await using store = await openStore({ url: server.url, prefix: "garbage" });
    await using other = await raw(server.url);
    const [one] = tasks(1);
    await store.add([one!, task()]);
    const bytes =
      "local ids = redis.call('LRANGE', KEYS[1], 0, -1) redis.call('HSET', KEYS[2], ids[1], 'what is this') redis.call('HSET', KEYS[3], ids[2], '', 'short', 'x')";
    await other.send(
      "EVAL",
      bytes,
      "3",
      "garbage:{default}:ready:5",
      "garbage:{default}:details",
      "garbage:{default}:leases",
    );
    const leases = await claim(store);
    assert.equal(leases.length, 2);
    assert.equal((await store.list({ limit: 10 })).items.length, 2);
    await store.maintain({ limit: 10 });
    assert.ok(await store.get(one!.id));
  });

  test("a full Redis refuses adds, and still lets workers drain it, keep their leases and clean up", async () => {
    await using full = await startRedis();
    await using store = await openStore({ url: full.url });
    await using other = await raw(full.url);
    await store.add(tasks(200, { payload: JSON.stringify("x".repeat(500)) }));
    const held = await claim(store, { max: 10 });
    await other.send("CONFIG", "SET", "maxmemory", "1");
    await rejectsWith(store.add([task()]), "STORE_FULL", /maxmemory/);
    await rejectsWith(store.add([task({ priority: 3 }), task({ delayMs: 1_000 })]), "STORE_FULL");
    await rejectsWith(
      store.add([task({ key: { value: "k", windowMs: 1, fingerprint: "f" } })]),
      "STORE_FULL",
    );
    assert.equal((await queuesOf(store))[0]?.counts.pending, 190);
    assert.deepEqual(new Set(await store.extend(held, 30_000)), new Set(["applied"]));
    const error = { name: "E", message: "m" };
    const [first, second, third, fourth, ...rest] = held;
    const { verdicts } = await store.exchange({
      settle: [
        { ...first!, outcome: { kind: "retry", delayMs: 0, error } },
        { ...second!, outcome: { kind: "dead", reason: "discarded", error } },
        { ...third!, outcome: { kind: "release" } },
        { ...fourth!, outcome: { kind: "snooze", delayMs: 0 } },
      ],
    });
    assert.deepEqual(new Set(verdicts), new Set(["applied"]));
    await complete(store, rest);
    await store.act((await store.list({ state: "pending", limit: 1 })).items, "cancel");
    await store.maintain({ limit: 100 });
    await store.pause("default");
    assert.equal((await claim(store)).length, 0);
    await store.resume("default");
    // A worker that starts now is the one who can help.
    await using late = await openStore({ url: full.url });
    await using _ = await late.signal.subscribe(["default"], () => {});
    let drained = 0;
    for (;;) {
      const leases = await claim(late, { max: 50 });
      if (leases.length === 0) break;
      drained += leases.length;
      await complete(store, leases);
    }
    assert.equal(drained, 190 + 3 - 1);
    assert.equal(await store.purge("default", ["dead", "cancelled"]), 2);
    await other.send("CONFIG", "SET", "maxmemory", "0");
    await store.add([task()]);
  });

  test("a Redis that is nearly full drops finished tasks before their time, but no dead ones, and takes new tasks", async () => {
    await using full = await startRedis();
    await using store = await openStore({ url: full.url });
    await using other = await raw(full.url);
    const retention = {
      completed: { ageMs: 86_400_000, count: 10_000 },
      cancelled: { ageMs: 86_400_000, count: 10_000 },
      dead: { ageMs: 86_400_000, count: 10_000 },
    };
    await store.add(tasks(900, { payload: JSON.stringify("x".repeat(2_000)) }));
    const [first, ...rest] = await claim(store);
    const error = { name: "E", message: "m" };
    const keep = { kind: "completed", keep: true } as const;
    await store.exchange({
      settle: [
        { ...first!, outcome: { kind: "dead", reason: "discarded", error } },
        ...rest.map((lease) => ({ ...lease, outcome: keep })),
      ],
    });
    assert.deepEqual(await store.maintain({ limit: 100, retention }), {
      promoted: 0,
      expired: 0,
      pruned: 0,
      more: false,
    });
    const used = Number(/used_memory:(\d+)/.exec(String(await other.send("INFO", "memory")))?.[1]);
    await other.send("CONFIG", "SET", "maxmemory", String(used));
    await rejectsWith(
      untilFull(() => store.add(tasks(10, { payload: JSON.stringify("x".repeat(2_000)) }))),
      "STORE_FULL",
    );
    const reply = await store.maintain({ limit: 100, retention });
    assert.deepEqual([reply.pruned, reply.early, reply.more], [100, true, true]);
    while ((await store.maintain({ limit: 100, retention })).more);
    await store.add([task()]);
    const [info] = await queuesOf(store);
    assert.equal(info?.counts.dead, 1);
    assert.ok(info.counts.completed > 0, "no more than it takes");
  });

  test("batches beyond what Lua can unpack at once are added, claimed, extended and settled", async () => {
    await using store = await openStore({ url: server.url, prefix: "large" });
    const all = tasks(9_500);
    assert.ok((await store.add(all)).every(({ status }) => status === "added"));
    assert.ok((await store.add(all)).every(({ status }) => status === "duplicate"));
    const leases = await claim(store, { max: 9_500 });
    assert.equal(new Set(leases.map(({ token }) => token)).size, 9_500);
    assert.deepEqual(
      leases.map(({ id }) => id),
      all.map(({ id }) => id),
    );
    assert.deepEqual(new Set(await store.extend(leases, 30_000)), new Set(["applied"]));
    assert.deepEqual(new Set(await complete(store, leases)), new Set(["applied"]));
    assert.deepEqual((await queuesOf(store))[0]?.counts.running, 0);
  });
}

/** Calls until it fails. */
async function untilFull(call: () => Promise<unknown>): Promise<never> {
  for (;;) await call();
}
