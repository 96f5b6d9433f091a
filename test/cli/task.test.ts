import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { windlass } from "../../src/windlass.ts";
import { defineTask } from "../../src/engine/definition.ts";
import { onEvent } from "../../src/engine/on-event.ts";
import { cliJson, runCli, startCli, temporaryFolder } from "../support/cli.ts";

interface Shown {
  readonly id: string;
  readonly type: string;
  readonly state: string;
  readonly payload: unknown;
  readonly duplicate?: boolean;
}

interface Page {
  readonly items: readonly Shown[];
  readonly nextCursor?: string;
}

/** Dead tasks of this type in the store of that folder. */
async function makeDead(folder: string, type: string, count: number): Promise<readonly string[]> {
  await using queue = await windlass(`sqlite:${join(folder, ".windlass/windlass.db")}`);
  const added = await queue.enqueueMany(
    type,
    Array.from({ length: count }, (_, n) => n),
  );
  const { promise, resolve } = Promise.withResolvers<void>();
  let dead = 0;
  const stopListening = onEvent("attempt.ended", (ended) => {
    if (ended.type === type) dead += 1;
    if (dead === count) resolve();
  });
  const fails = defineTask({ type, run: () => Promise.reject(new Error("no good")), retry: { limit: 0 } });
  await using worker = queue.work([fails], { signals: false });
  const working = worker.run();
  await promise;
  stopListening();
  await worker.stop();
  await working;
  return added.map(({ id }) => id);
}

test("enqueue, get, list: a task goes around", async (t) => {
  const folder = temporaryFolder(t);
  const plain = await runCli(folder, ["task", "enqueue", "email", '{"to":"ada","n":12345678901234567890}']);
  assert.equal(plain.code, 0, plain.stderr);
  const id = plain.stdout.trim();
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.match(plain.stderr, /added email to queue default/);

  const { stdout } = await runCli(folder, ["task", "get", id, "--output", "json"]);
  assert.match(stdout, /"n": 12345678901234567890/); // every digit
  const shown = JSON.parse(stdout) as Shown;
  assert.equal(shown.state, "pending");

  const page = await cliJson<Page>(folder, ["task", "list", "--type", "email"]);
  assert.deepEqual(
    page.items.map((task) => task.id),
    [id],
  );
  const table = await runCli(folder, ["task", "list"]);
  assert.match(table.stdout, new RegExp(`^id .*\\n${id}  email  default  pending  5 \\(normal\\)`));
});

test("enqueue reads standard input and files, and takes every option", async (t) => {
  const folder = temporaryFolder(t);
  const piped = await runCli(folder, ["task", "enqueue", "sum", "-", "--quiet"], { stdin: "[1,2,3]" });
  assert.equal(piped.stderr, "");
  writeFileSync(join(folder, "payload.json"), '{"from":"file"}');
  const args = ["task", "enqueue", "report", "--file", "payload.json", "--delay", "1h", "--priority", "high"];
  const options = ["--queue", "reports", "--key", "k", "--retries", "0"];
  const first = await cliJson<Shown>(folder, [...args, ...options]);
  const again = await cliJson<Shown>(folder, [...args, ...options]);
  assert.equal(again.id, first.id);
  assert.equal(again.duplicate, true);

  const { items } = await cliJson<Page>(folder, ["task", "list"]);
  const byType = new Map(items.map((task) => [task.type, task]));
  assert.equal(items.length, 2);
  assert.deepEqual(byType.get("sum")?.payload, [1, 2, 3]);
  const report = byType.get("report");
  assert.deepEqual(report?.payload, { from: "file" });
  assert.equal(report?.state, "scheduled");
  const { priority, queue, retryLimit } = report as unknown as Record<string, unknown>;
  assert.deepEqual({ priority, queue, retryLimit }, { priority: 2, queue: "reports", retryLimit: 0 });
});

test("enqueue says the state, and keeps headers", async (t) => {
  const folder = temporaryFolder(t);
  const headers = ["--header", "tenant=acme", "--header", "query=a=b"];
  const args = ["task", "enqueue", "mail", "--key", "k", ...headers];
  const first = await cliJson<Shown>(folder, [...args, "--delay", "1h"]);
  const { id, ...rest } = first;
  assert.deepEqual(rest, { type: "mail", state: "scheduled", queue: "default", duplicate: false });
  assert.deepEqual(await cliJson(folder, args), { ...first, duplicate: true });
  const shown = await cliJson<{ headers: unknown }>(folder, ["task", "get", id]);
  assert.deepEqual(shown.headers, { tenant: "acme", query: "a=b" });
});

test("tasks are listed by when they were added", async (t) => {
  const folder = temporaryFolder(t);
  const { id } = await cliJson<Shown>(folder, ["task", "enqueue", "mail"]);
  const ids = async (flag: string, instant: string): Promise<readonly string[]> =>
    (await cliJson<Page>(folder, ["task", "list", flag, instant])).items.map((task) => task.id);
  assert.deepEqual(await ids("--created-from", "2026-01-01T00:00:00Z"), [id]);
  assert.deepEqual(await ids("--created-before", "2026-01-01T00:00:00Z"), []);
  assert.deepEqual(await ids("--created-from", String(Date.parse("2026-01-01T00:00:00Z"))), [id]);
});

test("a page names the next one, and jsonl is a task a line", async (t) => {
  const folder = temporaryFolder(t);
  await using queue = await windlass(`sqlite:${join(folder, ".windlass/windlass.db")}`);
  await queue.enqueueMany("n", [1, 2, 3]);
  const first = await cliJson<Page>(folder, ["task", "list", "--limit", "2"]);
  assert.equal(first.items.length, 2);
  const args = ["task", "list", "--limit", "2", "--cursor", first.nextCursor!, "--output", "jsonl"];
  const second = await runCli(folder, args);
  const rest = second.stdout.trimEnd().split("\n");
  assert.equal(rest.length, 1);
  const seen = [...first.items, JSON.parse(rest[0]!) as Shown].map(({ payload }) => payload);
  assert.deepEqual(new Set(seen), new Set([1, 2, 3]));
});

test("cancel, run-now and delete act on tasks that allow it", async (t) => {
  const folder = temporaryFolder(t);
  const { id } = await cliJson<Shown>(folder, ["task", "enqueue", "later", "--delay", "1h"]);
  assert.equal((await cliJson<Shown>(folder, ["task", "run-now", id])).state, "pending");
  assert.equal((await cliJson<Shown>(folder, ["task", "cancel", id])).state, "cancelled");
  const refused = await runCli(folder, ["task", "retry", id]);
  assert.equal(refused.code, 4);
  assert.match(refused.stderr, /is cancelled; retry needs a task that is dead \(WRONG_STATE\)\n {2}→ /);
  await cliJson<Shown>(folder, ["task", "delete", id]);
  const gone = await runCli(folder, ["task", "get", id]);
  assert.equal(gone.code, 3);
  assert.match(gone.stderr, /TASK_NOT_FOUND/);
});

test("dead tasks are listed, retried by id, in bulk after a yes, and purged", async (t) => {
  const folder = temporaryFolder(t);
  const [first, second] = await makeDead(folder, "bad", 5);
  await makeDead(folder, "worse", 2);
  const { items } = await cliJson<Page>(folder, ["dead", "list", "--type", "bad"]);
  assert.equal(items.length, 5);
  const table = await runCli(folder, ["dead", "list"]);
  assert.match(table.stdout, /exhausted {2}.*no good/);

  assert.equal((await cliJson<Shown>(folder, ["dead", "retry", first!])).state, "pending");
  const some = await runCli(folder, ["dead", "retry", first!, second!, "--output", "json"]);
  assert.equal(some.code, 8);
  const summary = JSON.parse(some.stdout) as { done: number; refused: { id: string; code: string }[] };
  assert.equal(summary.done, 1);
  assert.deepEqual(
    summary.refused.map(({ id, code }) => ({ id, code })),
    [{ id: first, code: "WRONG_STATE" }],
  );

  const unsure = await runCli(folder, ["dead", "retry", "--all", "--type", "bad"]);
  assert.equal(unsure.code, 2);
  assert.match(unsure.stderr, /This retries 3 dead tasks\..*--yes/);
  const all = await cliJson<{ done: number }>(folder, ["dead", "retry", "--all", "--type", "bad", "--yes"]);
  assert.equal(all.done, 3);
  assert.deepEqual(await cliJson(folder, ["dead", "purge", "--yes"]), { deleted: 2 });
});

test("what would turn or drive the terminal is written out, in tables and in JSON", async (t) => {
  const folder = temporaryFolder(t);
  const payload = JSON.stringify("exe\u202egnp\u009b2J\u2028");
  const { stdout: id } = await runCli(folder, ["task", "enqueue", "job", payload]);
  const table = await runCli(folder, ["task", "get", id.trim()]);
  assert.match(table.stdout, /payload +exe\\u202egnp\\x9b2J\\u2028\n/);
  for (const output of ["json", "jsonl"]) {
    const { stdout } = await runCli(folder, ["task", "list", "--output", output]);
    assert.match(stdout, /"exe\\u202egnp\\u009b2J\\u2028"/);
    const { items = [JSON.parse(stdout)] } = JSON.parse(stdout) as { items?: { payload: string }[] };
    assert.equal(items[0]?.payload, JSON.parse(payload), "the value is the same");
  }
});

test("queues are listed, paused, resumed and purged", async (t) => {
  const folder = temporaryFolder(t);
  await using queue = await windlass(`sqlite:${join(folder, ".windlass/windlass.db")}`);
  await queue.enqueueMany("n", [1, 2, 3], { queue: "mail" });
  const list = async () => {
    const { items } = await cliJson<{
      items: { name: string; paused: boolean; counts: { pending: number } }[];
    }>(folder, ["queue", "list"]);
    return items.map(({ name, paused, counts }) => [name, paused, counts.pending]);
  };
  const table = await runCli(folder, ["queue", "list"]);
  assert.match(
    table.stdout,
    /  added ever  completed ever  failed ever  crashed ever  dead ever  unhandled ever  /,
  );
  assert.match(table.stdout, /^mail .*  3 +0 +0 +0 +0 +0 +\d+ s$/m);
  assert.deepEqual(await cliJson(folder, ["queue", "pause", "mail"]), { queue: "mail", paused: true });
  assert.deepEqual(await list(), [["mail", true, 3]]);
  assert.deepEqual(await cliJson(folder, ["queue", "resume", "mail"]), { queue: "mail", paused: false });
  for (const args of [
    ["purge", "mial", "--yes"],
    ["resume", "mial"],
  ]) {
    const unknown = await runCli(folder, ["queue", ...args]);
    assert.equal(unknown.code, 3);
    assert.match(unknown.stderr, /did you mean mail\? \(QUEUE_NOT_FOUND\)/);
  }
  const states = ["--state", "scheduled", "--state", "pending,scheduled", "--state", "pending"];
  const asked = await runCli(folder, ["queue", "purge", "mail", ...states]);
  assert.match(asked.stderr, /This deletes 3 tasks of queue mail/);
  const purged = await cliJson(folder, ["queue", "purge", "mail", "--yes", ...states]);
  assert.deepEqual(purged, { queue: "mail", deleted: 3 });
  await queue.enqueueMany("n", [1, 2, 3], { queue: "mail" });
  assert.deepEqual(await cliJson(folder, ["queue", "purge", "mail", "--yes"]), { queue: "mail", deleted: 3 });
});

test("queues are listed a page at a time", async (t) => {
  const folder = temporaryFolder(t);
  await using queue = await windlass(`sqlite:${join(folder, ".windlass/windlass.db")}`);
  for (const name of ["a", "b", "c"]) await queue.enqueue("n", 1, { queue: name });
  const first = await runCli(folder, ["queue", "list", "--limit", "2"]);
  assert.match(first.stderr, /more with --cursor b/);
  const { items, nextCursor } = await cliJson<{ items: { name: string }[]; nextCursor?: string }>(folder, [
    "queue",
    "list",
    "--limit",
    "2",
    "--cursor",
    "b",
  ]);
  assert.deepEqual([items.map(({ name }) => name), nextCursor], [["c"], undefined]);
  assert.equal((await runCli(folder, ["queue", "list", "--limit", "501"])).code, 2);
  assert.match((await runCli(folder, ["queue", "list", "--cursor", "a b"])).stderr, /INVALID_CURSOR/);
});

test("a reader that has seen enough is no error", async (t) => {
  const folder = temporaryFolder(t);
  await using queue = await windlass(`sqlite:${join(folder, ".windlass/windlass.db")}`);
  // More than the 64 KiB that a pipe holds: the writer is still writing when the reader goes.
  await queue.enqueueMany(
    "long",
    Array.from({ length: 500 }, () => "x".repeat(1_000)),
  );
  const list = startCli(t, folder, ["task", "list", "--limit", "500", "--output", "jsonl"]);
  list.process.stdout!.once("data", () => list.process.stdout!.destroy());
  const { code, stderr } = await list.ended;
  assert.equal(stderr, "");
  assert.equal(code, 0);
});
