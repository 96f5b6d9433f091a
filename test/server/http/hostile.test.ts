/** What a client sends that is not HTTP, or is too much of it: told so, hung up on, and nothing done. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRawProblem, readAll, serve } from "./serve.ts";

const BODY = '{"type":"job"}';
const HEAD = "POST /v1/tasks HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";

const MALFORMED: Readonly<Record<string, string>> = {
  "a length and chunks": `${HEAD}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  "two lengths": `${HEAD}content-length: 14\r\ncontent-length: 15\r\n\r\n${BODY}`,
  "two equal lengths in one": `${HEAD}content-length: 14, 14\r\n\r\n${BODY}`,
  "a negative length": `${HEAD}content-length: -1\r\n\r\n${BODY}`,
  "a length with a sign": `${HEAD}content-length: +14\r\n\r\n${BODY}`,
  "a length in hex": `${HEAD}content-length: 0x0e\r\n\r\n${BODY}`,
  "a coding after chunked": `${HEAD}transfer-encoding: chunked, identity\r\n\r\ne\r\n${BODY}\r\n0\r\n\r\n`,
  "a coding that is none": `${HEAD}transfer-encoding: xchunked\r\n\r\ne\r\n${BODY}\r\n0\r\n\r\n`,
  "a space before the colon": `${HEAD}content-length : 14\r\n\r\n${BODY}`,
  "a folded header": `${HEAD}x-a: b\r\n c\r\ncontent-length: 14\r\n\r\n${BODY}`,
  "bare line feeds": "POST /v1/tasks HTTP/1.1\nhost: localhost\ncontent-length: 14\n\n{}",
  "a chunk that overflows": `${HEAD}transfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n`,
  "a method in lower case": "get / HTTP/1.1\r\nhost: localhost\r\n\r\n",
  "a method that is none": `${"X".repeat(10_000)} / HTTP/1.1\r\nhost: localhost\r\n\r\n`,
  "no HTTP at all": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  "a NUL in a header": "GET / HTTP/1.1\r\nhost: localhost\r\nx-a: \0\r\n\r\n",
};

for (const [name, bytes] of Object.entries(MALFORMED)) {
  test(`${name} is a 400`, async () => {
    await using s = await serve();
    assertRawProblem(await s.raw(bytes), 400, "MALFORMED_REQUEST");
    assert.equal((await s.store.list({ limit: 1 })).items.length, 0);
    assert.equal((await s.request("GET", "/livez")).status, 200);
  });
}

test("headers that are too many or too large are a 431", async () => {
  await using s = await serve();
  const get = (headers: string): Promise<string> =>
    s.raw(`GET /livez HTTP/1.1\r\nhost: localhost\r\n${headers}\r\n`);
  const many = (count: number): string => Array.from({ length: count }, (_, n) => `x-${n}: y\r\n`).join("");
  assert.match(await get(`${many(98)}connection: close\r\n`), /^HTTP\/1\.1 200 /);
  assertRawProblem(await get(many(100)), 431, "HEADERS_TOO_LARGE");
  assertRawProblem(await get(many(1_000)), 431, "HEADERS_TOO_LARGE");
  assertRawProblem(await get(`x-a: ${"y".repeat(17_000)}\r\n`), 431, "HEADERS_TOO_LARGE");
  assertRawProblem(await s.raw(`GET /${"x".repeat(100_000)} HTTP/1.1\r\n\r\n`), 431, "HEADERS_TOO_LARGE");
});

test("headers named after an object's own are headers like any other", async () => {
  await using s = await serve();
  const answer = await s.raw(
    `${HEAD}__proto__: x\r\nconstructor: x\r\ntoString: x\r\nhasOwnProperty: x\r\nconnection: close\r\ncontent-length: 14\r\n\r\n${BODY}`,
  );
  assert.match(answer, /^HTTP\/1\.1 202 /);
});

test("a target or host that is none is a 400, and Node's own words are not shown", async () => {
  await using s = await serve();
  for (const request of [
    "GET / HTTP/1.1\r\nconnection: close\r\n\r\n",
    "GET \\evil HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
    "GET /a\\b HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a b@c\r\nconnection: close\r\n\r\n",
  ]) {
    assertRawProblem(await s.raw(request), 400, "MALFORMED_REQUEST");
  }
});

test("odd paths are 404, never 500", async () => {
  await using s = await serve();
  for (const path of ["//", "/..", "/%2e%2e/x", "/%00", "/%zz", "/%c0%af", "/v1/./nope", "/v1//tasks"]) {
    const answer = await s.raw(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 (?:404|200) /, path);
  }
});

test("TRACE is a 405, CONNECT too, an unknown Expect a 400, and no upgrade is taken up", async () => {
  await using s = await serve();
  const raw = (start: string, headers = ""): Promise<string> =>
    s.raw(`${start} HTTP/1.1\r\nhost: localhost\r\n${headers}connection: close\r\n\r\n`);
  assertRawProblem(await raw("TRACE /v1/tasks"), 405, "METHOD_NOT_ALLOWED");
  assertRawProblem(await raw("CONNECT localhost:1"), 405, "METHOD_NOT_ALLOWED");
  assertRawProblem(await raw("GET /livez", "expect: tea\r\n"), 400, "MALFORMED_REQUEST");
  const upgrade = "upgrade: websocket\r\nconnection: upgrade, close\r\n";
  assert.match(await s.raw(`GET /livez HTTP/1.1\r\nhost: localhost\r\n${upgrade}\r\n`), /^HTTP\/1\.1 200 /);
});

test("headers that come too slowly are a 408, and others are served meanwhile", async () => {
  await using s = await serve({ limits: { headersTimeoutMs: 60, checkEveryMs: 20 } });
  const sockets = await Promise.all(Array.from({ length: 20 }, () => s.connect()));
  for (const socket of sockets) socket.write("GET /livez HTTP/1.1\r\nhost: loc");
  assert.equal((await s.request("GET", "/livez")).status, 200);
  for (const answer of await Promise.all(sockets.map(readAll))) {
    assertRawProblem(answer, 408, "REQUEST_TIMEOUT");
  }
});
