/** The pages of the manual that say the same as the code are held to it. `UPDATE_GOLDEN=1` writes them anew. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ERROR_CODES, type ErrorCode, WindlassError } from "windlass";
import { exitCodeOf } from "../src/cli/exit-codes.ts";
import { flagOf } from "../src/cli/config.ts";
import { SETTING_NAMES, SETTINGS } from "../src/cli/settings.ts";
import { DEFAULT_RETENTION } from "../src/engine/janitor.ts";
import { toMs } from "../src/task/duration.ts";
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

test("docs/cli.md has every setting with its flag, variable and default, and no other", async () => {
  const text = await readFile(join(docs, "cli.md"), "utf8");
  const table = text.slice(text.indexOf("| in the file"), text.indexOf("Finished tasks are kept"));
  const rows = [...table.matchAll(/^\| `(\w+)` +\|(.*)$/gm)].map(([, name, rest]) => [name!, rest!] as const);
  assert.deepEqual(
    rows.map(([name]) => name),
    SETTING_NAMES,
  );
  for (const [name, rest] of rows) {
    const { env, fallback } = SETTINGS[name as keyof typeof SETTINGS];
    if (env !== undefined) assert.ok(rest.includes(`\`${env}\``), `${name}: ${env}`);
    if (name in { modules: 1, retention: 1, color: 1 }) continue;
    assert.ok(rest.includes(`\`${flagOf(name)}`), `${name}: ${flagOf(name)}`);
    if (fallback === undefined || typeof fallback === "object") continue;
    assert.ok(rest.includes(`\`${fallback}\``), `${name}: ${fallback}`);
  }
});

test("docs/cli.md names the retention that holds by default", async () => {
  const text = await readFile(join(docs, "cli.md"), "utf8");
  const block = /^```json\n([\s\S]*?)^```/m.exec(text)![1]!;
  const { retention } = JSON.parse(block) as {
    retention: Record<string, { age: string; count: number }>;
  };
  const named = Object.entries(retention).map(([state, { age, count }]) => [
    state,
    { ageMs: toMs(age, "age"), count },
  ]);
  assert.deepEqual(Object.fromEntries(named), DEFAULT_RETENTION);
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
