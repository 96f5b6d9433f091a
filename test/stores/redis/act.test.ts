/** Acts on many tasks: how many calls they take, and what happens between them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startRedis } from "../../../scripts/redis-service.ts";
import { type Clock, systemClock } from "../../../src/store/clock.ts";
import type { FullStore } from "../../../src/store/facets.ts";
import { redisForTests } from "../../services.ts";
import { claim, openStore, raw, rejectsWith, task, tasks } from "../../support/redis-fixture.ts";

const error = { name: "E", message: "m" };

/** Without the word that listeners get a moment after an add: it is a call of its own, which would be counted. */
const clock: Clock = {
  ...systemClock,
  after: (ms, callback, options) =>
    options?.background === true ? () => {} : systemClock.after(ms, callback, options),
};

/** Adds tasks and lets each of them die. */
async function dead(
  store: FullStore,
  count: number,
  payload = "{}",
): Promise<{ id: string; queue: string }[]> {
  await store.add(tasks(count, { payload }));
  const leases = await claim(store, { max: count });
  const outcome = { kind: "dead", reason: "discarded", error } as const;
  await store.exchange({ settle: leases.map((lease) => ({ ...lease, outcome })) });
  return leases.map(({ id, queue }) => ({ id, queue }));
}

/** How many scripts and looks at the list of queues Redis was asked for while this ran: the round trips. */
async function callsOf(url: string, work: () => Promise<unknown>): Promise<number> {
  await using other = await raw(url);
  await other.send("CONFIG", "RESETSTAT");
  await work();
  const stats = String(await other.send("INFO", "commandstats"));
  return [...stats.matchAll(/cmdstat_(?:evalsha|smembers):calls=(\d+)/g)].reduce(
    (sum, [, calls]) => sum + Number(calls),
    0,
  );
}

if ((await redisForTests()) !== undefined) {
  test("a thousand dead tasks of one queue are retried in a handful of calls", async () => {
    await using server = await startRedis();
    await using store = await openStore({ url: server.url, clock });
    const all = await dead(store, 1_000);
    let retried: Awaited<ReturnType<FullStore["act"]>> = [];
    const calls = await callsOf(server.url, async () => (retried = await store.act(all, "retry")));
    assert.ok(calls <= 5, `${calls} calls`);
    assert.deepEqual(
      retried.map((result) => result.status === "applied" && [result.task.id, result.task.state]),
      all.map(({ id }) => [id, "pending"]),
    );
    assert.equal((await store.queue("default"))?.counts.pending, 1_000);
    // They stand in line as they were named.
    assert.deepEqual(
      (await claim(store)).map(({ id }) => id),
      all.map(({ id }) => id),
    );
  });

  test("pending tasks are listed past thousands that were cancelled without a search of the list for each", async () => {
    await using server = await startRedis();
    await using store = await openStore({ url: server.url, clock });
    const all = tasks(7_000);
    await store.add(all);
    const cancelled = all.slice(500, 6_900);
    await store.act(cancelled, "cancel");
    // One changes its line, and two leave theirs and come back to it: each has an entry that does not stand.
    await store.edit(all[0]!, { priority: 9 });
    const left = all.slice(1, 3);
    for (const one of left) await store.edit(one, { delayMs: 3_600_000 });
    await store.act(left, "runNow");
    const back: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await store.list({
        state: "pending",
        limit: 100,
        ...(cursor !== undefined && { cursor }),
      });
      back.push(...page.items.map(({ id }) => id));
      if ((cursor = page.nextCursor) === undefined) break;
    }
    assert.equal(back.length, new Set(back).size);
    const waiting = [...all.slice(0, 500), ...all.slice(6_900)].map(({ id }) => id);
    assert.deepEqual(back.toSorted(), waiting.toSorted());
    await using other = await raw(server.url);
    const stats = String(await other.send("INFO", "commandstats"));
    assert.ok(Number(/cmdstat_lpos:calls=(\d+)/.exec(stats)?.[1] ?? 0) <= 10, stats);
  });

  test("to find tasks whose queue is not named takes one call per queue, however many they are", async () => {
    await using server = await startRedis();
    await using store = await openStore({ url: server.url, clock });
    await store.add(["a", "b", "c"].map((queue) => task({ queue })));
    const all = await dead(store, 400);
    const ids = all.map(({ id }) => ({ id }));
    const calls = await callsOf(server.url, async () => {
      const results = await store.act([...ids, { id: task().id }], "remove");
      assert.deepEqual(
        results.map(({ status }) => status),
        [...all.map(() => "applied"), "missing"],
      );
    });
    // The list of queues, four queues, and two chunks.
    assert.ok(calls <= 1 + 4 + 2, `${calls} calls`);
    const one = task({ queue: "b" });
    await store.add([one]);
    assert.equal(await callsOf(server.url, () => store.get(one.id, "b")), 1);
    assert.equal((await store.get(one.id, "b"))?.id, one.id);
    assert.equal(await store.get(one.id, "a"), undefined);
    assert.deepEqual(await store.act([{ id: one.id, queue: "a" }], "cancel"), [{ status: "missing" }]);
  });

  test("large tasks are acted on a megabyte at a time, and every one is answered", async () => {
    await using server = await startRedis();
    await using store = await openStore({ url: server.url, clock });
    const all = await dead(store, 20, JSON.stringify("x".repeat(300_000)));
    const calls = await callsOf(server.url, async () => {
      const results = await store.act(all, "retry");
      assert.ok(
        results.every((result) => result.status === "applied" && result.task.payload.length > 300_000),
      );
    });
    assert.equal(calls, 5);
    assert.equal((await store.queue("default"))?.counts.pending, 20);
  });

  test("a task that is named twice is acted on twice, in order, also in another call", async () => {
    await using server = await startRedis();
    await using store = await openStore({ url: server.url, clock });
    const [one, ...others] = await dead(store, 300);
    const results = await store.act([one!, ...others, one!], "retry");
    assert.deepEqual(
      [results[0]?.status, results.at(-1)],
      ["applied", { status: "refused", state: "pending" }],
    );
    assert.deepEqual(
      (await store.act([{ id: one!.id }, one!], "remove")).map(({ status }) => status),
      ["applied", "missing"],
    );
  });

  test("a queue that is broken does not keep others from being acted on, and the error says so", async () => {
    await using server = await startRedis();
    await using store = await openStore({ url: server.url, clock });
    await using other = await raw(server.url);
    const both = [task({ queue: "good" }), task({ queue: "bad" })];
    await store.add(both);
    await other.send("SET", "windlass:{bad}:dead", "foreign");
    await rejectsWith(store.act(both, "cancel"), "UNKNOWN", /a part of the call was done/);
    assert.equal((await store.get(both[0]!.id, "good"))?.state, "cancelled");
    await rejectsWith(store.act([both[1]!], "cancel"), "STORE_CORRUPT");
    await other.send("DEL", "windlass:{bad}:dead");
    assert.equal((await store.get(both[1]!.id, "bad"))?.state, "pending");
    const [again] = await store.act([both[1]!], "cancel");
    assert.equal(again?.status, "applied");
  });

  test("acts work while Redis is full; an edit does not", async () => {
    await using server = await startRedis();
    await using store = await openStore({ url: server.url, clock });
    await using other = await raw(server.url);
    const [one] = await dead(store, 1);
    const later = task({ delayMs: 60_000 });
    await store.add([later]);
    await other.send("CONFIG", "SET", "maxmemory", "1");
    for (const [id, act] of [
      [one!.id, "retry"],
      [later.id, "runNow"],
      [later.id, "cancel"],
      [later.id, "remove"],
    ] as const) {
      const [result] = await store.act([{ id, queue: "default" }], act);
      assert.equal(result?.status, "applied", act);
    }
    await rejectsWith(store.edit(one!, { payload: "1" }), "STORE_FULL");
    assert.equal((await store.get(one!.id))?.payload, "{}");
  });

  test("what lasts for ever is cut at what a lease and a key can hold", async () => {
    await using server = await startRedis();
    await using store = await openStore({ url: server.url, clock });
    const most = 8_640_000_000_000_000;
    const key = { value: "k", windowMs: most, fingerprint: "f" };
    const one = task({ key });
    assert.deepEqual(await store.add([one]), [{ status: "added", id: one.id, state: "pending" }]);
    assert.deepEqual(await store.add([task({ key })]), [{ status: "duplicate", id: one.id }]);
    const [lease] = await claim(store, { leaseMs: most });
    assert.deepEqual(await store.extend([lease!], most), ["applied"]);
    await store.maintain({ limit: 10 });
    const running = await store.get(one.id);
    assert.ok(running?.state === "running" && running.leaseUntil! > Date.now() + 6e12);
    const outcome = { kind: "retry", delayMs: most, error } as const;
    assert.deepEqual((await store.exchange({ settle: [{ ...lease!, outcome }] })).verdicts, ["applied"]);
    assert.ok((await store.get(one.id))!.runAt > Date.now() + 6e12);
    const late = task({ delayMs: most });
    assert.deepEqual(await store.add([late]), [{ status: "added", id: late.id, state: "scheduled" }]);
  });
}
