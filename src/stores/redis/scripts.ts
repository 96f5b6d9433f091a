/** The Lua scripts: read once, put together from their parts, named by their hash. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

export const SCRIPT_NAMES = [
  "add",
  "add-keyed",
  "add-mixed",
  "cancel",
  "count",
  "edit",
  "exchange",
  "exchange-full",
  "extend",
  "list-pending",
  "list-shelf",
  "listen",
  "now",
  "pause",
  "purge",
  "quarantine",
  "maintain",
  "remove",
  "resume",
  "retry",
  "run-now",
  "stir",
  "views",
] as const;

export type ScriptName = (typeof SCRIPT_NAMES)[number];

export interface Script {
  readonly source: string;
  /** What EVALSHA knows it by. */
  readonly sha: string;
}

const INCLUDE = /^-- include: ([a-z]+)\n/gm;

/** Every script by name. The one place that reads them. */
export function loadScripts(): Readonly<Record<ScriptName, Script>> {
  const read = (path: string): string => readFileSync(new URL(`lua/${path}.lua`, import.meta.url), "utf8");
  const scripts = SCRIPT_NAMES.map((name) => {
    const source = withoutComments(
      read(name).replaceAll(INCLUDE, (_, part: string) => read(`shared/${part}`)),
    );
    return [name, { source, sha: createHash("sha1").update(source).digest("hex") }] as const;
  });
  return Object.fromEntries(scripts) as Record<ScriptName, Script>;
}

/** Redis keeps the source of every script it was ever given; comments are for people. */
function withoutComments(source: string): string {
  return source.replaceAll(/^[ \t]*--.*\n/gm, "").replaceAll(/^[ \t]+/gm, "");
}
