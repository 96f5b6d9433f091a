/** Keeps the source in order: which layer may import which, what may be called where, how long things may be, and no file that nobody needs. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { glob, readFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { before, test } from "node:test";
import { ACT_NAMES } from "../src/task/life.ts";

const root = join(import.meta.dirname, "..");
const src = join(root, "src");
const oxlint = join(root, "node_modules/oxlint/bin/oxlint");

/** Layer → the layers it may import; `import type` counts. `stores/x` are layers of their own: siblings stay apart. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  task: [],
  store: ["task"],
  "stores/memory": ["task", "store"],
  "stores/sqlite": ["task", "store"],
  "stores/redis": ["task", "store"],
  engine: ["task", "store"],
  telemetry: ["task", "store", "engine"],
  testing: ["task", "store", "engine"],
  api: ["task", "store", "engine"],
  "server/http": ["task", "store", "engine", "api", "dashboard"],
  dashboard: ["task", "api"],
  // Here the layers are put together, and nowhere else.
  ".": ["task", "store", "engine", "telemetry", "stores/memory", "stores/sqlite", "stores/redis"],
  cli: ["task", "store", "engine", "telemetry", "api", "server/http", "dashboard", "."],
};

/** What may not be called, where it may, and what to use instead. `comments`: not in them, either. */
const BANNED: readonly { call: RegExp; allowed: RegExp; instead: string; comments?: true }[] = [
  { call: /\bDate\.now\(|\bnew Date\(\)/, allowed: /^store\/clock\.ts$/, instead: "clock.now()" },
  { call: /\bperformance\.now\(/, allowed: /^store\/clock\.ts$/, instead: "clock.monotonic()" },
  { call: /\bMath\.random\(/, allowed: /^store\/clock\.ts$/, instead: "a Random" },
  {
    call: /\bset(Timeout|Interval|Immediate)\(/,
    allowed: /^store\/clock\.ts$/,
    instead: "clock.after or clock.defer",
  },
  { call: /\bconsole\./, allowed: /^cli\//, instead: "a Logger" },
  {
    call: /\bimport\.meta\b/,
    allowed: /(^|\/)texts\.ts$|^api\/version\.ts$/,
    instead: "textOf: a bundler takes modules along, and files not",
  },
  { call: /\bprocess\.exit\(/, allowed: /^cli\/lifetime\.ts$/, instead: "process.exitCode" },
  {
    call: new RegExp(
      `\\bclient\\.(${ACT_NAMES.join("|")}|store|get|list|edit|queues?|pause|resume|purge|stats|enqueue)\\b`,
    ),
    allowed: /^(?!cli\/)/,
    instead: "an operation, so that a server could answer it as well",
  },
  { call: /\b(FIXME|TODO|XXX)\b/, allowed: /^$/, instead: "doing it, or an issue", comments: true },
  {
    call: /@ts-(ignore|nocheck|expect-error)|oxlint-disable|eslint-disable/,
    allowed: /^$/,
    instead: "code that passes",
    comments: true,
  },
];

/** Entry points: files that are reached from outside of src. */
const ENTRY_POINTS = [/(^|\/)index\.ts$/, /^cli\/main\.ts$/];

/** A file longer than this is more than one head holds at once. */
const LONGEST_FILE = 300;

interface Source {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

let sources: readonly Source[] = [];

before(async () => {
  const found: Source[] = [];
  for await (const path of glob("**/*.ts", { cwd: src })) {
    const text = await readFile(join(src, path), "utf8");
    const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g)].map(([, specifier]) =>
      relative(src, join(src, dirname(path), specifier!))
        .split(sep)
        .join("/"),
    );
    found.push({ path: path.split(sep).join("/"), text, imports });
  }
  sources = found;
});

function layer(path: string): string {
  const parts = path.split("/");
  if (parts.length === 1) return ".";
  return parts[0] === "stores" || parts[0] === "server" ? parts.slice(0, 2).join("/") : parts[0]!;
}

/** Comments may name what code may not call. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}

test("imports follow the arrows between the layers", () => {
  const wrong = sources.flatMap(({ path, imports }) =>
    imports
      .filter((target) => layer(path) !== layer(target) && !MAY_IMPORT[layer(path)]?.includes(layer(target)))
      .map((target) => `${path} imports ${target}: ${layer(path)} may not import ${layer(target)}`),
  );
  assert.deepEqual(wrong, []);
});

test("time, chance, output and exit go through one file each", () => {
  const wrong = sources.flatMap(({ path, text }) =>
    BANNED.filter(
      ({ call, allowed, comments }) =>
        !allowed.test(path) && call.test(comments === true ? text : withoutComments(text)),
    ).map(({ call, instead }) => `${path} has ${call.exec(text)?.[0]}: use ${instead}`),
  );
  assert.deepEqual(wrong, []);
});

test("every file is reached from an entry point", () => {
  const reached = new Set<string>();
  const visit = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const target of sources.find((source) => source.path === path)?.imports ?? []) visit(target);
  };
  for (const { path } of sources) if (ENTRY_POINTS.some((entry) => entry.test(path))) visit(path);
  assert.deepEqual(
    sources.map(({ path }) => path).filter((path) => !reached.has(path)),
    [],
  );
});

test("no file imports itself by way of others; type imports count", () => {
  const imports = new Map(sources.map((source) => [source.path, source.imports]));
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const from = trail.indexOf(path);
    if (from >= 0) cycles.push([...trail.slice(from), path].join(" → "));
    if (from >= 0 || done.has(path)) return;
    for (const target of imports.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  assert.deepEqual(cycles, []);
});

test("no file is longer than one head holds", () => {
  const long = sources
    .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
    .filter(({ lines }) => lines > LONGEST_FILE);
  assert.deepEqual(long, []);
});

test("no function is longer than one head holds", () => {
  // The linter counts, because it parses; what a table holds is no function.
  const { status, stdout } = spawnSync(
    process.execPath,
    [oxlint, "--config", join(import.meta.dirname, "tidy.oxlintrc.json"), "--format", "unix", "src"],
    { cwd: root, encoding: "utf8" },
  );
  assert.deepEqual([status, stdout.split("\n").filter((line) => line.startsWith("src/"))], [0, []]);
});

test("every markdown page has one title", async () => {
  const wrong: string[] = [];
  for await (const path of glob(["*.md", "docs/**/*.md"], { cwd: root })) {
    const text = (await readFile(join(root, path), "utf8")).replace(/^```[\s\S]*?^```/gm, "");
    if ([...text.matchAll(/^# /gm)].length !== 1) wrong.push(path);
  }
  assert.deepEqual(wrong, []);
});
