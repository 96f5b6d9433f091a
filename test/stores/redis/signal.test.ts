/** Wake-ups over a connection that breaks, and what they cost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startRedis } from "../../../scripts/redis-service.ts";
import { type Clock, systemClock } from "../../../src/store/clock.ts";
import { redisForTests } from "../../services.ts";
import { claim, openStore, raw, rejectsWith, task, untilHealed } from "../../support/redis-fixture.ts";
import { tcpProxy } from "../../support/tcp-proxy.ts";
import { queuesOf } from "../../support/queues-of.ts";

if ((await redisForTests()) !== undefined) {
  test("a listener whose connection broke is woken when it hears again, and hears what comes", async () => {
    await using server = await startRedis();
    await using proxy = await tcpProxy(server.port);
    await using store = await openStore({ url: `redis://127.0.0.1:${proxy.port}` });
    await using other = await openStore({ url: server.url });
    let { promise, resolve } = Promise.withResolvers<void>();
    await using _ = await store.signal.subscribe(["default"], () => resolve());
    proxy.cut();
    await other.add([task()]);
    await promise;
    ({ promise, resolve } = Promise.withResolvers<void>());
    assert.equal((await untilHealed(() => claim(store))).length, 1);
    await claim(other);
    await other.add([task()]);
    await promise;
  });

  test("a store that cannot listen says so, and can later", async () => {
    await using server = await startRedis();
    await using store = await openStore({ url: server.url });
    await server.service.kill();
    await assert.rejects(
      store.signal.subscribe(["default"], () => {}),
      { code: "STORE_UNAVAILABLE" },
    );
    await server.service.start();
    await untilHealed(() => queuesOf(store));
    const woken = Promise.withResolvers<void>();
    await using _ = await untilHealed(() => store.signal.subscribe(["default"], woken.resolve));
    await store.add([task()]);
    await woken.promise;
  });

  test("while workers are busy nothing is published", async () => {
    await using server = await startRedis();
    // Without the word that listeners get a moment later: this is about what a script says at once.
    const clock: Clock = {
      ...systemClock,
      after: (ms, callback, options) =>
        options?.background === true ? () => {} : systemClock.after(ms, callback, options),
    };
    await using store = await openStore({ url: server.url, clock });
    await using other = await raw(server.url);
    await store.add(Array.from({ length: 500 }, () => task()));
    await claim(store, { max: 1 });
    await other.send("CONFIG", "RESETSTAT");
    for (let i = 0; i < 50; i++) {
      await store.add([task()]);
      assert.equal((await claim(store, { max: 1 })).length, 1);
    }
    const stats = String(await other.send("INFO", "commandstats"));
    assert.doesNotMatch(stats, /cmdstat_publish/);
  });

  test("two subscriptions to one queue are told apart, and the last one to leave ends the listening", async () => {
    await using server = await startRedis();
    await using store = await openStore({ url: server.url });
    await using other = await raw(server.url);
    const heard = [0, 0];
    let woken = Promise.withResolvers<void>();
    const first = await store.signal.subscribe(["default"], () => heard[0]!++);
    const second = await store.signal.subscribe(["default"], () => {
      heard[1]!++;
      woken.resolve();
    });
    await store.add([task()]);
    await woken.promise;
    assert.deepEqual(heard, [1, 1]);
    await first[Symbol.asyncDispose]();
    await first[Symbol.asyncDispose]();
    woken = Promise.withResolvers();
    await claim(store);
    await store.add([task()]);
    await woken.promise;
    assert.deepEqual(heard, [1, 2]);
    await second[Symbol.asyncDispose]();
    // Leaving does not wait for Redis, so this is seen a moment later; the runner's limit ends it if it never is.
    while (((await other.send("PUBSUB", "CHANNELS", "windlass:*")) as unknown[]).length > 0);
  });

  test("whoever leaves does not wait for a server that does not answer", async () => {
    await using server = await startRedis();
    const store = await openStore({ url: server.url });
    const subscription = await store.signal.subscribe(["default"], () => {});
    server.service.freeze();
    await subscription[Symbol.asyncDispose]();
    server.service.thaw();
    const killed = await store.signal.subscribe(["default"], () => {});
    await server.service.kill();
    await killed[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });

  test("a subscription on a connection that is cut fails with a code, and leaves no listener behind", async () => {
    await using server = await startRedis();
    await using store = await openStore({ url: server.url });
    await using first = await store.signal.subscribe(["first"], () => {});
    await server.service.kill();
    await rejectsWith(
      store.signal.subscribe(["second"], () => {}),
      "STORE_UNAVAILABLE",
    );
    await server.service.start();
    await untilHealed(() => queuesOf(store));
    await using other = await raw(server.url);
    const woken = Promise.withResolvers<void>();
    await using again = await untilHealed(() => store.signal.subscribe(["first"], woken.resolve));
    await store.add([task({ queue: "first" })]);
    await woken.promise;
    assert.notEqual(first, again);
    assert.deepEqual(
      ((await other.send("PUBSUB", "CHANNELS", "windlass:*")) as unknown[])
        .map(String)
        .filter((name) => name.includes("second")),
      [],
    );
  });
}
