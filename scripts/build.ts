/**
 * Builds what is published: compiles `src` into a clean `dist`. What is no TypeScript (SQL, Lua, the page, the version) is
 * read at run time from the sources, and is put into modules here: a bundler takes modules along, and files not.
 */
import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";

const root = join(import.meta.dirname, "..");
const source = join(root, "src");
const dist = join(root, "dist");

rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
for (const path of globSync("**/texts.ts", { cwd: source })) replace(path, textsModule(dirname(path)));
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
replace("api/version.ts", `export const version = ${JSON.stringify(version)};\n`);

const entry = join(dist, "cli/main.js");
if (!existsSync(entry)) throw new Error(`${entry} is missing; expected tsc to write it`);
execFileSync(process.execPath, [join(root, "bin/windlass.js"), "--version"], { stdio: "inherit" });

/** Writes another module in the place of the one that was compiled from `path`; its types stay. */
function replace(path: string, code: string): void {
  const target = join(dist, path.replace(/\.ts$/, ".js"));
  if (!existsSync(target)) throw new Error(`${target} is missing; expected tsc to write it`);
  writeFileSync(target, code);
}

/** A module with the texts of the folder by their names, for the one that reads them. */
function textsModule(folder: string): string {
  const names = globSync("**/*.{sql,lua,html}", { cwd: join(source, folder) })
    .filter((name) => !name.includes(".golden."))
    .toSorted();
  const texts = names.map((name): [string, string] => [
    name.split(sep).join("/"),
    readFileSync(join(source, folder, name), "utf8"),
  ]);
  const table = JSON.stringify(Object.fromEntries(texts), null, 1);
  return `const TEXTS = ${table};\n\nexport function textOf(name) {\n  return TEXTS[name];\n}\n`;
}
