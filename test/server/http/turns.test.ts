/** Pipelining: bounded work and bounded answers for each connection, and answers in the order of their requests. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import type { FullStore } from "../../../src/store/facets.ts";
import { memoryStore } from "../../../src/stores/memory/index.ts";
import { assertRawProblem, readAll, serve, type Served } from "./serve.ts";

const HOST = "host: localhost\r\n";
const CLOSE = "connection: close\r\n";

function get(path: string, headers = ""): string {
  return `GET ${path} HTTP/1.1\r\n${HOST}${headers}\r\n`;
}

function post(body: object): string {
  const text = JSON.stringify(body);
  return `POST /v1/tasks HTTP/1.1\r\n${HOST}content-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
}

/** A store that counts its looks; while it is held, none ends. */
function counting(): { store: FullStore; calls: () => number; most: () => number; hold: () => () => void } {
  const inner = memoryStore();
  let calls = 0;
  let now = 0;
  let most = 0;
  let gate = Promise.resolve();
  const store: FullStore = {
    ...inner,
    async list(filter) {
      calls += 1;
      now += 1;
      most = Math.max(most, now);
      await gate;
      const page = await inner.list(filter);
      now -= 1;
      return page;
    },
  };
  const hold = (): (() => void) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    return resolve;
  };
  return { store, calls: () => calls, most: () => most, hold };
}

/** Each of these goes through the event loop several times. */
async function goRound(s: Served): Promise<void> {
  for (let n = 0; n < 20; n++) assert.equal((await s.request("GET", "/livez")).status, 200);
}

test(
  "of many pages that are asked for at once and not read, few are made; read, all come",
  { timeout: 60_000 },
  async () => {
    const { store, calls, most } = counting();
    await using s = await serve({ store });
    const payload = "x".repeat(2_000);
    await s.client.enqueueMany(
      "job",
      Array.from({ length: 500 }, () => payload),
    );
    const socket = await s.connect();
    socket.pause();
    const count = 100;
    socket.write(get("/v1/tasks?limit=500").repeat(count - 1) + get("/v1/tasks?limit=500", CLOSE));
    await goRound(s);
    const unread = calls();
    assert.ok(unread < 50, `${unread} looks for an answer that nobody reads`);
    let bytes = 0;
    let answers = 0;
    socket.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      answers += chunk.toString("latin1").split("HTTP/1.1 200 ").length - 1;
    });
    socket.resume();
    await once(socket, "close");
    assert.ok(bytes > count * 500_000, `${bytes} bytes`);
    assert.ok(answers > count - 5, `${answers} answers`); // one may lie across two chunks
    assert.ok(most() <= 4, `${most()} looks at once`);
  },
);

test("looks of many connections are bounded in all, health checks and writes are not held up", async () => {
  const { store, most, hold } = counting();
  await using s = await serve({ store, limits: { looksInAll: 3, probeTimeoutMs: 100 } });
  const open = hold();
  const answers = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const socket = await s.connect();
      const answer = readAll(socket);
      socket.write(get("/v1/tasks", CLOSE));
      return { answer };
    }),
  );
  await goRound(s);
  assert.equal((await s.request("POST", "/task", { type: "job" })).status, 202);
  assert.equal(most(), 3);
  open();
  for (const { answer } of answers) assert.match(await answer, /^HTTP\/1\.1 200 /);
  assert.equal((await s.request("GET", "/v1/tasks")).status, 200);
});

test("writes in one piece are answered one by one and in order, bodies and all", async () => {
  await using s = await serve({ limits: { requestsInFlight: 2 } });
  const types = Array.from({ length: 300 }, (_, n) => `job-${n}`);
  const socket = await s.connect();
  const answer = readAll(socket);
  const bytes =
    types.map((type) => post({ type, id: undefined, queue: type })).join("") + get("/livez", CLOSE);
  // In pieces that end anywhere.
  for (let at = 0; at < bytes.length; at += 777) {
    if (!socket.write(bytes.slice(at, at + 777))) await once(socket, "drain");
  }
  const queues = [...(await answer).matchAll(/"queue":"([^"]+)"/g)].map(([, queue]) => queue);
  assert.deepEqual(queues, types);
  assert.equal((await s.client.stats()).states.pending, 300);
});

test(
  "a client that leaves most unread is cut off once all together is too much",
  { timeout: 60_000 },
  async () => {
    await using s = await serve({ limits: { unreadBytesInAll: 1_000_000 } });
    const payload = "x".repeat(3_000);
    await s.client.enqueueMany(
      "job",
      Array.from({ length: 500 }, () => payload),
    );
    const socket = await s.connect();
    socket.on("error", () => {}); // a reset: the other side has closed with something unread
    socket.pause();
    socket.write(get("/v1/tasks?limit=500").repeat(100));
    while (!socket.destroyed) {
      assert.equal((await s.request("GET", "/livez")).status, 200);
      socket.write(get("/livez")); // only what is written shows that the other side is gone
    }
    assert.equal((await s.request("GET", "/v1/tasks")).status, 200);
  },
);

const BROKEN: Readonly<Record<string, readonly [bytes: string, status: number, code: string]>> = {
  "what is no HTTP": ["\x16\x03\x01\r\n\r\n", 400, "MALFORMED_REQUEST"],
  "a body of two lengths": [
    `POST /task HTTP/1.1\r\n${HOST}content-length: 1\r\ncontent-length: 2\r\n\r\n{}`,
    400,
    "MALFORMED_REQUEST",
  ],
  "a chunk that is none": [
    `POST /task HTTP/1.1\r\n${HOST}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n`,
    400,
    "MALFORMED_REQUEST",
  ],
  "a header that is too large": [get("/livez", `x-a: ${"y".repeat(17_000)}\r\n`), 431, "HEADERS_TOO_LARGE"],
  "too many headers": [get("/livez", "x-a: y\r\n".repeat(200)), 431, "HEADERS_TOO_LARGE"],
  "an expectation that is none": [get("/livez", "expect: tea\r\n"), 400, "MALFORMED_REQUEST"],
  "a tunnel": [`CONNECT a:1 HTTP/1.1\r\n${HOST}\r\n`, 405, "METHOD_NOT_ALLOWED"],
};

for (const [name, [bytes, status, code]] of Object.entries(BROKEN)) {
  test(`an answer to a request before ${name} is not overtaken by the error`, async () => {
    const inner = memoryStore();
    const reached = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const store: FullStore = {
      ...inner,
      async add(tasks) {
        reached.resolve();
        await released.promise;
        return inner.add(tasks);
      },
    };
    await using s = await serve({ store });
    const socket = await s.connect();
    const answer = readAll(socket);
    socket.write(post({ type: "first" }) + get("/livez") + bytes);
    await reached.promise;
    await goRound(s);
    released.resolve();
    const parts = (await answer).split(/(?=HTTP\/1\.1 )/);
    assert.equal(parts.length, 3, parts.join("\n"));
    assert.match(parts[0]!, /^HTTP\/1\.1 202 /);
    assert.match(parts[1]!, /^HTTP\/1\.1 200 /);
    assertRawProblem(parts[2]!, status, code);
    assert.equal((await store.list({ limit: 5 })).items.length, 1);
  });
}

test("a request that was refused before its broken body came has one answer", async () => {
  await using s = await serve({ token: "a-token-of-25-characters" });
  const socket = await s.connect();
  const answer = readAll(socket);
  socket.write(`POST /task HTTP/1.1\r\n${HOST}transfer-encoding: chunked\r\n\r\n`);
  await once(socket, "data");
  socket.write("zz\r\n");
  assert.equal((await answer).split("HTTP/1.1 ").length - 1, 1);
});
