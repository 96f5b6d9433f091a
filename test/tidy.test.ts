/** Keeps the house in order: which room may import which, what may be called where, and no file that nobody needs. */
import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { before, test } from "node:test";

const root = join(import.meta.dirname, "..");
const src = join(root, "src");

/** Room → the rooms it may import; `import type` counts. `stores/x` are rooms of their own: siblings stay apart. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  task: [],
  store: ["task"],
  "stores/memory": ["task", "store"],
  "stores/sqlite": ["task", "store"],
  "stores/redis": ["task", "store"],
  engine: ["task", "store"],
  testing: ["task", "store", "engine"],
  api: ["task", "store", "engine"],
  "server/http": ["task", "store", "engine", "api", "dashboard"],
  dashboard: ["task", "api"],
  // Wires are joined here and nowhere else.
  ".": ["task", "store", "engine", "stores/memory", "stores/sqlite", "stores/redis"],
  cli: ["task", "store", "engine", "api", "server/http", "dashboard", "."],
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
  { call: /\bprocess\.exit\(/, allowed: /^cli\/lifetime\.ts$/, instead: "process.exitCode" },
  { call: /\b(FIXME|TODO|XXX)\b/, allowed: /^$/, instead: "doing it, or an issue", comments: true },
  {
    call: /@ts-(ignore|nocheck|expect-error)|oxlint-disable|eslint-disable/,
    allowed: /^$/,
    instead: "code that passes",
    comments: true,
  },
];

/** Doors: files that are reached from outside of src. */
const DOORS = [/(^|\/)index\.ts$/, /^cli\/main\.ts$/];

/** A file longer than this is more than one head holds at once. */
const LONGEST_FILE = 400;

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

function room(path: string): string {
  const parts = path.split("/");
  if (parts.length === 1) return ".";
  return parts[0] === "stores" || parts[0] === "server" ? parts.slice(0, 2).join("/") : parts[0]!;
}

/** Comments may name what code may not call. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}

test("imports follow the arrows of the house", () => {
  const wrong = sources.flatMap(({ path, imports }) =>
    imports
      .filter((target) => room(path) !== room(target) && !MAY_IMPORT[room(path)]?.includes(room(target)))
      .map((target) => `${path} imports ${target}: ${room(path)} may not import ${room(target)}`),
  );
  assert.deepEqual(wrong, []);
});

test("time, chance, output and exit go through their one door", () => {
  const wrong = sources.flatMap(({ path, text }) =>
    BANNED.filter(
      ({ call, allowed, comments }) =>
        !allowed.test(path) && call.test(comments === true ? text : withoutComments(text)),
    ).map(({ call, instead }) => `${path} has ${call.exec(text)?.[0]}: use ${instead}`),
  );
  assert.deepEqual(wrong, []);
});

test("every file is reached from a door", () => {
  const reached = new Set<string>();
  const visit = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const target of sources.find((source) => source.path === path)?.imports ?? []) visit(target);
  };
  for (const { path } of sources) if (DOORS.some((door) => door.test(path))) visit(path);
  assert.deepEqual(
    sources.map(({ path }) => path).filter((path) => !reached.has(path)),
    [],
  );
});

test("no file is longer than one head holds", () => {
  const long = sources
    .map(({ path, text }) => ({ path, lines: text.split("\n").length }))
    .filter(({ lines }) => lines > LONGEST_FILE);
  assert.deepEqual(long, []);
});

test("every markdown page has one title", async () => {
  const wrong: string[] = [];
  for await (const path of glob(["*.md", "docs/**/*.md"], { cwd: root })) {
    const text = (await readFile(join(root, path), "utf8")).replace(/^```[\s\S]*?^```/gm, "");
    if ([...text.matchAll(/^# /gm)].length !== 1) wrong.push(path);
  }
  assert.deepEqual(wrong, []);
});
