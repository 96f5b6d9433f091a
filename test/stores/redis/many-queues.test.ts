/** 100,000 queues, of which few have something to do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startRedis } from "../../../scripts/redis-service.ts";
import { redisForTests } from "../../services.ts";
import { claim, openStore, raw, task } from "../../support/redis-fixture.ts";

const QUEUES = 100_000;
const BUSY = Array.from({ length: 100 }, (_, i) => `busy${i}`);

/** Queues that were used and are empty, as scripts leave them. */
const IDLE = `
for i = 1, tonumber(ARGV[1]) do
  local queue = 'idle' .. i
  redis.call('ZADD', 'windlass:queues', ARGV[2], queue)
  redis.call('HSET', 'windlass:{' .. queue .. '}:meta', 'priorities', '5', 'idle', '1')
end`;

if ((await redisForTests()) !== undefined) {
  test("a sweep of 100,000 queues finds the 100 with something to do, within the period of a sweep", async () => {
    await using server = await startRedis();
    await using connection = await raw(server.url);
    await connection.send("EVAL", IDLE, "0", String(QUEUES), String(Date.now()));
    let shift = 0;
    await using store = await openStore({ url: server.url, timeShift: () => shift });
    await store.add(BUSY.map((queue) => task({ queue })));
    const leases = await claim(store, { queues: BUSY, leaseMs: 1_000 });
    assert.equal(leases.length, BUSY.length);
    await store.add(BUSY.map((queue) => task({ queue, delayMs: 1_000 })));
    shift = 2_000;
    await connection.send("CONFIG", "RESETSTAT");
    const began = performance.now();
    const { expired, promoted } = await store.maintain({ limit: 500 });
    const ms = performance.now() - began;
    assert.deepEqual([expired, promoted], [BUSY.length, BUSY.length]);
    // 3.75 s is the shortest time from one sweep to the next; 100,000 calls one after the other take 10 s.
    assert.ok(ms < 3_750, `${ms} ms`);
    const stats = String(await connection.send("INFO", "commandstats"));
    const calls = Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1]);
    assert.ok(calls < 1_500, `${calls} calls`);
  });
}
