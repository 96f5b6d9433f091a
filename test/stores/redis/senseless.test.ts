/** Answers that make no sense, and commands that cannot be written. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startRedis } from "../../../scripts/redis-service.ts";
import { singleRouter } from "../../../src/stores/redis/net/single.ts";
import { toSettings } from "../../../src/stores/redis/options.ts";
import { hasCode } from "../../../src/task/errors.ts";
import { redisForTests } from "../../services.ts";
import { claim, openStore, raw, rejectsWith, task } from "../../support/redis-fixture.ts";

if ((await redisForTests()) !== undefined) {
  test("a garbled list of priorities is said, and not learned: with the right one all goes on", async () => {
    await using server = await startRedis();
    await using store = await openStore({ url: server.url });
    await using other = await raw(server.url);
    await store.add([task(), task({ queue: "other" })]);
    await other.send("HSET", "windlass:{default}:meta", "priorities", "5\u0000x-1");
    for (const call of [
      () => claim(store),
      () => store.queue("default"),
      () => store.maintain({ limit: 10 }),
      () => store.list({ queue: "default", limit: 10 }),
      () => store.purge("default", ["pending"]),
    ]) {
      await rejectsWith(call(), "STORE_CORRUPT", /priorities of default; expected digits/);
    }
    assert.equal((await claim(store, { queues: ["default", "other"] })).length, 1);
    await other.send("HSET", "windlass:{default}:meta", "priorities", "5");
    assert.equal((await claim(store)).length, 1);
    assert.equal((await store.queue("default"))?.counts.running, 1);
  });

  test("a command that cannot be written was not sent", async () => {
    await using server = await startRedis();
    const settings = toSettings({ url: server.url });
    const { target } = settings;
    assert.ok(target.kind === "single");
    const router = singleRouter(target, settings);
    await router.open();
    const wrong = 5 as unknown as string;
    await assert.rejects(router.send(0, ["SET", "key", wrong]), (error) => {
      assert.ok(hasCode(error, "INTERNAL"), String(error));
      assert.match(error.message, /was not sent/);
      return true;
    });
    assert.equal(await router.send(0, ["EXISTS", "key"]), 0);
    router.close();
  });
}
