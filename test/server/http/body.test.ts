/** Bodies: how large, of what kind, and what happens when they do not come. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { httpHandler } from "../../../src/server/http/index.ts";
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
