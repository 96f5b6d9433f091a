/** A server or a worker that starts before its store: it waits, unless it is told how long. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { provideRedis, startRedis } from "../../scripts/redis-service.ts";
import { freePort } from "../../scripts/services.ts";
import { Client } from "../../src/index.ts";
import { startServer } from "../../src/server/http/index.ts";
import { memoryStore } from "../../src/stores/memory/index.ts";
import { runCli, startCli, temporaryFolder } from "../support/cli.ts";

/** Names the address of a server that waits. */
const EARLY = /"url":"(http:[^"]+)","msg":"listening; not ready before the store is there"/;

/** Where no Redis is, yet. */
async function nowhere(t: TestContext) {
  const folder = temporaryFolder(t);
  const port = await freePort();
  return { folder, port, url: `redis://127.0.0.1:${port}` };
}

test("--wait 0 fails with the first try and --wait 4s after that time, with exit code 6", async (t) => {
  const { folder, url } = await nowhere(t);
  // The first try gives up before that.
  for (const wait of ["0", "4s"]) {
    const { code, stderr } = await runCli(folder, ["server", "--url", url, "--port", "0", "--wait", wait]);
    assert.equal(code, 6, stderr);
    assert.match(stderr, /cannot be reached: .* \(STORE_UNAVAILABLE\)/);
    assert.equal(/the store is away; waiting for it/.test(stderr), wait !== "0");
  }
});

test("what no waiting mends fails at once", async (t) => {
  const { folder } = await nowhere(t);
  writeFileSync(join(folder, "text.db"), "hello, this is a text and no database\n".repeat(100));
  const { code, stderr } = await runCli(folder, ["server", "--url", "sqlite:text.db", "--port", "0"]);
  assert.equal(code, 6);
  assert.match(stderr, /\(STORE_FOREIGN\)/);
});

test("how long to wait is a duration or forever", async (t) => {
  const { folder, url } = await nowhere(t);
  const { code, stderr } = await runCli(folder, ["server", "--url", url, "--wait", "soon"]);
  assert.equal(code, 2);
  assert.match(stderr, /--wait is "soon"; expected .*"5m".*\(INVALID_OPTION\)/);
});

if ((await provideRedis()) !== undefined) {
  test("a server that starts before its Redis waits for it, and then listens", async (t) => {
    const { folder, port, url } = await nowhere(t);
    const args = ["server", "--url", url, "--port", "0", "--wait", "forever"];
    const server = startCli(t, folder, args);
    await server.waitFor(/the store is away; waiting for it/);
    const [, early] = await server.waitFor(EARLY);
    const ask = async (path: string, init?: RequestInit) => {
      const answer = await fetch(early + path, init);
      return [answer.status, ((await answer.json()) as { code?: string }).code];
    };
    assert.deepEqual(await ask("/livez"), [200, undefined]);
    assert.deepEqual(await ask("/readyz"), [503, undefined]);
    assert.deepEqual(await ask("/health"), [503, undefined]);
    assert.deepEqual(await ask("/v1/queues"), [503, "STORE_UNAVAILABLE"]);
    const body = { method: "POST", headers: { "content-type": "application/json" }, body: '{"type":"t"}' };
    assert.deepEqual(await ask("/v1/tasks", body), [503, "STORE_UNAVAILABLE"]);
    assert.equal((await fetch(`${early}/`)).status, 200);
    await using redis = await startRedis({ port });
    assert.equal(redis.port, port);
    const [, address] = await server.waitFor(/server on (http:\/\/\S+),/);
    assert.equal(address, early);
    assert.equal((await fetch(`${address}/readyz`)).status, 200);
    assert.deepEqual(await ask("/v1/tasks", body), [202, undefined]);
    server.process.kill("SIGTERM");
    const { code, stderr } = await server.ended;
    assert.equal(code, 0, stderr);
    assert.equal(stderr.match(/the store is away/g)?.length, 1, stderr);
    assert.match(stderr, /the store is there/);
  });
}

test("a worker that waits for its store can be stopped", async (t) => {
  const { folder, url } = await nowhere(t);
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(join(import.meta.dirname, "../.."), join(folder, "node_modules/windlass"));
  writeFileSync(
    join(folder, "tasks.ts"),
    'import { defineTask } from "windlass";\nexport const echo = defineTask({ type: "echo", run() {} });\n',
  );
  const worker = startCli(t, folder, ["worker", "tasks.ts", "--url", url]);
  await worker.waitFor(/the store is away; waiting for it/);
  worker.process.kill("SIGTERM");
  const { code, stderr } = await worker.ended;
  assert.equal(code, 0, stderr);
});

test("a server that waits for its store can be stopped, and listens no more", async (t) => {
  const { folder, url } = await nowhere(t);
  const server = startCli(t, folder, ["server", "--url", url, "--port", "0"]);
  const [, address] = await server.waitFor(EARLY);
  assert.equal((await fetch(`${address}/livez`)).status, 200);
  server.process.kill("SIGTERM");
  const { code, stderr } = await server.ended;
  assert.equal(code, 0, stderr);
  await assert.rejects(fetch(`${address}/livez`));
});

test("a server that waits for its store fails at once where its port is taken", async (t) => {
  const { folder, url } = await nowhere(t);
  await using taken = await startServer({ client: new Client(memoryStore()), port: 0 });
  const { code, stderr } = await runCli(folder, ["server", "--url", url, "--port", String(taken.port)]);
  assert.equal(code, 4, stderr);
  assert.match(stderr, /\(PORT_TAKEN\)/);
});
