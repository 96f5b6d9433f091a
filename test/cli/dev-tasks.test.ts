/** What `windlass dev` makes of the modules that it is given. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { systemClock } from "../../src/store/clock.ts";
import { DEADLINE_MS, type RunningCli, startCli, temporaryFolder } from "../support/cli.ts";

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

  assert.match(await (await fetch(url)).text(), /id="inject"/);
  const demo = await post(`${url}/v1/tasks`, JSON.stringify({ type: "windlass.demo", payload: { ms: 1 } }));
  await dev.waitFor(new RegExp(`"id":"${String(demo.answer["id"])}".*"msg":"completed"`));

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

test("an edited module, and what it imports, runs anew without a restart; one that cannot be loaded changes nothing", async (t) => {
  const folder = project(t);
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const greet = (type: string) => `import { defineTask } from "windlass";
import { word } from "./word";
import * as z from "zod";
export default defineTask({ type: "${type}", input: z.string(), run: ({ input }) => word + input });
`;
  write("word.ts", 'export const word: string = "hello ";\n');
  write("tasks.ts", greet("greet"));
  const { dev, url } = await startDev(t, folder);
  const result = async (type: string) => {
    const { status, answer } = await post(`${url}/v1/tasks`, JSON.stringify({ type, payload: "ada" }));
    assert.equal(status, 202);
    const deadline = systemClock.monotonic() + DEADLINE_MS;
    while (systemClock.monotonic() < deadline) {
      const task = await (await fetch(`${url}/v1/tasks/${String(answer["id"])}`)).json();
      const { state, result: kept } = task as { state: string; result: unknown };
      if (state === "completed") return kept;
      await new Promise<void>((resolve) => void systemClock.after(20, resolve));
    }
    return assert.fail(`${type} was not completed`);
  };
  assert.equal(await result("greet"), "hello ada");

  write("word.ts", 'export const word = "goodbye ";\n');
  await dev.waitFor(/"tasks":\["greet"\].*modules loaded anew/);
  assert.equal(await result("greet"), "goodbye ada");

  write("tasks.ts", greet("part").replace("z.string()", "z.string("));
  await dev.waitFor(/tasks\.ts cannot be loaded: .*; what was loaded before goes on/);
  assert.equal(await result("greet"), "goodbye ada");

  write("tasks.ts", greet("part"));
  await dev.waitFor(/"tasks":\["part"\].*modules loaded anew/);
  assert.equal(await result("part"), "goodbye ada");
  const { status } = await post(`${url}/v1/tasks`, JSON.stringify({ type: "part", payload: 7 }));
  assert.equal(status, 400); // by the definition of now
  dev.process.kill("SIGTERM");
  assert.equal((await dev.ended).code, 0);
});
