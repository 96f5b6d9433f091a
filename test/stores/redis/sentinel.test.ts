/** Sentinels name the primary, also the next one. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type RedisSentinels, startRedisSentinels } from "../../../scripts/redis-service.ts";
import { redisForTests } from "../../services.ts";
import { claim, openStore, rejectsWith, task, untilHealed } from "../../support/redis-fixture.ts";
import { queuesOf } from "../../support/queues-of.ts";

if ((await redisForTests()) !== undefined) {
  let set: RedisSentinels;
  before(async () => {
    set = await startRedisSentinels({ downAfterMs: 1_000 });
  });
  after(() => set[Symbol.asyncDispose]());

  test("a name that no sentinel knows is said", async () => {
    await rejectsWith(
      openStore({ url: set.url.replace("/windlass", "/other") }),
      "STORE_UNAVAILABLE",
      /knows no primary "other"/,
    );
  });

  test("a sentinel that is down does not matter while another is up", async () => {
    await set.sentinels[0]!.service.kill();
    await using store = await openStore({ url: set.url });
    assert.deepEqual(await queuesOf(store), []);
    await set.sentinels[0]!.service.start();
  });

  test("when the primary freezes the next one is found, and what both had goes on", async () => {
    await using store = await openStore({ url: set.url, deadlineMs: 1_000 });
    await using durable = await openStore({ url: set.url, deadlineMs: 1_000, minReplicas: 1 });
    const one = task();
    await durable.add([one]);
    const woken = Promise.withResolvers<void>();
    await using _ = await store.signal.subscribe(["default"], () => woken.resolve());
    set.primary.service.freeze();
    const next = task();
    await untilHealed(() => store.add([next]));
    const leases = await untilHealed(() => claim(store));
    assert.deepEqual(
      leases.map(({ id }) => id),
      [one.id, next.id],
    );
    set.primary.service.thaw();
    await woken.promise; // the listener has found the new primary by itself, maybe later than the calls
  });
}
