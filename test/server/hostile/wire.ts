/** What is no HTTP, too much of it, or says one thing twice; and what is sent at once. */
import { type Expected, request, type Row, row } from "./row.ts";

const BODY = '{"type":"hostile"}';
const HOST = "host: localhost\r\n";
const HEAD = `POST /v1/tasks HTTP/1.1\r\n${HOST}content-type: application/json\r\n`;
const LENGTH = `content-length: ${BODY.length}\r\n`;
const GOOD = `GET /livez HTTP/1.1\r\n${HOST}\r\n`;
const CHUNKED = "transfer-encoding: chunked\r\n";
const CHUNK = `${BODY.length.toString(16)}\r\n${BODY}\r\n`;

const MALFORMED: Readonly<Record<string, string>> = {
  "a length and chunks": `${HEAD}${LENGTH}${CHUNKED}\r\n${CHUNK}0\r\n\r\n`,
  "chunks and a length": `${HEAD}${CHUNKED}${LENGTH}\r\n${CHUNK}0\r\n\r\n`,
  "two lengths": `${HEAD}content-length: 18\r\ncontent-length: 19\r\n\r\n${BODY}`,
  "two equal lengths": `${HEAD}${LENGTH}${LENGTH}\r\n${BODY}`,
  "two lengths in one": `${HEAD}content-length: 18, 18\r\n\r\n${BODY}`,
  "a negative length": `${HEAD}content-length: -1\r\n\r\n${BODY}`,
  "a length with a sign": `${HEAD}content-length: +18\r\n\r\n${BODY}`,
  "a length in hex": `${HEAD}content-length: 0x12\r\n\r\n${BODY}`,
  "a length with a fraction": `${HEAD}content-length: 18.0\r\n\r\n${BODY}`,
  "an empty length": `${HEAD}content-length:\r\n\r\n${BODY}`,
  "a length beyond 2^64": `${HEAD}content-length: 99999999999999999999\r\n\r\n${BODY}`,
  "a coding after chunked": `${HEAD}transfer-encoding: chunked, identity\r\n\r\n${CHUNK}0\r\n\r\n`,
  "chunked twice": `${HEAD}transfer-encoding: chunked, chunked\r\n\r\n${CHUNK}0\r\n\r\n`,
  "a coding that is none": `${HEAD}transfer-encoding: xchunked\r\n\r\n${CHUNK}0\r\n\r\n`,
  "a coding with a tab before its colon": `${HEAD}transfer-encoding\t: chunked\r\n\r\n${CHUNK}0\r\n\r\n`,
  "a coding in a folded line": `${HEAD}transfer-encoding:\r\n chunked\r\n\r\n${CHUNK}0\r\n\r\n`,
  "a chunk size that is none": `${HEAD}${CHUNKED}\r\nzz\r\n`,
  "a chunk size with a sign": `${HEAD}${CHUNKED}\r\n+12\r\n${BODY}\r\n0\r\n\r\n`,
  "a chunk size with 0x": `${HEAD}${CHUNKED}\r\n0x12\r\n${BODY}\r\n0\r\n\r\n`,
  "a chunk size that overflows": `${HEAD}${CHUNKED}\r\nFFFFFFFFFFFFFFFFF\r\n`,
  "a chunk that is longer than it says": `${HEAD}${CHUNKED}\r\n2\r\n${BODY}\r\n0\r\n\r\n`,
  "a chunk size with bare line feeds": `${HEAD}${CHUNKED}\r\n12\n${BODY}\n0\n\n`,
  "a space before a colon": `${HEAD}content-length : 18\r\n\r\n${BODY}`,
  "a folded header": `${HEAD}x-a: b\r\n c\r\n${LENGTH}\r\n${BODY}`,
  "a header without a colon": `${HEAD}x-a\r\n${LENGTH}\r\n${BODY}`,
  "a header without a name": `${HEAD}: a\r\n${LENGTH}\r\n${BODY}`,
  "a header with a name of two words": `${HEAD}a b: c\r\n${LENGTH}\r\n${BODY}`,
  "a NUL in a header": `GET / HTTP/1.1\r\n${HOST}x-a: \0\r\n\r\n`,
  "a NUL in a header's name": `GET / HTTP/1.1\r\n${HOST}x\0: a\r\n\r\n`,
  "a bare carriage return in a header": `GET / HTTP/1.1\r\n${HOST}x-a: b\rc: d\r\n\r\n`,
  "bare line feeds": `POST /v1/tasks HTTP/1.1\n${HOST}content-length: 2\n\n{}`,
  "a method in lower case": `get / HTTP/1.1\r\n${HOST}\r\n`,
  "a method that is none": `HACK / HTTP/1.1\r\n${HOST}\r\n`,
  "a method of 10,000 letters": `${"X".repeat(10_000)} / HTTP/1.1\r\n${HOST}\r\n`,
  "no method": ` / HTTP/1.1\r\n${HOST}\r\n`,
  "a version that is none": `GET / HTTP/9.9\r\n${HOST}\r\n`,
  "HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "a version in lower case": `GET / http/1.1\r\n${HOST}\r\n`,
  "two spaces and a NUL for a target": `GET \0 HTTP/1.1\r\n${HOST}\r\n`,
  "a target in Latin-1 controls": `GET /\x7f\x01 HTTP/1.1\r\n${HOST}\r\n`,
  "a TLS hello": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  "an SSH hello": "SSH-2.0-OpenSSH_9.9\r\n",
  "a Redis command": "*1\r\n$4\r\nPING\r\n",
  "an SMTP hello": "EHLO localhost\r\n",
  zeros: "\0".repeat(1_000),
  "no Host": "GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n",
  "a backslash for a path": `GET \\evil HTTP/1.1\r\n${HOST}connection: close\r\n\r\n`,
  "a backslash in a path": `GET /a\\b HTTP/1.1\r\n${HOST}connection: close\r\n\r\n`,
  "a host of two words": "GET /livez HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n",
  "a host with a user": "GET /livez HTTP/1.1\r\nhost: a@localhost\r\nconnection: close\r\n\r\n",
  "a host with a path": "GET /livez HTTP/1.1\r\nhost: localhost/x\r\nconnection: close\r\n\r\n",
  "an expectation that is none": `GET /livez HTTP/1.1\r\n${HOST}expect: tea\r\n\r\n`,
};

const TOO_LARGE: Readonly<Record<string, string>> = {
  "10,000 headers": `GET /livez HTTP/1.1\r\n${HOST}${"a: b\r\n".repeat(10_000)}\r\n`,
  "101 headers": `GET /livez HTTP/1.1\r\n${"a: b\r\n".repeat(100)}${HOST}\r\n`,
  "a header of 64 KB": `GET /livez HTTP/1.1\r\n${HOST}a: ${"b".repeat(65_536)}\r\n\r\n`,
  "a header's name of 64 KB": `GET /livez HTTP/1.1\r\n${HOST}${"a".repeat(65_536)}: b\r\n\r\n`,
  "a path of 64 KB": `GET /${"x".repeat(65_536)} HTTP/1.1\r\n${HOST}\r\n`,
  "a query of 64 KB": `GET /v1/tasks?q=${"x".repeat(65_536)} HTTP/1.1\r\n${HOST}\r\n`,
  "a cookie of 17 KB": `GET /livez HTTP/1.1\r\n${HOST}cookie: ${"b".repeat(17_000)}\r\n\r\n`,
};

const wrong = (bytes: string): Expected =>
  bytes.includes("a: b\r\na: b") || bytes.length > 15_000
    ? [431, "HEADERS_TOO_LARGE"]
    : [400, "MALFORMED_REQUEST"];

/** The same behind what is right: its answer comes first, and nothing after it is looked at. */
function behindGood(rows: Readonly<Record<string, string>>): readonly Row[] {
  return Object.entries(rows).map(([name, bytes]) => ({
    name: `${name}, behind a good request`,
    bytes: GOOD + bytes + GOOD,
    answers: [[200], wrong(bytes)],
    half: true,
  }));
}

function served(): readonly Row[] {
  const ok = (name: string, target: string, headers: readonly string[]): Row =>
    row(name, request("GET", target, { headers }), 200);
  return [
    ok("a range of the page", "/", ["range: bytes=0-1"]),
    ok("ranges of the page", "/", [`range: bytes=${"0-1,".repeat(500)}2-3`]),
    ok("a range of a list", "/v1/queues", ["range: items=0-1"]),
    ok("a condition on a list", "/v1/queues", [
      "if-none-match: *",
      "if-modified-since: Thu, 01 Jan 2099 00:00:00 GMT",
    ]),
    ok("TE", "/livez", ["te: trailers, deflate;q=0.5"]),
    ok("100-continue without a body", "/livez", ["expect: 100-continue"]),
    ok("a websocket", "/livez", [
      "upgrade: websocket",
      "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
      "sec-websocket-version: 13",
    ]),
    ok("h2c", "/livez", ["upgrade: h2c", "http2-settings: AAMAAABkAARAAAAAAAIAAAAA"]),
    ok("another method in a header", "/v1/queues", [
      "x-http-method-override: DELETE",
      "x-http-method: PURGE",
      "x-method-override: PUT",
    ]),
    ok("another path in a header", "/livez", [
      "x-original-url: /v1/queues/seeded/purge",
      "x-rewrite-url: /admin",
    ]),
    ok("a list that is to be text", "/v1/queues", [
      "accept: text/html;q=1, */*;q=0",
      "accept-encoding: gzip, br",
      "accept-charset: utf-7",
    ]),
    ok("names of every object's own", "/livez", [
      "__proto__: x",
      "constructor: x",
      "toString: x",
      "hasOwnProperty: x",
    ]),
    ok("a request id that is no line", "/livez", [`x-request-id: ${"x".repeat(5_000)}`]),
    ok("an absolute form", "http://localhost/livez", []),
    row("RTSP, which Node's parser takes for HTTP", `GET /livez RTSP/1.0\r\n${HOST}\r\n`, 200),
    row("HTTP/1.0", "GET /livez HTTP/1.0\r\nhost: localhost\r\n\r\n", 200),
    row("HEAD", request("HEAD", "/v1/queues"), 200),
    row("HEAD of what is not there", request("HEAD", `/v1/tasks/x`), 400),
    row("a body with GET", request("GET", "/livez", { body: "x".repeat(10_000) }), 200),
  ];
}

function others(): readonly Row[] {
  const nowhere = (name: string, target: string): Row => row(name, request("GET", target), 404, "NOT_FOUND");
  return [
    row("CONNECT", `CONNECT localhost:22 HTTP/1.1\r\n${HOST}\r\n`, 405, "METHOD_NOT_ALLOWED"),
    row("OPTIONS *", request("OPTIONS", "*"), 400, "MALFORMED_REQUEST"),
    row(
      "an absolute form of another host",
      request("GET", "http://evil.example/v1/tasks"),
      400,
      "MALFORMED_REQUEST",
    ),
    row(
      "an absolute form of another protocol",
      request("GET", "ftp://localhost/livez"),
      400,
      "MALFORMED_REQUEST",
    ),
    row("an absolute form with a user", request("GET", "http://a@localhost/livez"), 400, "MALFORMED_REQUEST"),
    nowhere("an absolute form with dots", "http://localhost/x/../livez"),
    nowhere("an absolute form of nothing", "http://localhost/nothing"),
    row(
      "HTTP/1.0 with chunks",
      `POST /v1/tasks HTTP/1.0\r\n${HOST}content-type: application/json\r\n${CHUNKED}\r\nzz`,
      400,
      "MALFORMED_REQUEST",
    ),
    {
      ...row(
        "a body that is shorter than it says",
        `${HEAD}content-length: 100\r\n\r\n${BODY}`,
        400,
        "MALFORMED_REQUEST",
      ),
      half: true,
    },
    {
      ...row("chunks without an end", `${HEAD}${CHUNKED}\r\n${CHUNK}`, 400, "MALFORMED_REQUEST"),
      half: true,
    },
    {
      ...row("headers without an end", `GET /livez HTTP/1.1\r\n${HOST}x-a: b`, 400, "MALFORMED_REQUEST"),
      half: true,
    },
    row(
      "a body that is longer than it says",
      `${HEAD}connection: close\r\ncontent-length: 5\r\n\r\n${BODY}`,
      400,
      "INVALID_JSON",
    ),
    row(
      "a body with a type twice",
      request("POST", "/v1/tasks", {
        body: BODY,
        headers: ["content-type: text/plain"],
        type: "application/json, text/plain",
      }),
      415,
      "UNSUPPORTED_MEDIA_TYPE",
    ),
    row(
      "a body without a type",
      `${HEAD.replace(/content-type: .*\r\n/, "")}connection: close\r\n${LENGTH}\r\n${BODY}`,
      415,
      "UNSUPPORTED_MEDIA_TYPE",
    ),
    row("a length for no body", `${HEAD}connection: close\r\ncontent-length: 0\r\n\r\n`, 400, "INVALID_JSON"),
    row("a body of no length", `${HEAD}connection: close\r\n\r\n`, 400, "INVALID_JSON"),
  ];
}

export const wire: readonly Row[] = [
  ...Object.entries({ ...MALFORMED, ...TOO_LARGE }).map(([name, bytes]): Row => ({
    name,
    bytes,
    answers: [wrong(bytes)],
    half: true,
  })),
  ...behindGood({ ...MALFORMED, ...TOO_LARGE }),
  ...served(),
  ...others(),
];
