/** The pages of the manual that say the same as the code are held to it. `UPDATE_GOLDEN=1` writes them anew. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ERROR_CODES, type ErrorCode, WindlassError } from "windlass";
import { exitCodeOf } from "../src/cli/exit-codes.ts";
import { statusOf } from "../src/server/http/status.ts";

const docs = join(import.meta.dirname, "../docs");

test("docs/errors.md has every code with its meaning and remedy, and what each entry point makes of it", async () => {
  const rows = (Object.keys(ERROR_CODES) as ErrorCode[]).map((code) => {
    const { kind, meaning, remedy, retriable = false } = ERROR_CODES[code];
    const exit = exitCodeOf(new WindlassError(code, ""));
    const again = retriable ? "yes" : "no";
    return `| <a id="${code.toLowerCase()}"></a>\`${code}\` | ${kind} | ${statusOf(code)} | ${exit} | ${again} | ${meaning} | ${remedy} |`;
  });
  await holdBetween("errors.md", [
    "| code | kind | HTTP | exit | again? | what happened | what to do |",
    "|---|---|--:|--:|---|---|---|",
    ...rows,
  ]);
});

/** What stands between the page's two markers must be these lines. */
async function holdBetween(page: string, lines: readonly string[]): Promise<void> {
  const path = join(docs, page);
  const text = await readFile(path, "utf8");
  const [begin, end] = ["<!-- generated: begin -->", "<!-- generated: end -->"];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  assert.ok(from >= 0 && to > from, `${page} has its markers`);
  const wanted = `${begin}\n\n${lines.join("\n")}\n\n`;
  if (process.env["UPDATE_GOLDEN"] === "1") {
    await writeFile(path, text.slice(0, from) + wanted + text.slice(to));
    return;
  }
  assert.equal(text.slice(from, to), wanted, `${page} differs from the code: run it with UPDATE_GOLDEN=1`);
}
