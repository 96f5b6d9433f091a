/** Modules as people have them, in a folder that `npm init -y` made: what Node can be told to load is loaded, the rest says what to do. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { loadTasks } from "../../src/cli/modules.ts";
import { manualClock } from "../../src/testing/index.ts";
import { runCli, startCli, temporaryFolder } from "../support/cli.ts";

const ROOT = join(import.meta.dirname, "../..");

const TASK =
  "export const task = defineTask({ type: name, run: ({ input }: { input: unknown }) => input });\n";

/** A folder as `npm init -y` leaves it, with the package installed and these files. */
function project(t: TestContext, files: Readonly<Record<string, string>>, type = "commonjs"): string {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules/windlass"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "mine", version: "1.0.0", type }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const HEAD = 'import { defineTask } from "windlass";\n';

/** What the worker says that it loaded. */
async function typesOf(t: TestContext, folder: string, module: string): Promise<unknown> {
  const worker = startCli(t, folder, ["worker", module]);
  const [line] = await worker.waitFor(/^.*"msg":"tasks loaded".*$/m);
  await worker.waitFor(/worker started/);
  worker.process.kill("SIGTERM");
  const { code, stderr } = await worker.ended;
  assert.deepEqual([code, /Warning/.test(stderr)], [0, false], stderr);
  return (JSON.parse(line) as { types: unknown }).types;
}

test("an ES module is loaded in a package that says commonjs, and so are those that it imports", async (t) => {
  const folder = project(t, {
    "tasks.ts": `${HEAD}import type { Name } from "./lib";\nimport { name } from "./lib";\nconst n: Name = name;\n${TASK.replace("name", "n")}`,
    "lib.ts":
      "/* export const no = 1 */\nexport type Name = string;\nexport const name: Name = await Promise.resolve('mine');\n",
  });
  assert.deepEqual(await typesOf(t, folder, "tasks.ts"), ["mine"]);
});

test("JavaScript in ES modules is loaded there, too", async (t) => {
  const folder = project(t, {
    "tasks.js": `${HEAD}const name = "js";\n${TASK.replace(": { input: unknown }", "")}`,
  });
  assert.deepEqual(await typesOf(t, folder, "tasks.js"), ["js"]);
});

test("CommonJS stays what it is", async (t) => {
  const folder = project(t, {
    "tasks.ts":
      'import type { TaskDefinition } from "windlass";\nconst { defineTask } = require("windlass");\n' +
      "const text = `\nexport const no = 1;\n`;\n// export const no = 2;\n" +
      'const task: TaskDefinition = defineTask({ type: "cjs", run: () => text });\nmodule.exports = { task };\n',
  });
  assert.deepEqual(await typesOf(t, folder, "tasks.ts"), ["cjs"]);
});

for (const specifier of ["./lib", "./lib.js", "./folder", "./folder/index", "./lib.two"]) {
  test(`import from "${specifier}" finds the file as TypeScript does`, async (t) => {
    const files = { "lib.ts": "", "folder/index.ts": "", "lib.two.ts": "" };
    const texts = Object.keys(files).map((name) => [
      name,
      `export const name = ${JSON.stringify(name.replace("/", "."))};\n`,
    ]);
    const folder = project(
      t,
      { ...Object.fromEntries(texts), "tasks.ts": `${HEAD}import { name } from "${specifier}";\n${TASK}` },
      "module",
    );
    const [type] = (await typesOf(t, folder, "tasks.ts")) as string[];
    assert.match(type!, /^(lib|folder.index|lib.two).ts$/);
  });
}

interface Failure {
  readonly name: string;
  readonly module: string;
  readonly says: RegExp;
}

const TSX = /npm install --save-dev tsx.*NODE_OPTIONS="--import tsx"/;

const failures: readonly Failure[] = [
  {
    name: "an enum",
    module: `${HEAD}enum Names { One = "one" }\nconst name = Names.One;\n${TASK}`,
    says: TSX,
  },
  {
    name: "a parameter property",
    module: `${HEAD}class A { constructor(readonly a: string) {} }\nconst name = new A("a").a;\n${TASK}`,
    says: TSX,
  },
  {
    name: "a decorator",
    module: `${HEAD}const d = (value: unknown) => value;\n@d\nclass A {}\nconst name = A.name;\n${TASK}`,
    says: TSX,
  },
  {
    name: "a path alias",
    module: `${HEAD}import { name } from "@/lib";\n${TASK}`,
    says: /'@\/lib'.*\n.*"paths".*"imports".*#lib.*NODE_OPTIONS="--import tsx"/,
  },
  {
    name: "a package that is not installed",
    module: `${HEAD}import { name } from "left-pad-of-mine";\n${TASK}`,
    says: /left-pad-of-mine.*\n.*npm install left-pad-of-mine/,
  },
  {
    name: "a module that is waiting for nothing",
    module: `${HEAD}const name = await new Promise<string>(() => {});\n${TASK}`,
    says: /waits at its top level for what never comes.*INVALID_DEFINITION/,
  },
  {
    name: "a module that fails and has opened something",
    module: `${HEAD}setInterval(() => {}, 1_000);\nconst name = "x";\nthrow new Error("no database");\n`,
    says: /no database[^]*keeps the process.*Timeout|Timeout.*keeps the process/,
  },
];

for (const { name, module, says } of failures) {
  test(`${name} ends the start with what to do`, async (t) => {
    const folder = project(t, {
      "tasks.ts": module,
      "lib.ts": "export const name = 'x';\n",
      "tsconfig.json": '{ "compilerOptions": { /* ours */ "paths": { "@/*": ["./*"] } } }',
    });
    for (const command of ["worker", "dev"]) {
      const { code, stderr } = await runCli(folder, [command, "tasks.ts"]);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /Warning/);
      assert.equal(code, 2, stderr);
    }
  });
}

test("a module that never settles is given up, whatever else keeps the process", async (t) => {
  const folder = project(t, { "tasks.mjs": "await new Promise(() => {});\n" });
  const clock = manualClock();
  const loading = loadTasks([join(folder, "tasks.mjs")], clock);
  const failed = assert.rejects(loading, { code: "INVALID_DEFINITION", message: /within 60 s/ });
  await clock.advance(60_000);
  await failed;
});

test("a configuration file is loaded in the same way", async (t) => {
  const folder = project(t, { "windlass.config.ts": "export default { url: 'sqlite:mine.db' };\n" });
  const { code, stdout, stderr } = await runCli(folder, ["doctor"]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /sqlite:mine\.db/);
});
