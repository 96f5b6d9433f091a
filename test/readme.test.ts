/** Runs the code of the docs as a user would: `ts` blocks by the package's public name, `sh` blocks that say so. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { glob, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "..");

/** A block that goes on without end, or needs a server of the reader's, is only type-checked: it starts with this line. */
const NOT_RUN = "// not run:";

const pages = (await Array.fromAsync(glob(["README.md", "docs/*.md"], { cwd: root }))).toSorted();

for (const page of pages) {
  const text = await readFile(join(root, page), "utf8");
  for (const block of text.matchAll(/^```ts\n([\s\S]*?)^```/gm)) {
    const line = text.slice(0, block.index).split("\n").length;
    const code = block[1]!;
    if (code.startsWith(NOT_RUN)) continue;
    test(`${page}:${line} runs`, () => runBlock(code));
  }
}

test("there is code in the README", async () => {
  assert.match(await readFile(join(root, "README.md"), "utf8"), /^```ts\n/m);
});

/** In a folder inside the package, so that its own name resolves; the working directory is a throwaway one. */
async function runBlock(code: string): Promise<void> {
  const folder = await mkdtemp(join(root, "test/.readme-"));
  const cwd = await mkdtemp(join(tmpdir(), "windlass-readme-"));
  try {
    const file = join(folder, "block.ts");
    await writeFile(file, code);
    const { status, stderr } = await run(file, cwd);
    assert.equal(status, 0, stderr);
  } finally {
    await rm(folder, { recursive: true });
    await rm(cwd, { recursive: true });
  }
}

function run(file: string, cwd: string): Promise<{ status: number | null; stderr: string }> {
  const child = spawn(process.execPath, ["--conditions=windlass:source", file], {
    cwd,
    timeout: 30_000,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (data: Buffer) => (stderr += String(data)));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, stderr }));
  });
}
