/** The worker's SQLite file is taken away: only a process that is started again can go on, so it ends for its supervisor. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { windlass } from "../../src/windlass.ts";
import { startCli, temporaryFolder } from "../support/cli.ts";

const ROOT = join(import.meta.dirname, "../..");

const TASKS = `
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { defineTask } from "windlass";
export const work = defineTask({
  type: "work",
  async run() {
    process.stderr.write("begun\\n");
    while (!existsSync("end")) await sleep(20);
    process.stderr.write("ended\\n");
  },
});
`;

test("a worker whose file is removed lets what runs end, and leaves with 6; started again, it works", async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules/windlass"));
  writeFileSync(join(folder, "tasks.ts"), TASKS);
  const path = join(folder, "tasks.db");
  {
    await using queue = await windlass(`sqlite:${path}`);
    await queue.enqueue("work", 1);
  }
  const args = ["worker", "tasks.ts", "--url", "sqlite:tasks.db", "--concurrency", "2"];
  const worker = startCli(t, folder, args);
  await worker.waitFor(/begun/);
  for (const part of ["", "-wal", "-shm"]) rmSync(path + part, { force: true });
  await worker.waitFor(/the store is gone, and no outcome can be written/);
  assert.equal(worker.process.exitCode, null, "what runs may end");
  writeFileSync(join(folder, "end"), "");
  const { code, stderr } = await worker.ended;
  assert.equal(code, 6, stderr);
  assert.match(stderr, /ended[^]*windlass: .*\(STORE_GONE\)[^]*→ .*start them again/);

  const next = startCli(t, folder, args);
  await next.waitFor(/worker started/);
  await using queue = await windlass(`sqlite:${path}`);
  const { id } = await queue.enqueue("work", 2);
  while ((await queue.get(id))?.state !== "completed") await new Promise((resolve) => setImmediate(resolve));
  next.process.kill("SIGTERM");
  assert.equal((await next.ended).code, 0);
});
