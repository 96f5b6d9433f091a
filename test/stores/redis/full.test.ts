/** A worker on a full Redis: what brings followers waits for room, and nothing else waits for it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, defineTask, onEvent } from "windlass";
import { startRedis } from "../../../scripts/redis-service.ts";
import { addFollowers } from "../../../src/engine/attempt.ts";
import { memoryLogger, until } from "../../engine/fixture.ts";
import { redisForTests } from "../../services.ts";
import { openStore, raw, task as newTask } from "../../support/redis-fixture.ts";

if ((await redisForTests()) !== undefined) {
  test("on a full Redis neighbours are settled, and what brings followers completes once there is room", async (t) => {
    await using full = await startRedis();
    await using other = await raw(full.url);
    const logger = memoryLogger();
    await using client = new Client(await openStore({ url: full.url }), { logger });
    const follower = newTask({ queue: "next" });
    let runs = 0;
    const task = defineTask<boolean>({
      type: "any",
      run(context) {
        runs += 1;
        if (context.input) addFollowers(context, [follower]);
        return "a result";
      },
    });
    const brings = await client.enqueue(task, true);
    await client.enqueueMany(
      task,
      Array.from({ length: 30 }, () => false),
    );
    await other.send("CONFIG", "SET", "maxmemory", "1");
    const worker = client.work([task], { signals: false, lease: "1s", maintainEvery: "100ms" });
    void worker.run();
    // Not how many are completed: a full Redis removes such tasks before their time.
    const counts = async () => (await client.queue("default"))!.counts;
    await until(async () => runs === 31 && (await counts()).running === 1, "the others are settled");
    // Leases are extended three times in their life: after six times a lease that is not kept has run out.
    let extended = 0;
    t.after(onEvent("store.call", ({ call }) => void (call === "extend" && extended++)));
    const refusals = () => logger.lines.filter(({ message }) => message.includes("no room")).length;
    await until(() => extended === 6 && refusals() > 2, "it waits for two leases");
    assert.equal((await client.get(brings.id))?.state, "running");
    await other.send("CONFIG", "SET", "maxmemory", "0");
    await until(async () => (await client.get(brings.id))?.state === "completed", "there is room");
    assert.equal((await client.get(follower.id))?.state, "pending");
    assert.equal((await client.get(brings.id))?.crashes, 0);
    assert.equal(runs, 31, "each ran once");
    assert.equal((await counts()).dead, 0);
    assert.ok(!logger.lines.some(({ message }) => /leases ran out|was lost/.test(message)));
  });
}
