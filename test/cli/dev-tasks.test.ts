/** What `windlass dev` makes of the modules that it is given. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { type RunningCli, startCli, temporaryFolder } from "../support/cli.ts";

const ROOT = join(import.meta.dirname, "../..");

/** A folder in which `windlass` and `zod` resolve. */
function project(t: TestContext): string {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules/windlass"));
  symlinkSync(join(ROOT, "node_modules/zod"), join(folder, "node_modules/zod"));
  return folder;
}

async function startDev(t: TestContext, folder: string): Promise<{ dev: RunningCli; url: string }> {
  const dev = startCli(t, folder, ["dev", "tasks.ts", "--port", "0"]);
  const [, url] = await dev.waitFor(/dashboard +(http:\/\/\S+)\//);
  await dev.waitFor(/Ctrl-C stops it/);
  return { dev, url: url! };
}

async function post(url: string, body: string): Promise<{ status: number; answer: Record<string, unknown> }> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

const MAIL = `import { defineTask } from "windlass";
import * as z from "zod";
export const mail = defineTask({
  type: "mail",
  input: z.object({ to: z.email(), note: z.literal("it's") }),
  run: ({ input }) => input.to,
});
`;

test("dev prints a curl that its own definitions accept, and refuses what they refuse", async (t) => {
  const folder = project(t);
  writeFileSync(join(folder, "tasks.ts"), MAIL);
  const { dev, url } = await startDev(t, folder);
  const [, at, quoted] = await dev.waitFor(/curl (\S+) .* -d '(.*)'\n/);
  const body = quoted!.replaceAll(String.raw`'\''`, "'"); // as a shell reads it
  assert.deepEqual(JSON.parse(body), { type: "mail", payload: { to: "ada@example.com", note: "it's" } });
  assert.equal((await post(at!, body)).status, 202);

  const wrong = { type: "mail", payload: { to: "nobody" } };
  for (const path of ["/task", "/v1/tasks"]) {
    const { status, answer } = await post(url + path, JSON.stringify(wrong));
    assert.deepEqual([status, answer["code"], answer["pointer"]], [400, "INVALID_PAYLOAD", "/payload/to"]);
  }
  const tasks = [{ type: "other", payload: 7 }, wrong];
  const { status, answer } = await post(`${url}/v1/tasks/batch`, JSON.stringify({ tasks }));
  assert.deepEqual([status, answer["pointer"]], [400, "/tasks/1/payload/to"]);
  assert.equal((await post(`${url}/v1/tasks`, JSON.stringify(tasks[0]))).status, 202);
  dev.process.kill("SIGTERM");
  assert.equal((await dev.ended).code, 0);
});

test("dev prints no curl if it knows none that works", async (t) => {
  const folder = project(t);
  writeFileSync(join(folder, "tasks.ts"), MAIL.replace("z.email()", "z.string().regex(/^\\d{9}x$/)"));
  const { dev } = await startDev(t, folder);
  dev.process.kill("SIGTERM");
  const { code, stdout } = await dev.ended;
  assert.equal(code, 0);
  assert.doesNotMatch(stdout, /curl/);
});
