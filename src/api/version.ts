/** The version of the package. The build puts a module in this one's place that says it: see `scripts/build.ts`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const { version: found } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"),
) as { readonly version: string };

export const version = found;
