/** Bodies: how large, of what kind, and what happens when they do not come. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { httpHandler } from "../../../src/server/http/index.ts";
import { memoryStore } from "../../../src/stores/memory/index.ts";
import { fixture } from "../../api/fixture.ts";
import { assertProblem, readAll, serve } from "./serve.ts";
import { queuesOf } from "../../support/queues-of.ts";

const LIMIT = 1_048_576 + 65_536;

/** A task whose body has this many bytes, the last of the payload's characters taking two. */
function bodyOf(bytes: number): string {
  const frame = Buffer.byteLength('{"type":"job","payload":{"x":"é"}}');
  const padding = Math.max(0, bytes - frame - 1_000_000);
  return `{"type":"job","payload":{"x":"${"a".repeat(bytes - frame - padding)}é"}}${" ".repeat(padding)}`;
}

test("the limit is the limit to the byte", async () => {
  await using s = await serve();
  assert.equal(Buffer.byteLength(bodyOf(LIMIT)), LIMIT);
  for (const bytes of [LIMIT - 1, LIMIT])
    assert.equal((await s.request("POST", "/v1/tasks", bodyOf(bytes))).status, 202);
  const before = await s.snapshot();
  assertProblem(await s.request("POST", "/v1/tasks", bodyOf(LIMIT + 1)), 413, "BODY_TOO_LARGE");
  assert.equal(await s.snapshot(), before);
});

test("a payload of 1 MiB fits, one byte more does not", async () => {
  await using s = await serve();
  const task = (bytes: number): string => `{"type":"job","payload":"${"a".repeat(bytes - 2)}"}`;
  assert.equal((await s.request("POST", "/v1/tasks", task(1_048_576))).status, 202);
  assertProblem(await s.request("POST", "/v1/tasks", task(1_048_577)), 413, "PAYLOAD_TOO_LARGE", "/payload");
});

test("a body that does not say its length is measured while it comes", async () => {
  await using s = await serve({ limits: { bodyBytes: 1_000, batchBytes: 2_000 } });
  const chunk = `${(500).toString(16)}\r\n${" ".repeat(500)}\r\n`;
  const post = (path: string, chunks: number): Promise<string> =>
    s.raw(
      `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n`,
      chunk.repeat(chunks),
      "0\r\n\r\n",
    );
  assert.match(await post("/v1/tasks", 3), /^HTTP\/1\.1 413 [\s\S]*"code":"BODY_TOO_LARGE"/);
  assert.match(await post("/v1/tasks/batch", 3), /^HTTP\/1\.1 400 [\s\S]*"code":"INVALID_JSON"/);
  assert.match(await post("/v1/tasks/batch", 5), /^HTTP\/1\.1 413 /);
  assert.equal((await s.store.list({ limit: 1 })).items.length, 0);
});

test("a body is declared as plain JSON", async () => {
  await using s = await serve();
  const post = (headers: Record<string, string>) => s.request("POST", "/v1/tasks", '{"type":"job"}', headers);
  for (const type of [
    "application/json",
    "application/json; charset=utf-8",
    'Application/JSON;charset="UTF-8"',
  ]) {
    assert.equal((await post({ "content-type": type })).status, 202, type);
  }
  const before = await s.snapshot();
  for (const type of [
    "text/plain",
    "application/json; charset=utf-16",
    "application/jsonp",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
  ]) {
    assertProblem(await post({ "content-type": type }), 415, "UNSUPPORTED_MEDIA_TYPE");
  }
  assertProblem(await post({ "content-encoding": "gzip" }), 415, "UNSUPPORTED_MEDIA_TYPE");
  const untyped = await s.raw(
    "POST /v1/tasks HTTP/1.1\r\nhost: localhost\r\ncontent-length: 14\r\nconnection: close\r\n\r\n",
    '{"type":"job"}',
  );
  assert.match(untyped, /^HTTP\/1\.1 415 /);
  assert.equal(await s.snapshot(), before);
});

test("a client that leaves before its body has come leaves no task", async () => {
  await using s = await serve();
  const socket = await s.connect();
  socket.write(
    'POST /v1/tasks HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{"type":"job"}',
  );
  // The answer to a later request shows that the server has taken up the earlier one.
  await s.request("GET", "/livez");
  socket.destroy();
  await once(socket, "close");
  await s.request("GET", "/livez");
  assert.equal((await s.store.list({ limit: 1 })).items.length, 0);
});

test("a body that comes too slowly is a 408", async () => {
  await using s = await serve({ limits: { requestTimeoutMs: 60, checkEveryMs: 20 } });
  const socket = await s.connect();
  socket.write(
    "POST /v1/tasks HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{",
  );
  assert.match(await readAll(socket), /^HTTP\/1\.1 408 [\s\S]*"code":"REQUEST_TIMEOUT"/);
});

test("1,000 pipelined requests of a client that does not wait are each done once", async () => {
  await using s = await serve();
  const one =
    'POST /task HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 14\r\n\r\n{"type":"job"}';
  const answers = await s.raw(
    one.repeat(999),
    one.replace("content-type", "connection: close\r\ncontent-type"),
  );
  assert.equal(answers.match(/HTTP\/1\.1 202 /g)?.length, 1_000);
  assert.equal((await queuesOf(s.store))[0]?.counts.pending, 1_000);
});

test("the handler by itself reads a web stream under the same limits", async () => {
  await using w = fixture();
  const handler = httpHandler({ client: w.client, limits: { bodyBytes: 100 } });
  const post = async (body: string): Promise<number> => {
    const headers = { "content-type": "application/json" };
    const request = new Request("http://localhost/v1/tasks", { method: "POST", body, headers });
    return (await handler(request)).status;
  };
  assert.equal(await post('{"type":"job"}'), 202);
  assert.equal(await post(`{"type":"job","payload":"${"a".repeat(100)}"}`), 413);
  assert.equal(await post(""), 400);
});

/** The head of a task to add, whose body of `bytes` bytes is sent apart. */
function headOf(bytes: number, headers = ""): string {
  return `POST /v1/tasks HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n${headers}content-length: ${bytes}\r\n\r\n`;
}

test("bodies that stay open have a bound together: the largest makes room, and small ones pass", async () => {
  await using s = await serve({ limits: { bodyBytesInAll: 100_000 } });
  const sizes = [20_000, 40_000, 30_000];
  const open = await Promise.all(
    sizes.map(async (bytes) => {
      const socket = await s.connect();
      const answer = readAll(socket);
      socket.write(headOf(1_000_000, "connection: close\r\n"));
      socket.write(" ".repeat(bytes));
      return { socket, answer };
    }),
  );
  // A fourth goes beyond, and the second has most.
  const small = JSON.stringify({ type: "job", payload: "x".repeat(9_000) });
  const replies = [];
  const refused = open[1]!.answer.then((answer) => ({ answer }));
  for (let done: unknown; done === undefined;) {
    replies.push(await s.request("POST", "/v1/tasks", small));
    done = await Promise.race([refused, s.request("GET", "/livez").then(() => undefined)]);
    open[2]!.socket.write(" ".repeat(1_000));
  }
  for (const { status } of replies) assert.equal(status, 202);
  const { answer } = await refused;
  assert.match(answer, /^HTTP\/1\.1 503 [\s\S]*retry-after: 1[\s\S]*"code":"SERVER_BUSY"/i);
  // What it held is free again, and so is what is answered or given up.
  open[0]!.socket.destroy();
  open[2]!.socket.destroy();
  let reply: Awaited<ReturnType<typeof s.request>>;
  do
    reply = await s.request("POST", "/v1/tasks", bodyOf(80_000)); // until the server sees that they are gone
  while (reply.status === 503);
  assert.equal(reply.status, 202);
  assert.equal((await s.request("POST", "/v1/tasks", bodyOf(100_000))).status, 202);
});

test("a body that has come counts until its request is answered", async () => {
  const inner = memoryStore();
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const store = {
    ...inner,
    async add(tasks: Parameters<typeof inner.add>[0]) {
      reached.resolve();
      await gate.promise;
      return inner.add(tasks);
    },
  };
  await using s = await serve({ store, limits: { bodyBytesInAll: 100_000 } });
  const first = s.request("POST", "/v1/tasks", bodyOf(90_000));
  await reached.promise;
  assertProblem(await s.request("POST", "/v1/tasks", bodyOf(20_000)), 503, "SERVER_BUSY");
  gate.resolve();
  assert.equal((await first).status, 202);
  assert.equal((await s.request("POST", "/v1/tasks", bodyOf(20_000))).status, 202);
});

test("bodies of another host's requests are bounded, too", async () => {
  await using w = fixture();
  const handler = httpHandler({ client: w.client, limits: { bodyBytesInAll: 10_000 } });
  const post = (bytes: number) =>
    handler(
      new Request("http://localhost/v1/tasks", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: bodyOf(bytes),
      }),
    );
  assert.equal((await post(10_001)).status, 503);
  assert.equal((await post(10_000)).status, 202);
});
