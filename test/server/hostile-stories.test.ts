/** What takes more than one request, or time: against a real `windlass server` that serves others meanwhile. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { answersIn, send } from "./hostile/fire.ts";
import { request } from "./hostile/row.ts";
import { type Server, start } from "./hostile/server.ts";

const HEAD = "POST /v1/tasks/batch HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";

/** Resident memory that no story may go beyond, in MiB: a server at rest has about 120. */
const MOST_MEMORY = 600;

/** A connection that is ended with the test. */
async function dial(t: TestContext, port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {}); // cut off is an answer, too
  t.after(() => socket.destroy());
  await once(socket, "connect");
  return socket;
}

function dialMany(t: TestContext, port: number, count: number): Promise<readonly Socket[]> {
  return Promise.all(Array.from({ length: count }, () => dial(t, port)));
}

async function alive({ url }: Server): Promise<void> {
  const began = performance.now();
  for (const path of ["/livez", "/readyz", "/v1/queues"]) assert.equal((await fetch(url + path)).status, 200);
  assert.ok(performance.now() - began < 3_000, `${performance.now() - began} ms for three looks`);
}

async function post({ url }: Server, body: object): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(`${url}/v1/tasks`, { method: "POST", headers, body: JSON.stringify(body) });
}

test("900 pages asked for at once on one connection and not read keep nobody else waiting", async (t) => {
  const server = await start(t);
  const tasks = Array.from({ length: 500 }, () => ({ type: "page", payload: "x".repeat(1_000) }));
  const headers = { "content-type": "application/json" };
  const added = await fetch(`${server.url}/v1/tasks/batch`, {
    method: "POST",
    headers,
    body: JSON.stringify({ tasks }),
  });
  assert.equal(added.status, 202);
  const socket = await dial(t, server.port);
  const get = "GET /v1/tasks?limit=500 HTTP/1.1\r\nhost: localhost\r\n";
  socket.pause();
  socket.write(`${get}\r\n`.repeat(899) + `${get}connection: close\r\n\r\n`);
  for (let n = 0; n < 20; n++) await alive(server);
  assert.ok(server.memory() < MOST_MEMORY, `${server.memory()} MiB`);
  await server.stop();
});

test("bodies that come byte by byte, stop in the middle or go away leave nothing", async (t) => {
  const server = await start(t);
  const before = await server.snapshot();
  const sockets = await dialMany(t, server.port, 300);
  for (const socket of sockets) socket.write(`${HEAD}content-length: 1000\r\n\r\n`);
  for (const byte of '{"tasks":[{"type":"slow"}') {
    for (const socket of sockets) socket.write(byte);
    await alive(server);
  }
  for (const [index, socket] of sockets.entries()) {
    if (index % 3 === 0) socket.resetAndDestroy();
    else if (index % 3 === 1) socket.end();
    else socket.destroy();
  }
  await alive(server);
  assert.equal(await server.snapshot(), before);
  await server.stop();
});

test("forty batches of 8 MB that do not end do not fill the memory, and others may add", async (t) => {
  const server = await start(t);
  const sockets = await dialMany(t, server.port, 40);
  const refused = new Set<Socket>();
  for (const socket of sockets) {
    socket.once("data", (data: Buffer) => {
      if (/^HTTP\/1\.1 503 [\s\S]*SERVER_BUSY/.test(data.toString())) refused.add(socket);
    });
  }
  for (const socket of sockets) socket.write(`${HEAD}content-length: ${8 * 1_048_576}\r\n\r\n`);
  const part = Buffer.alloc(7 * 1_048_576, " ");
  for (const socket of sockets) socket.write(part);
  // 40 of 7 MiB, of which 64 MiB have room.
  while (refused.size < 40 - 10) {
    assert.equal((await post(server, { type: "small" })).status, 202);
    await alive(server);
  }
  assert.ok(server.memory() < MOST_MEMORY, `${server.memory()} MiB`);
  for (const socket of sockets) socket.destroy();
  await alive(server);
  await server.stop();
});

test("one key from a hundred callers at once is one task, and with other content a conflict", async (t) => {
  const server = await start(t);
  const replies = await Promise.all(
    Array.from({ length: 100 }, async (_, n) => {
      const reply = await post(server, { type: "once", key: "k", payload: n % 2 });
      return { status: reply.status, ...((await reply.json()) as { id?: string; code?: string }) };
    }),
  );
  const taken = replies.filter(({ status }) => status === 202);
  assert.equal(new Set(taken.map(({ id }) => id)).size, 1);
  assert.equal(taken.length, 50);
  for (const { status, code } of replies)
    assert.ok(status === 202 || code === "KEY_CONFLICT", `${status} ${code}`);
  await server.stop();
});

test("clients that go away before their answer, and headers that do not come in time", async (t) => {
  const server = await start(t);
  const slow = send(server.port, { bytes: "GET /livez HTTP/1.1\r\nhost: localh" });
  const silent = await dialMany(t, server.port, 100);
  for (let n = 0; n < 200; n++) {
    const socket = await dial(t, server.port);
    socket.write(request("GET", "/v1/tasks?limit=500"));
    socket.resetAndDestroy();
  }
  await alive(server);
  const [answer] = answersIn(await slow);
  assert.equal(answer?.status, 408);
  assert.equal((JSON.parse(answer.body) as { code: string }).code, "REQUEST_TIMEOUT");
  for (const socket of silent) socket.destroy();
  await server.stop();
});
