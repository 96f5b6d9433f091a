/** A server without a token behind a proxy: refused, unless its operator says that the proxy checks its callers. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runCli, startCli, temporaryFolder } from "../support/cli.ts";

const ARGS = ["server", "--url", "memory:", "--port", "0"];

const SAID: Readonly<Record<string, { args?: string[]; env?: Record<string, string>; file?: object }>> = {
  "the flag": { args: ["--trusted"] },
  "the variable": { env: { WINDLASS_TRUSTED: "true" } },
  "the file": { file: { trusted: true } },
};

const PASSED_ON = { headers: { "x-forwarded-for": "203.0.113.9" } };

for (const [name, { args = [], env = {}, file }] of Object.entries(SAID)) {
  test(`what a proxy passes on is served if ${name} says that it is trusted`, async (t) => {
    const folder = temporaryFolder(t);
    if (file !== undefined) writeFileSync(join(folder, "windlass.config.json"), JSON.stringify(file));
    const server = startCli(t, folder, [...ARGS, ...args], { env });
    const [, address] = await server.waitFor(/server on (http:\/\/\S+),/);
    assert.equal((await fetch(`${address}/v1/tasks`, PASSED_ON)).status, 200);
  });
}

test("what a proxy passes on is refused otherwise, and the refusal names the flag", async (t) => {
  const server = startCli(t, temporaryFolder(t), ARGS, { env: { WINDLASS_TRUSTED: "false" } });
  const [, address] = await server.waitFor(/server on (http:\/\/\S+),/);
  const answer = await fetch(`${address}/v1/tasks`, PASSED_ON);
  assert.equal(answer.status, 403);
  assert.match(await answer.text(), /--trusted \(WINDLASS_TRUSTED\)/);
});

test("a trusted server still needs a token where others can reach it, and a word that is none is refused", async (t) => {
  const folder = temporaryFolder(t);
  const open = await runCli(folder, [...ARGS, "--trusted", "--host", "0.0.0.0"]);
  assert.equal(open.code, 2);
  assert.match(open.stderr, /\(INSECURE_BIND\)/);
  const { code, stderr } = await runCli(folder, ARGS, { env: { WINDLASS_TRUSTED: "perhaps" } });
  assert.equal(code, 2);
  assert.match(stderr, /WINDLASS_TRUSTED is "perhaps"; expected true or false.*\(INVALID_OPTION\)/);
});
