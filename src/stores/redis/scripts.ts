/**
 * The Lua scripts: read once, put together from their parts, named by their hash.
 *
 * A line `-- include: NAME` stands for the text of `lua/shared/NAME.lua`, which may include others. There are two kinds:
 * functions, for scripts that work task by task, and fragments, which say at their head which locals they take and leave.
 * Fragments are for what the common scripts need as well: making a Lua function costs 0.2 us in every call.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

export const SCRIPT_NAMES = [
  "add-fast",
  "add-general",
  "add-keyed",
  "cancel",
  "count",
  "edit",
  "exchange-fast",
  "exchange-general",
  "extend",
  "list-pending",
  "list-set",
  "listen",
  "maintain",
  "notify-again",
  "now",
  "pause",
  "purge",
  "quarantine",
  "remove",
  "resume",
  "retry",
  "run-now",
  "views",
] as const;

export type ScriptName = (typeof SCRIPT_NAMES)[number];

export interface Script {
  readonly source: string;
  /** What EVALSHA knows it by. */
  readonly sha: string;
}

const INCLUDE = /^[ \t]*-- include: ([a-z-]+)\n/gm;

/** Every script by name. The one place that reads them. */
export function loadScripts(): Readonly<Record<ScriptName, Script>> {
  const scripts = SCRIPT_NAMES.map((name) => {
    const source = withoutComments(assemble(name));
    return [name, { source, sha: createHash("sha1").update(source).digest("hex") }] as const;
  });
  return Object.fromEntries(scripts) as Record<ScriptName, Script>;
}

function assemble(path: string): string {
  const text = readFileSync(new URL(`lua/${path}.lua`, import.meta.url), "utf8");
  return text.replaceAll(INCLUDE, (_, part: string) => assemble(`shared/${part}`));
}

/** Redis keeps the source of every script it was ever given; comments are for people. */
function withoutComments(source: string): string {
  return source.replaceAll(/^[ \t]*--.*\n/gm, "").replaceAll(/^[ \t]+/gm, "");
}
