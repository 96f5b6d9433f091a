/** Places that are not as they should be: a folder that was removed, an output that takes nothing, a name with a % in it. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { runCli, temporaryFolder } from "../support/cli.ts";

const MAIN = join(import.meta.dirname, "../../src/cli/main.ts");

const GONE = 'mkdir gone && cd gone && rmdir "$PWD" && ';

/** Runs the command line, or another program, in a shell: `before` comes first, `after` behind its arguments. */
function inShell(
  cwd: string,
  args: string,
  { before = "", after = "", main = MAIN }: { before?: string; after?: string; main?: string },
): Promise<{ code: number | null; stderr: string }> {
  const command = `${before}exec "$NODE" --conditions=windlass:source "$MAIN" ${args} ${after}`;
  const env = { PATH: process.env["PATH"], NODE: process.execPath, MAIN: main };
  const child = spawn("sh", ["-c", command], { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stderr }));
  });
}

test("a working directory that was removed is said", async (t) => {
  const folder = temporaryFolder(t);
  for (const args of ["task enqueue job", "doctor", "server --port 0", "queue list --url sqlite:x.db"]) {
    const { code, stderr } = await inShell(folder, args, { before: GONE });
    assert.equal(code, 3, stderr);
    assert.match(
      stderr,
      /the working directory of this process was removed \(NOT_FOUND\)\n {2}→ Change to a directory/,
    );
  }
});

test("a program in a working directory that was removed hears the same of the library", async (t) => {
  const folder = temporaryFolder(t);
  const program = join(folder, "program.mjs");
  const library = pathToFileURL(join(import.meta.dirname, "../../src/index.ts")).href;
  writeFileSync(
    program,
    `import { windlass } from ${JSON.stringify(library)};
     await windlass("sqlite:x.db").catch(({ code, message }) => console.error(code, message));`,
  );
  const { stderr } = await inShell(folder, "", { before: GONE, main: program });
  assert.match(stderr, /^NOT_FOUND the working directory of this process was removed/m);
});

if (existsSync("/dev/full")) {
  test("an output that cannot be written is said, and is no success", async (t) => {
    const folder = temporaryFolder(t);
    for (const args of ["--version", "doctor", "task enqueue job --url sqlite:tasks.db"]) {
      const { code, stderr } = await inShell(folder, args, { after: "> /dev/full" });
      assert.equal(code, 1, stderr);
      assert.match(
        stderr,
        /windlass: the output cannot be written: ENOSPC: no space left on device.*\n {2}→ /,
      );
      assert.equal(stderr.match(/cannot be written/g)?.length, 1);
    }
  });
}

test("a % in the name of a file is told how it is written", async (t) => {
  const folder = temporaryFolder(t);
  const { code, stderr } = await runCli(folder, ["task", "enqueue", "job", "--url", "sqlite:100%.db"]);
  assert.equal(code, 2);
  assert.match(stderr, /"sqlite:100%\.db" has a % that is no code.*\n {2}→ .*sqlite:100%25\.db/);
  assert.equal((await runCli(folder, ["task", "enqueue", "job", "--url", "sqlite:100%25.db"])).code, 0);
  assert.ok(existsSync(join(folder, "100%.db")));
});
