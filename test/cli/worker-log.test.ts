/** What a worker says of its tasks: a line for each to people, figures and what went wrong to machines. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { windlass } from "../../src/windlass.ts";
import { type RunningCli, startCli, temporaryFolder } from "../support/cli.ts";

const ROOT = join(import.meta.dirname, "../..");

const TASKS = `
import { defineTask, Discard } from "windlass";
export const echo = defineTask({ type: "echo", run: ({ input }) => input });
export const fails = defineTask({ type: "fails", retry: { base: "1h" }, run() { throw new Error("no luck"); } });
export const dies = defineTask({ type: "dies", run() { throw new Discard("never"); } });
`;

/** One task of each type, one that a worker lost, and a worker that logs in this format; `until` is the last thing it says. */
async function work(t: TestContext, format: string, until: RegExp) {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules/windlass"));
  writeFileSync(join(folder, "tasks.ts"), TASKS);
  await using queue = await windlass(`sqlite:${join(folder, ".windlass/windlass.db")}`);
  const { id: lost } = await queue.enqueue("echo", 0);
  const claim = { queues: ["default"], max: 1, worker: "lost-one", leaseMs: 100 };
  await queue.store.exchange({ settle: [], claim });
  const echo = (await queue.enqueue("echo", 1)).id;
  const fails = (await queue.enqueue("fails", 2)).id;
  const dies = (await queue.enqueue("dies", 3)).id;
  const worker: RunningCli = startCli(t, folder, ["worker", "tasks.ts", "--log-format", format]);
  await worker.waitFor(until);
  worker.process.kill("SIGTERM");
  const { stderr } = await worker.ended;
  return { lines: stderr.split("\n"), ids: { lost, echo, fails, dies } };
}

test("for people it writes a line for each attempt that is over: type, id, attempt, duration, outcome", async (t) => {
  const { lines, ids } = await work(t, "pretty", /completed id=\S+ type=echo queue=default attempt=2/);
  for (const [outcome, id, type, attempt] of [
    ["completed", ids.echo, "echo", 1],
    ["completed", ids.lost, "echo", 2],
    ["failed", ids.fails, "fails", 1],
    ["dead", ids.dies, "dies", 1],
  ] as const) {
    const pattern = new RegExp(` ${outcome} id=${id} type=${type} queue=default attempt=${attempt} ms=\\d+`);
    assert.equal(lines.filter((line) => pattern.test(line)).length, 1, `${pattern} in\n${lines.join("\n")}`);
  }
  assert.ok(!lines.some((line) => / started id=/.test(line)));
});

test("for machines it writes what failed, died or was taken back, and the rest in figures", async (t) => {
  const { lines, ids } = await work(t, "json", /"msg":"summary"/);
  const said = lines.filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>);
  const about = (id: string) => said.filter((line) => line["id"] === id);
  assert.deepEqual(about(ids.echo), []);
  assert.deepEqual(
    about(ids.lost).map(({ level, lostWorker, queue }) => [level, lostWorker, queue]),
    [["warn", "lost-one", "default"]],
  );
  assert.deepEqual(
    about(ids.fails).map(({ level, msg, attempt }) => [level, msg, attempt]),
    [["warn", "failed", 1]],
  );
  assert.deepEqual(
    about(ids.dies).map(({ level, msg, reason }) => [level, msg, reason]),
    [["error", "dead", "discarded"]],
  );
  const summary = said.find(({ msg }) => msg === "summary")!;
  const { completed, failed, dead, recovered, running } = summary;
  assert.deepEqual([completed, failed, dead, recovered, running], [2, 1, 1, 1, 0]);
});
