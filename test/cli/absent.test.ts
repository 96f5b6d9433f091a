/** A command that looks makes nothing: a mistyped URL is told, and leaves no file behind. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { runCli, temporaryFolder } from "../support/cli.ts";

const ID = "0199c0de-0000-7000-8000-000000000000";

for (const args of [
  ["task", "list"],
  ["task", "get", ID],
  ["task", "retry", ID],
  ["queue", "list"],
  ["queue", "pause", "mail"],
  ["dead", "list"],
  ["dead", "retry", "--all", "--yes"],
]) {
  test(`windlass ${args.join(" ")} makes no store`, async (t) => {
    const folder = temporaryFolder(t);
    const { code, stdout, stderr } = await runCli(folder, [...args, "--url", "sqlite:typo.db"]);
    assert.match(stderr, /there is no file .*typo\.db yet \(NOT_FOUND\)\n {2}→ Check the URL/);
    assert.deepEqual([code, stdout, readdirSync(folder)], [3, "", []]);
  });
}

test("doctor says that there is nothing yet, and makes nothing", async (t) => {
  const folder = temporaryFolder(t);
  const { code, stdout, stderr } = await runCli(folder, ["doctor"]);
  assert.match(stdout, /warning {2}store: there is no file .*windlass\.db yet/);
  assert.deepEqual([code, stderr, readdirSync(folder)], [0, "", []]);
});

test("enqueue makes the store", async (t) => {
  const folder = temporaryFolder(t);
  const made = await runCli(folder, ["task", "enqueue", "hello"]);
  assert.equal(made.code, 0, made.stderr);
  const listed = await runCli(folder, ["task", "list"]);
  assert.deepEqual([listed.code, /hello/.test(listed.stdout)], [0, true], listed.stderr);
});

test("a path after two slashes is absolute, or an error that shows both ways to write it", async (t) => {
  const folder = temporaryFolder(t);
  const { code, stderr } = await runCli(folder, ["task", "enqueue", "a", "--url", "sqlite://tmp/x.db"]);
  assert.match(stderr, /sqlite:tmp\/x\.db.*sqlite:\/\/\/tmp\/x\.db.*\(INVALID_URL\)/);
  assert.deepEqual([code, readdirSync(folder)], [2, []]);
});
