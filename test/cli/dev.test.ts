import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { systemClock } from "../../src/store/clock.ts";
import { DEFAULT_URL } from "../../src/default-url.ts";
import { windlass } from "../../src/windlass.ts";
import { cliJson, DEADLINE_MS, type RunningCli, runCli, startCli, temporaryFolder } from "../support/cli.ts";
import { queuesOf } from "../support/queues-of.ts";

const ROOT = join(import.meta.dirname, "../..");
const QUICKSTART = join(ROOT, "examples/quickstart/tasks.ts");

interface Shown {
  readonly state: string;
  readonly failures: number;
  readonly result?: unknown;
  readonly deadReason?: string;
}

async function startDev(
  t: TestContext,
  folder: string,
  args: readonly string[],
): Promise<{ dev: RunningCli; url: string }> {
  const dev = startCli(t, folder, ["dev", ...args]);
  const [, url] = await dev.waitFor(/dashboard +(http:\/\/\S+)\//);
  return { dev, url: url! };
}

async function post(url: string, path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 202, await answer.clone().text());
  return (await answer.json()) as Record<string, unknown>;
}

/** The task as soon as it is in that state; asked again after every answer, until the deadline. */
async function reaches(url: string, id: unknown, state: string): Promise<Shown> {
  let task: Shown | undefined;
  await until(async () => {
    const answer = await fetch(`${url}/v1/tasks/${String(id)}`);
    task = (await answer.json()) as Shown;
    return task.state === state;
  });
  return task!;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = systemClock.monotonic() + DEADLINE_MS;
  while (!(await holds())) {
    assert.ok(systemClock.monotonic() < deadline, "it did not come true before the deadline");
    await new Promise<void>((resolve) => void systemClock.after(20, resolve));
  }
}

test("dev serves, works, says what happens, and stops cleanly", async (t) => {
  const folder = temporaryFolder(t);
  const { dev, url } = await startDev(t, folder, [QUICKSTART, "--port", "0"]);
  const short = await post(url, "/task", { type: "email-notification", payload: { to: "ada@example.com" } });
  assert.equal(short["status"], "queued");
  const done = await reaches(url, short["task_id"], "completed");
  assert.deepEqual(done.result, { to: "ada@example.com", sent: true });

  const flaky = await post(url, "/v1/tasks", { type: "flaky" });
  const fails = await post(url, "/v1/tasks", { type: "always-fails" });
  const unknown = await post(url, "/v1/tasks", { type: "never.heard.of" });
  assert.equal((await reaches(url, flaky["id"], "completed")).failures, 2);
  const dead = await reaches(url, fails["id"], "dead");
  assert.deepEqual([dead.failures, dead.deadReason], [4, "exhausted"]);
  assert.deepEqual((await reaches(url, unknown["id"], "completed")).result, { handledBy: "*" });

  const page = await fetch(`${url}/`);
  assert.match(page.headers.get("content-type") ?? "", /text\/html/);
  const counts = await cliJson<{ items: { counts: { dead: number } }[] }>(folder, ["queue", "list"]);
  assert.equal(counts.items[0]?.counts.dead, 1);

  dev.process.kill("SIGTERM");
  const { code, stdout, stderr } = await dev.ended;
  assert.equal(code, 0, stderr);
  assert.match(stdout, /tasks +always-fails, .*sleep, \*\n/);
  const lines = stderr
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const said = (msg: string, type: string) =>
    lines.filter((line) => line["msg"] === msg && line["type"] === type);
  assert.equal(said("started", "flaky").length, 3);
  assert.equal(said("failed", "flaky").length, 2);
  assert.equal(said("completed", "flaky").length, 1);
  assert.equal(said("dead", "always-fails").length, 1);
  assert.equal(typeof said("completed", "email-notification")[0]?.["ms"], "number");
});

test("a stop lets running tasks end, and a second signal leaves at once without costing them an attempt", async (t) => {
  const folder = temporaryFolder(t);
  const { dev, url } = await startDev(t, folder, [QUICKSTART, "--port", "0"]);
  const { id } = await post(url, "/v1/tasks", { type: "sleep", payload: { ms: 300 } });
  const long = await post(url, "/v1/tasks", { type: "sleep", payload: { ms: 3_600_000 } });
  await Promise.all([reaches(url, id, "running"), reaches(url, long["id"], "running")]);
  dev.process.kill("SIGINT");
  await dev.waitFor(new RegExp(`"id":"${String(id)}".*"msg":"completed"`));
  dev.process.kill("SIGTERM");
  const { signal } = await dev.ended;
  assert.equal(signal, "SIGTERM"); // which a shell reports as 143
  const ended = await cliJson<Shown>(folder, ["task", "get", String(id)]);
  assert.equal(ended.state, "completed");
  const released = await cliJson<Shown & { crashes: number }>(folder, ["task", "get", String(long["id"])]);
  assert.deepEqual([released.state, released.failures, released.crashes], ["pending", 0, 0]);
});

test("a stop can be watched: the door stays open, and log and answers say what still runs", async (t) => {
  const folder = temporaryFolder(t);
  const { dev, url } = await startDev(t, folder, [QUICKSTART, "--port", "0"]);
  const { id } = await post(url, "/v1/tasks", { type: "sleep", payload: { ms: 1_500 } });
  await reaches(url, id, "running");
  dev.process.kill("SIGTERM");
  await dev.waitFor(/"running":1,"msg":"stopping, 1 running"/);
  const ready = await fetch(`${url}/readyz`);
  assert.deepEqual(
    [ready.status, await ready.json()],
    [503, { status: "stopping", running: 1, finished: 0 }],
  );
  assert.equal((await fetch(`${url}/`)).headers.get("windlass-stopping"), "running=1, finished=0");
  const refused = await fetch(`${url}/task`, { method: "POST" });
  assert.deepEqual([refused.status, refused.headers.get("retry-after")], [503, "1"]);
  const { code, stderr } = await dev.ended;
  assert.equal(code, 0, stderr);
  assert.match(stderr, /"finished":1,"msg":"stopped, 1 finished"/);
});

test("a server shows to new connections that it stops before its door closes", async (t) => {
  const folder = temporaryFolder(t);
  const server = startCli(t, folder, ["server", "--port", "0", "--log-format", "json"]);
  const [, url] = await server.waitFor(/"url":"(http:[^"]+)"/);
  server.process.kill("SIGTERM");
  await server.waitFor(/"msg":"stopping"/);
  assert.equal((await fetch(`${url}/readyz`)).status, 503);
  assert.equal((await fetch(`${url}/v1/queues`)).status, 200);
  const { code, stderr } = await server.ended;
  assert.equal(code, 0, stderr);
});

test("a port that is taken is PORT_TAKEN if it was chosen", async (t) => {
  const folder = temporaryFolder(t);
  const other = createServer().listen(0, "127.0.0.1");
  t.after(() => other.close());
  await new Promise((resolve) => other.once("listening", resolve));
  const { port } = other.address() as AddressInfo;
  for (const command of ["dev", "server"]) {
    const { code, stderr } = await runCli(folder, [command, "--port", String(port)]);
    assert.equal(code, 4, stderr);
    assert.match(stderr, /\(PORT_TAKEN\)\n {2}→ /);
  }
});

test("dev takes the next free port when the default one is taken, and says so", async (t) => {
  const folder = temporaryFolder(t);
  const other = createServer();
  t.after(() => other.close());
  const held = await new Promise<boolean>((resolve) => {
    other.once("error", () => resolve(false)).listen(8080, "127.0.0.1", () => resolve(true));
  });
  const { dev, url } = await startDev(t, folder, []);
  // Someone else's listener, if it is not ours that has the port, may go at any time.
  if (held || new URL(url).port !== "8080") await dev.waitFor(/port 8080 is taken; using \d+/);
  if (held) assert.notEqual(new URL(url).port, "8080");
  dev.process.kill("SIGINT");
  assert.equal((await dev.ended).code, 0);
});

test("an address that others reach needs a token", async (t) => {
  const folder = temporaryFolder(t);
  const { code, stderr } = await runCli(folder, ["server", "--host", "0.0.0.0", "--port", "0"]);
  assert.equal(code, 2);
  assert.match(stderr, /\(INSECURE_BIND\)/);
});

for (const command of ["server", "dev"]) {
  test(`under --log-format json, every line of ${command} is JSON, from the first on`, async (t) => {
    const folder = temporaryFolder(t);
    const running = startCli(t, folder, [command, "--port", "0", "--log-format", "json"]);
    const [line] = await running.waitFor(/^.*"msg":"listening".*$/m);
    const { url, store } = JSON.parse(line) as Record<string, string>;
    assert.deepEqual([await (await fetch(`${url}/livez`)).json(), store], [{ status: "ok" }, DEFAULT_URL]);
    running.process.kill("SIGTERM");
    const { code, stdout, stderr } = await running.ended;
    assert.deepEqual([code, stdout], [0, ""]);
    for (const each of stderr.trim().split("\n")) JSON.parse(each);
  });
}

test("stress fires at a server, and a worker drains what it left", async (t) => {
  const folder = temporaryFolder(t);
  const env = { WINDLASS_TOKEN: "let-me-in-please" };
  const server = startCli(t, folder, ["server", "--port", "0"], { env });
  const [, url] = await server.waitFor(/server on (http:\/\/\S+),/);
  writeFileSync(
    join(folder, "tasks.ts"),
    'import { defineTask } from "windlass";\n' +
      'const echo = defineTask({ type: "echo", run: ({ input }) => input });\n' +
      "export default echo;\nexport const all = [echo];\n",
  );
  const target = ["--target", url!];
  const health = await runCli(folder, ["healthcheck", ...target]);
  assert.equal(health.code, 0, health.stderr);

  const outside = await runCli(folder, ["stress", ...target, "--tasks", "5"]);
  assert.equal(outside.code, 8);
  assert.match(outside.stdout, /answers +401: 5\nrefused +5 \(UNAUTHENTICATED: 5\)/);
  const args = ["stress", ...target, "--tasks", "200", "--concurrency", "20", "--output", "json"];
  const stress = await runCli(folder, args, { env });
  assert.equal(stress.code, 0, stress.stderr);
  const { tasks, refused, statuses } = JSON.parse(stress.stdout) as Record<string, unknown>;
  assert.deepEqual({ tasks, refused, statuses }, { tasks: 200, refused: 0, statuses: { "202": 200 } });

  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules/windlass"));
  const worker = startCli(t, folder, ["worker", "tasks.ts", "--concurrency", "7"]);
  await using queue = await windlass(`sqlite:${join(folder, ".windlass/windlass.db")}`);
  await until(async () => {
    const [counts] = (await queuesOf(queue.store)).map((info) => info.counts);
    return counts?.completed === 200;
  });
  for (const running of [worker, server]) {
    running.process.kill("SIGTERM");
    assert.equal((await running.ended).code, 0);
  }
});

test("a module that keeps the process from ending is told, and then left", async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules/windlass"));
  writeFileSync(
    join(folder, "tasks.ts"),
    'import { defineTask } from "windlass";\n' +
      'export const echo = defineTask({ type: "echo", run: ({ input }) => input });\n' +
      "setInterval(() => {}, 3_600_000);\n",
  );
  const worker = startCli(t, folder, ["worker", "tasks.ts"]);
  await worker.waitFor(/worker started/);
  worker.process.kill("SIGTERM");
  const { code, stderr } = await worker.ended;
  assert.equal(code, 0);
  assert.match(stderr, /"holding":\[.*"Timeout".*\].*keeps the process; leaving anyway/);
});
