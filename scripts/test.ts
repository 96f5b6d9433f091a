/**
 * Runs the tests. `npm test` runs all of them; `npm test -- test/engine` those of a folder or a file. What begins
 * with a dash goes to Node's test runner: `npm test -- --test-name-pattern=retry`.
 */
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { provideRedis } from "./redis-service.ts";

const root = join(import.meta.dirname, "..");

/** Files at once: most tests wait for servers and child processes, so two per core keep the cores busy. */
const CONCURRENCY = 4;

const args = process.argv.slice(2);
const flags = args.filter((arg) => arg.startsWith("-"));
const paths = args.filter((arg) => !arg.startsWith("-"));

function toPattern(path: string): string {
  const isFolder = statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? `${path.replace(/\/$/, "")}/**/*.test.ts` : path;
}

// Before the files run at once: two of them must not install the same server at the same time.
await provideRedis();

const run = spawnSync(
  process.execPath,
  [
    "--conditions=windlass:source",
    "--test",
    `--test-concurrency=${CONCURRENCY}`,
    ...flags,
    ...(paths.length > 0 ? paths : ["test"]).map(toPattern),
  ],
  { cwd: root, stdio: "inherit" },
);
process.exitCode = run.status ?? 1;
