/** Builds what is published: compiles `src` into a clean `dist`, and brings along what is no TypeScript. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const source = join(root, "src");
const dist = join(root, "dist");

rmSync(dist, { recursive: true, force: true });
execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
// SQL, Lua, the page: read at run time from beside the code that uses them.
cpSync(source, dist, {
  recursive: true,
  filter: (path) => statSync(path).isDirectory() || !path.endsWith(".ts"),
});

const entry = join(dist, "cli/main.js");
if (!existsSync(entry)) throw new Error(`${entry} is missing; expected tsc to write it`);
execFileSync(process.execPath, [join(root, "bin/windlass.js"), "--version"], { stdio: "inherit" });
