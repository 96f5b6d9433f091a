/** What a call says of itself when the way to Redis breaks: sent or not, and that nothing is sent twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startRedis } from "../../../scripts/redis-service.ts";
import { freePort } from "../../../scripts/services.ts";
import { redisForTests } from "../../services.ts";
import {
  claim,
  complete,
  openStore,
  raw,
  rejectsWith,
  task,
  untilHealed,
} from "../../support/redis-fixture.ts";
import { tcpProxy } from "../../support/tcp-proxy.ts";
import { queuesOf } from "../../support/queues-of.ts";

if ((await redisForTests()) !== undefined) {
  test("a call under way when Redis dies is unknown; the next ones fail at once; then all goes on", async () => {
    await using server = await startRedis({ lines: ["appendonly yes", "appendfsync always"] });
    await using store = await openStore({ url: server.url });
    const one = task();
    server.service.freeze();
    const lost = assert.rejects(store.add([one]), { code: "UNKNOWN" });
    // The connection has taken the call when a later one of the same turn has been refused.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    await server.service.kill();
    await lost;
    await rejectsWith(store.get(one.id), "STORE_UNAVAILABLE", /cannot be reached/);
    await server.service.start();
    const [result] = await untilHealed(() => store.add([one]));
    assert.ok(result?.status === "added" || result?.status === "duplicate");
    assert.equal((await claim(store)).length, 1);
  });

  test("who tries again at once, and again, does not keep the event loop from reconnecting", async () => {
    await using server = await startRedis();
    await using store = await openStore({ url: server.url });
    await server.service.kill();
    await rejectsWith(
      untilFailedAtOnce(() => queuesOf(store)),
      "STORE_UNAVAILABLE",
    );
    const turned = new AbortController();
    setImmediate(() => turned.abort());
    for (let tries = 0; !turned.signal.aborted; tries++) {
      assert.ok(tries < 1_000, "the event loop does not turn");
      await queuesOf(store).catch(() => {});
    }
  });

  test("a call that is not answered within the deadline is unknown, and its connection is replaced", async () => {
    await using server = await startRedis();
    await using store = await openStore({ url: server.url, deadlineMs: 1_000 });
    server.service.freeze();
    await rejectsWith(store.add([task()]), "UNKNOWN", /no answer within 1000 ms/);
    server.service.thaw();
    assert.ok(await untilHealed(() => queuesOf(store)));
  });

  test("a swallowed answer is unknown; the repeated add is a duplicate and nothing was done twice", async () => {
    await using server = await startRedis();
    await using proxy = await tcpProxy(server.port);
    await using store = await openStore({ url: `redis://127.0.0.1:${proxy.port}`, deadlineMs: 1_000 });
    const one = task();
    await store.add([task()]);
    proxy.swallowReplies();
    const lost = rejectsWith(store.add([one]), "UNKNOWN");
    await proxy.swallowed();
    proxy.cut();
    await lost;
    proxy.passReplies();
    assert.deepEqual(await untilHealed(() => store.add([one])), [{ status: "duplicate", id: one.id }]);
    const [info] = await queuesOf(store);
    assert.equal(info?.counts.pending, 2);
  });

  test("no command is sent again after a break", async () => {
    await using server = await startRedis();
    await using proxy = await tcpProxy(server.port);
    await using store = await openStore({ url: `redis://127.0.0.1:${proxy.port}` });
    await using other = await raw(server.url);
    await store.add([task()]);
    await other.send("CONFIG", "RESETSTAT");
    proxy.swallowReplies();
    const lost = Promise.all([1, 2, 3].map(() => rejectsWith(store.add([task()]), "UNKNOWN")));
    await proxy.swallowed();
    // All three were written in one turn, so they have arrived when the first is answered.
    proxy.cut();
    await lost;
    proxy.passReplies();
    await untilHealed(() => store.get(task().id));
    const stats = String(await other.send("INFO", "commandstats"));
    assert.match(stats, /cmdstat_rpush:calls=3,/);
    assert.equal((await queuesOf(store))[0]?.counts.pending, 4);
  });

  test("a claim whose answer was swallowed comes back by saying what the worker holds", async () => {
    await using server = await startRedis();
    await using proxy = await tcpProxy(server.port);
    await using store = await openStore({ url: `redis://127.0.0.1:${proxy.port}`, deadlineMs: 1_000 });
    const one = task();
    await store.add([one]);
    proxy.swallowReplies();
    const lost = rejectsWith(claim(store), "UNKNOWN");
    await proxy.swallowed();
    proxy.cut();
    await lost;
    proxy.passReplies();
    assert.deepEqual(await untilHealed(() => claim(store)), []);
    const [lease] = await claim(store, { holding: [] });
    assert.deepEqual([lease?.id, lease?.crashes], [one.id, 0]);
  });

  test("a settlement whose answer was swallowed is lost when it is repeated, and was applied", async () => {
    await using server = await startRedis();
    await using proxy = await tcpProxy(server.port);
    await using store = await openStore({ url: `redis://127.0.0.1:${proxy.port}`, deadlineMs: 1_000 });
    await store.add([task()]);
    const leases = await claim(store);
    proxy.swallowReplies();
    const lost = rejectsWith(complete(store, leases), "UNKNOWN");
    await proxy.swallowed();
    proxy.cut();
    await lost;
    proxy.passReplies();
    assert.deepEqual(await untilHealed(() => complete(store, leases)), ["lost"]);
    assert.equal((await queuesOf(store))[0]?.counts.running, 0);
  });

  test("many breaks in a row are survived", async () => {
    await using server = await startRedis();
    await using proxy = await tcpProxy(server.port);
    await using store = await openStore({ url: `redis://127.0.0.1:${proxy.port}` });
    for (let i = 0; i < 4; i++) {
      proxy.cut();
      await untilHealed(() => store.add([task()]));
    }
    assert.equal((await queuesOf(store))[0]?.counts.pending, 4);
  });

  test("a disposed store makes no more connections, and a call under way ends", async () => {
    await using server = await startRedis();
    await using proxy = await tcpProxy(server.port);
    const store = await openStore({ url: `redis://127.0.0.1:${proxy.port}` });
    proxy.swallowReplies();
    const lost = rejectsWith(queuesOf(store), "UNKNOWN");
    await proxy.swallowed();
    await store[Symbol.asyncDispose]();
    await lost;
    const { accepted } = proxy;
    proxy.cut();
    await rejectsWith(queuesOf(store), "STORE_CLOSED");
    assert.equal(proxy.accepted, accepted);
  });

  test("a store can be disposed of while it reconnects", async () => {
    await using server = await startRedis();
    const store = await openStore({ url: server.url });
    await server.service.kill();
    await untilRefused(() => store.queues({ limit: 1 }));
    await store[Symbol.asyncDispose]();
    await rejectsWith(queuesOf(store), "STORE_CLOSED");
  });

  test("a Redis that is not there is said at once, with its address", async () => {
    const port = await freePort();
    await rejectsWith(
      openStore({ url: `redis://u:hunter2@127.0.0.1:${port}` }),
      "STORE_UNAVAILABLE",
      new RegExp(`:${port} .*ECONNREFUSED`),
    );
  });

  test("a store that could not be opened can be opened later", async () => {
    await using server = await startRedis();
    await server.service.kill();
    const store = (await import("../../../src/stores/redis/index.ts")).redisStore({ url: server.url });
    await rejectsWith(store.open(), "STORE_UNAVAILABLE");
    await server.service.start();
    await Promise.all([store.open(), store.open()]);
    assert.deepEqual(await queuesOf(store), []);
    await store[Symbol.asyncDispose]();
  });

  test("a server that does not speak Redis is told from one that does", async () => {
    const { createServer } = await import("node:http");
    const server = createServer((_, response) => response.end("hello")).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    assert.ok(typeof address === "object" && address !== null);
    await assert.rejects(
      openStore({ url: `redis://127.0.0.1:${address.port}`, deadlineMs: 2_000 }),
      /Redis at 127.0.0.1/,
    );
    server.closeAllConnections();
    server.close();
  });
}

async function untilRefused(call: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await call();
    } catch (error) {
      if ((error as { code?: string }).code === "STORE_UNAVAILABLE") return;
    }
  }
}

/** Calls until one fails because the last attempt to connect failed. */
async function untilFailedAtOnce(call: () => Promise<unknown>): Promise<never> {
  for (;;) {
    const error: unknown = await call().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error instanceof Error && /cannot be reached: .*ECONNREFUSED/.test(error.message)) throw error;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
