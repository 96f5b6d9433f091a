/** The Lua beside this file, by name. The build puts a module in this one's place that holds them all: see `scripts/build.ts`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The text of the file, whose name is as seen from this folder. */
export function textOf(name: string): string {
  return readFileSync(join(import.meta.dirname, name), "utf8");
}
