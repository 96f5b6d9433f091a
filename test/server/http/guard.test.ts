/** Who may come in, and where a server may listen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { httpHandler, startServer } from "../../../src/server/http/index.ts";
import { type ErrorCode, hasCode } from "../../../src/task/errors.ts";
import { fixture } from "../../api/fixture.ts";
import { assertProblem, serve, SILENT } from "./serve.ts";

const TOKEN = "a-token-of-25-characters";

test("with a token, every call but the health checks and the page needs it", async () => {
  await using s = await serve({ token: TOKEN });
  for (const path of ["/livez", "/readyz", "/health", "/"]) {
    assert.equal((await s.request("GET", path)).status, 200, path);
  }
  const before = await s.snapshot();
  for (const [method, path] of [
    ["GET", "/v1/tasks"],
    ["POST", "/v1/tasks"],
    ["POST", "/task"],
    ["GET", "/stats"],
    ["POST", "/v1/queues/default/purge"],
  ]) {
    const reply = await s.request(method!, path!, method === "POST" ? { type: "job" } : undefined);
    assertProblem(reply, 401, "UNAUTHENTICATED");
    assert.match(reply.headers.get("www-authenticate")!, /^Bearer/);
  }
  assert.equal(await s.snapshot(), before);
});

test("only the token itself opens", async () => {
  await using s = await serve({ token: TOKEN });
  const status = async (authorization: string): Promise<number> =>
    (await s.request("GET", "/v1/queues", undefined, { authorization })).status;
  for (const good of [`Bearer ${TOKEN}`, `bearer ${TOKEN}`]) assert.equal(await status(good), 200, good);
  for (const bad of [
    "Bearer",
    "Bearer x",
    TOKEN,
    `Basic ${TOKEN}`,
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(1)}`,
    `Bearer ${TOKEN} ${TOKEN}`,
    `Bearer ${TOKEN}, Bearer ${TOKEN}`,
    `Bearer ${"x".repeat(10_000)}`,
  ]) {
    assert.equal(await status(bad), 401, bad);
  }
  assertProblem(await s.request("GET", `/v1/queues?token=${TOKEN}`), 401, "UNAUTHENTICATED");
});

test("without a token, another site's page can change nothing", async () => {
  await using s = await serve();
  const id = await s.task("dead");
  const before = await s.snapshot();
  const retry = (headers: Record<string, string>) =>
    s.request("POST", `/v1/tasks/${id}/retry`, undefined, headers);
  for (const headers of [
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: "http://localhost:1" },
    { origin: `${s.server.url}.evil.example` },
    { "sec-fetch-site": "cross-site" },
  ]) {
    assertProblem(await retry(headers), 403, "FORBIDDEN");
  }
  assert.equal(await s.snapshot(), before);
  const own = { origin: s.server.url, "sec-fetch-site": "same-origin" };
  assert.equal((await retry(own)).status, 200);
  const seen = await s.request("GET", "/v1/tasks", undefined, { origin: "https://evil.example" });
  assert.equal(seen.headers.get("access-control-allow-origin"), null);
});

test("without a token, only names of this machine are served", async () => {
  await using s = await serve();
  const get = async (host: string, path = "/v1/queues"): Promise<string> => {
    const answer = await s.raw(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
    return answer.slice(9, 12);
  };
  for (const host of [
    "localhost",
    "localhost:80",
    "127.0.0.1:8080",
    "127.1.2.3",
    "[::1]:8080",
    "app.localhost",
  ]) {
    assert.equal(await get(host), "200", host);
  }
  for (const host of [
    "evil.example",
    "evil.example:8080",
    "localhost.evil.example",
    "127.0.0.1.nip.io",
    "10.0.0.1",
  ]) {
    assert.equal(await get(host), "403", host);
    assert.equal(await get(host, "/"), "403", host);
    assert.equal(await get(host, "/livez"), "200", host);
  }
});

const PROXY_HEADERS = [
  ["forwarded", "for=203.0.113.9"],
  ["x-forwarded-for", "203.0.113.9"],
  ["x-forwarded-host", "queue.example"],
  ["x-forwarded-proto", "https"],
  ["x-forwarded-anything", "1"],
  ["X-Forwarded", "for=203.0.113.9"],
  ["X-Real-IP", "203.0.113.9"],
  ["x-real-ip", ""],
] as const;

test("without a token, what a proxy passes on is refused, whatever host it names", async () => {
  await using s = await serve();
  await s.task("dead");
  const before = await s.snapshot();
  for (const [name, value] of PROXY_HEADERS) {
    const headers = { [name]: value };
    assertProblem(
      await s.request("POST", "/v1/queues/default/purge", { states: ["dead"] }, headers),
      403,
      "FORBIDDEN",
    );
    assertProblem(await s.request("POST", "/task", { type: "job" }, headers), 403, "FORBIDDEN");
    assertProblem(await s.request("GET", "/v1/tasks", undefined, headers), 403, "FORBIDDEN");
    const stats = await s.request("GET", "/stats", undefined, headers);
    assertProblem(stats, 403, "FORBIDDEN");
    assert.match(String(stats.json["remedy"]), /--token.*trusted: true/);
    assert.equal((await s.request("GET", "/", undefined, headers)).status, 403);
    assert.equal((await s.request("GET", "/readyz", undefined, headers)).status, 200);
  }
  assert.equal(await s.snapshot(), before);
  await using w = fixture();
  const mounted = httpHandler({ client: w.client });
  const request = new Request("http://localhost/v1/queues", {
    headers: { "x-forwarded-for": "203.0.113.9" },
  });
  assert.equal((await mounted(request)).status, 403);
});

test("what a proxy passes on is served with a token, or where the operator trusts the proxy", async () => {
  await using guarded = await serve({ token: TOKEN });
  await using trusting = await serve({ trusted: true });
  for (const [name, value] of PROXY_HEADERS) {
    const headers = { [name]: value, authorization: `Bearer ${TOKEN}` };
    assert.equal((await guarded.request("GET", "/v1/tasks", undefined, headers)).status, 200, name);
    assert.equal(
      (await trusting.request("GET", "/v1/tasks", undefined, { [name]: value })).status,
      200,
      name,
    );
  }
});

test("where the proxy is trusted, pages of other sites still change nothing", async () => {
  await using s = await serve({ trusted: true });
  await s.task("dead");
  const before = await s.snapshot();
  const purge = (headers: Record<string, string>) =>
    s.request("POST", "/v1/queues/default/purge", { states: ["dead"] }, headers);
  for (const headers of [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: "https://evil.example", "x-forwarded-host": "tasks.example" },
  ]) {
    assertProblem(await purge(headers), 403, "FORBIDDEN");
    assert.equal((await s.request("GET", "/v1/tasks", undefined, headers)).status, 200);
  }
  assert.equal(await s.snapshot(), before);
  for (const headers of [
    {},
    { "sec-fetch-site": "same-origin", origin: "https://tasks.example" },
    { "sec-fetch-site": "none" },
    { origin: "https://tasks.example", "x-forwarded-host": "tasks.example" },
    { origin: s.server.url },
  ]) {
    assert.equal((await purge(headers)).status, 200, JSON.stringify(headers));
    await s.task("dead");
  }
});

test("a trusted handler leaves that to the program around it", async () => {
  await using w = fixture();
  const request = () => new Request("https://app.example/v1/queues");
  assert.equal((await httpHandler({ client: w.client })(request())).status, 403);
  assert.equal((await httpHandler({ client: w.client, trusted: true })(request())).status, 200);
});

test("a handler refuses options that are wrong: a misspelt token must not leave the door open", async () => {
  await using w = fixture();
  const fails = (options: object, code: ErrorCode, pointer: string): void =>
    assert.throws(() => httpHandler(options as never), { code, pointer }, JSON.stringify(options));
  fails({ client: w.client, tokn: TOKEN }, "UNKNOWN_OPTION", "tokn");
  for (const trusted of ["no", 1, null]) fails({ client: w.client, trusted }, "INVALID_OPTION", "trusted");
  for (const token of [7, null, {}]) fails({ client: w.client, token }, "INVALID_OPTION", "token");
  for (const client of [undefined, null, 7, {}]) fails({ client }, "INVALID_OPTION", "client");
  for (const options of [undefined, null, 7]) fails(options as never, "INVALID_OPTION", "client");
});

async function failsToStart(options: object, code: ErrorCode): Promise<void> {
  await using w = fixture();
  await assert.rejects(startServer({ client: w.client, logger: SILENT, port: 0, ...options }), (error) =>
    hasCode(error, code),
  );
}

test("an address that others can reach needs a token", async () => {
  for (const host of ["0.0.0.0", "::", "192.0.2.1", "example.com", ""]) {
    await failsToStart({ host }, "INSECURE_BIND");
  }
  await using s = await serve({ host: "0.0.0.0", token: TOKEN });
  assert.ok(s.server.port > 0);
});

test("a port that is taken, and options that are wrong, are said at start", async () => {
  await using s = await serve();
  await failsToStart({ port: s.server.port }, "PORT_TAKEN");
  for (const port of [-1, 70_000, 1.5, "80"]) await failsToStart({ port }, "INVALID_OPTION");
  for (const token of ["", "two words", "\n", "ü", 7]) await failsToStart({ token }, "INVALID_OPTION");
  await failsToStart({ prot: 1 }, "UNKNOWN_OPTION");
  await failsToStart({ limits: { bodyByte: 1 } }, "UNKNOWN_OPTION");
  await failsToStart({ limits: { bodyBytes: 0 } }, "INVALID_OPTION");
  await failsToStart({ host: "192.0.2.1", token: TOKEN }, "INVALID_OPTION");
  await failsToStart({ client: null }, "INVALID_OPTION");
  await failsToStart({ trusted: "no" }, "INVALID_OPTION");
  await failsToStart({ trusted: true, host: "0.0.0.0" }, "INSECURE_BIND");
});
