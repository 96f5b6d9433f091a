/** Stopping: nobody is cut off, nobody waits for ever. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import type { FullStore } from "../../../src/store/facets.ts";
import { memoryStore } from "../../../src/stores/memory/index.ts";
import { manualClock } from "../../../src/testing/index.ts";
import { assertProblem, readAll, serve } from "./serve.ts";

const POST =
  'POST /v1/tasks HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 14\r\n\r\n{"type":"job"}';

/** A store whose `add` waits until it is let go on. */
function held(): { store: FullStore; reached: Promise<void>; open: () => void } {
  const inner = memoryStore();
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const store: FullStore = {
    ...inner,
    add: async (tasks) => {
      reached.resolve();
      await released.promise;
      return inner.add(tasks);
    },
  };
  return { store, reached: reached.promise, open: released.resolve };
}

test("what is being answered is finished, then the connection closes", async () => {
  const { store, reached, open } = held();
  await using s = await serve({ store });
  const socket = await s.connect();
  const answer = readAll(socket);
  socket.write(POST);
  await reached;
  const stopped = s.server.stop();
  open();
  assert.match(await answer, /^HTTP\/1\.1 202 [\s\S]*connection: close/i);
  await stopped;
  assert.equal((await store.list({ limit: 1 })).items.length, 1);
});

test("idle connections are closed at once, and new ones are not taken", { timeout: 20_000 }, async () => {
  // No other bound may close them first.
  const hour = 3_600_000;
  await using s = await serve({
    limits: { stopTimeoutMs: hour, keepAliveTimeoutMs: hour, headersTimeoutMs: hour, requestTimeoutMs: hour },
  });
  const idle = await s.connect();
  const closed = once(idle.resume(), "close");
  await s.request("GET", "/livez");
  await s.server.stop();
  await closed;
  await assert.rejects(s.request("GET", "/livez"));
});

test("a stopping server is not ready, answers looks, and refuses new work", async () => {
  const { store, reached, open } = held();
  await using s = await serve({ store });
  const busy = await s.connect();
  busy.write(POST);
  await reached;
  // Requests that have begun when the stop comes: the answers to them say so.
  const begun = await Promise.all(
    ["POST /v1/tasks", "GET /readyz", "GET /health", "GET /v1/queues"].map(async (start) => {
      const socket = await s.connect();
      socket.write(start);
      return { socket, answer: readAll(socket) };
    }),
  );
  await s.request("GET", "/livez"); // their bytes have arrived before these
  const stopped = s.server.stop();
  for (const [index, { socket }] of begun.entries()) {
    socket.write(
      ` HTTP/1.1\r\nhost: localhost\r\n${index === 0 ? POST.slice(POST.indexOf("content-type")) : "\r\n"}`,
    );
  }
  const [post, ready, health, queues] = await Promise.all(begun.map(({ answer }) => answer));
  assert.match(post!, /^HTTP\/1\.1 503 [\s\S]*"code":"SHUTTING_DOWN"/);
  assert.match(post!, /retry-after: 1/i);
  assert.match(ready!, /^HTTP\/1\.1 503 [\s\S]*"status":"stopping"/);
  assert.match(health!, /^HTTP\/1\.1 200 [\s\S]*"stopping":true/);
  assert.match(queues!, /^HTTP\/1\.1 200 /);
  for (const answer of [post, ready, health, queues]) assert.match(answer!, /connection: close/i);
  open();
  assert.match(await readAll(busy), /^HTTP\/1\.1 202 /);
  await stopped;
  assert.equal((await store.list({ limit: 5 })).items.length, 1);
});

test(
  "while the program ends its work the door is open: looks are answered, new work is not",
  { timeout: 20_000 },
  async () => {
    await using s = await serve();
    const ends = Promise.withResolvers<void>();
    let running = 3;
    const kept = await s.connect(); // a connection of before, which its client goes on using
    kept.write("GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await once(kept, "data");
    const stopped = s.server.stop({ until: ends.promise, running: () => running });
    const closing = "connection: close\r\n";
    const ask = (head: string, rest = "") =>
      s.raw(`${head} HTTP/1.1\r\nhost: localhost\r\n${closing}${rest}\r\n`);
    assert.match(
      await ask("GET /readyz"),
      /^HTTP\/1\.1 503 [\s\S]*{"status":"stopping","running":3,"finished":0}/,
    );
    running = 1;
    assert.match(
      await ask("GET /readyz"),
      /^HTTP\/1\.1 503 [\s\S]*{"status":"stopping","running":1,"finished":2}/,
    );
    for (const path of ["/", "/livez", "/health", "/stats", "/v1/tasks"]) {
      const { status, headers } = await s.request("GET", path);
      assert.deepEqual(
        [status, headers.get("connection"), headers.get("windlass-stopping")],
        [200, "close", "running=1, finished=2"],
        path,
      );
    }
    for (const [method, path] of [
      ["POST", "/task"],
      ["POST", "/v1/tasks/batch"],
      ["POST", "/v1/queues/default/pause"],
    ] as const) {
      const reply = await s.request(method, path, { type: "job" });
      assertProblem(reply, 503, "SHUTTING_DOWN");
      assert.deepEqual(
        [reply.headers.get("retry-after"), reply.headers.get("connection")],
        ["1", "close"],
        path,
      );
    }
    const answer = readAll(kept);
    kept.write(POST);
    assert.match(await answer, /^HTTP\/1\.1 503 [\s\S]*connection: close[\s\S]*SHUTTING_DOWN/i);
    ends.resolve();
    await stopped;
    await assert.rejects(s.request("GET", "/livez"));
    assert.equal((await s.store.list({ limit: 1 })).items.length, 0);
  },
);

test("the open door has its least time and its end, whatever the program does", async () => {
  const clock = manualClock();
  await using s = await serve({ clock, limits: { drainTimeoutMs: 1_000 } });
  const never = s.server.stop({ until: new Promise(() => {}) });
  assert.equal((await s.request("GET", "/readyz")).status, 503);
  await clock.advance(1_000);
  await never;
  await using patient = await serve({ clock });
  const stopped = patient.server.stop({ openMs: 2_000, until: Promise.reject(new Error("no end")) });
  await clock.advance(1_999);
  assert.deepEqual((await patient.request("GET", "/readyz")).json, { status: "stopping" });
  assert.equal((await patient.request("GET", "/livez")).headers.get("windlass-stopping"), "yes");
  await clock.advance(1);
  await stopped;
  await assert.rejects(patient.request("GET", "/livez"));
  await using s3 = await serve();
  await assert.rejects(s3.server.stop({ openMs: -1 }), { code: "INVALID_OPTION" });
  await assert.rejects(s3.server.stop({ opn: 1 } as never), { code: "UNKNOWN_OPTION" });
  assert.equal((await s3.request("GET", "/readyz")).status, 200);
});

test("what does not end is cut off", async () => {
  const { store, reached, open } = held();
  await using s = await serve({ store, limits: { stopTimeoutMs: 50 } });
  const socket = await s.connect();
  const answer = readAll(socket);
  socket.write(POST);
  await reached;
  await s.server.stop();
  assert.equal(await answer, "");
  open();
});

test("stopping twice waits for the same end, and the queue stays open", async () => {
  await using s = await serve();
  await Promise.all([s.server.stop(), s.server.stop()]);
  await s.server.stop();
  assert.equal((await s.client.enqueue("job", null)).duplicate, false);
});
