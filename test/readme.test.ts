/** Runs the code of the docs as a user would: `ts` blocks by the package's public name. What they are said to print, they print. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { glob, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "..");

/** A block that goes on without end, or needs a server of the reader's, is only type-checked: it starts with this line. */
const NOT_RUN = "// not run:";

/** What a block prints: a `text` block after it, with at most one paragraph between the two. */
function printsAfter(block: string, text: string): string | undefined {
  return /^\n+(?:[^`#\n][^\n]*\n)*\n*```text\n([\s\S]*?\n)```\n/.exec(
    text.slice(text.indexOf(block) + block.length),
  )?.[1];
}

const pages = (await Array.fromAsync(glob(["README.md", "docs/*.md"], { cwd: root }))).toSorted();

for (const page of pages) {
  const text = await readFile(join(root, page), "utf8");
  for (const block of text.matchAll(/^```ts\n([\s\S]*?)^```/gm)) {
    const line = text.slice(0, block.index).split("\n").length;
    const code = block[1]!;
    if (code.startsWith(NOT_RUN)) continue;
    const prints = printsAfter(block[0], text);
    test(`${page}:${line} runs`, async () => {
      const printed = await runBlock(code);
      if (prints !== undefined) assert.equal(printed, prints);
    });
  }
}

test("all code of the docs passes the compiler, also what is not run", async () => {
  const folder = await mkdtemp(join(root, "test/.readme-"));
  try {
    await writeFile(join(folder, "tsconfig.json"), '{"extends":"../../tsconfig.json","include":["*.ts"]}');
    for (const page of pages) {
      const text = await readFile(join(root, page), "utf8");
      for (const { 1: code, index } of text.matchAll(/^```ts\n([\s\S]*?)^```/gm)) {
        await writeFile(join(folder, `${page.replaceAll("/", "-")}-${index}.ts`), code!);
      }
    }
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const { status, stdout } = await run([tsc, "-p", folder], root);
    assert.deepEqual([status, stdout], [0, ""]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the first program of the README says what it prints, and that a task ran", async () => {
  const readme = await readFile(join(root, "README.md"), "utf8");
  const [block] = /^```ts\n[\s\S]*?^```/m.exec(readme) ?? [""];
  assert.match(printsAfter(block, readme) ?? "", /is completed/);
});

/** Answers what it printed. In a folder inside the package, so that its own name resolves; the working directory is a throwaway one. */
async function runBlock(code: string): Promise<string> {
  const folder = await mkdtemp(join(root, "test/.readme-"));
  const cwd = await mkdtemp(join(tmpdir(), "windlass-readme-"));
  try {
    const file = join(folder, "block.ts");
    await writeFile(file, code);
    const { status, stdout, stderr } = await run(["--conditions=windlass:source", file], cwd);
    assert.equal(status, 0, stderr);
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
    await rm(cwd, { recursive: true });
  }
}

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], cwd: string): Promise<Ran> {
  const child = spawn(process.execPath, args, {
    cwd,
    timeout: 30_000,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data: Buffer) => (stdout += String(data)));
  child.stderr.on("data", (data: Buffer) => (stderr += String(data)));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, stdout, stderr }));
  });
}
