/**
 * The Lua scripts: read once, put together from their parts, named by their hash.
 *
 * A line `-- include: NAME` stands for the text of `lua/shared/NAME.lua`, which may include others. Most of these are
 * fragments: straight-line code that says at its head which locals it takes and leaves. Functions are for what is called
 * from several places of one script. A script makes its functions anew in every call: with forty of them that took a
 * quarter of a general exchange of one task.
 *
 * `LAW.NAME` stands for a constant of the law (law.ts) and `LAYOUT.NAME` for one of the keys (layout.ts); both are put in as
 * literals.
 */
import { createHash } from "node:crypto";
import { WindlassError } from "../../task/errors.ts";
import { LAW, type LawValue } from "./law.ts";
import { LAYOUT } from "./layout.ts";
import { textOf } from "./texts.ts";

export const SCRIPT_NAMES = [
  "act",
  "add-fast",
  "add-general",
  "add-keyed",
  "count",
  "due-queues",
  "edit",
  "exchange-fast",
  "exchange-general",
  "extend",
  "find",
  "forget",
  "list-pending",
  "list-queue",
  "list-set",
  "listen",
  "long-unused",
  "maintain",
  "notify-again",
  "now",
  "pause",
  "purge",
  "quarantine",
  "resume",
  "unlist",
  "views",
] as const;

export type ScriptName = (typeof SCRIPT_NAMES)[number];

export interface Script {
  readonly source: string;
  /** What EVALSHA knows it by. */
  readonly sha: string;
}

const INCLUDE = /^[ \t]*-- include: ([a-z-]+)\n/gm;

const CONSTANT = /\b(LAW|LAYOUT)((?:\.\w+)+)/g;

/** Every script by name. The one place that reads them. */
export function loadScripts(law: LawValue = LAW): Readonly<Record<ScriptName, Script>> {
  const scripts = SCRIPT_NAMES.map((name) => {
    const source = withoutComments(assemble(name)).replaceAll(CONSTANT, (_, of: string, path: string) =>
      toLua(constantAt(of === "LAW" ? law : LAYOUT, path)),
    );
    return [name, { source, sha: createHash("sha1").update(source).digest("hex") }] as const;
  });
  return Object.fromEntries(scripts) as Record<ScriptName, Script>;
}

function assemble(path: string): string {
  return textOf(`lua/${path}.lua`).replaceAll(INCLUDE, (_, part: string) => assemble(`shared/${part}`));
}

/** Redis keeps the source of every script it was ever given; comments are for people. */
function withoutComments(source: string): string {
  return source.replaceAll(/^[ \t]*--.*\n/gm, "").replaceAll(/^[ \t]+/gm, "");
}

function constantAt(law: LawValue, path: string): LawValue {
  let value: LawValue | undefined = law;
  for (const name of path.slice(1).split(".")) value = (value as { [name: string]: LawValue })[name];
  if (value !== undefined) return value;
  throw new WindlassError(
    "INTERNAL",
    `a script asks for the constant ${path.slice(1)}; expected a name of law.ts or layout.ts`,
  );
}

/** A table in parentheses, so that it can be indexed where it stands. */
function toLua(value: LawValue): string {
  if (typeof value === "string") return `'${value}'`;
  if (typeof value !== "object") return String(value);
  const entries = Array.isArray(value)
    ? value.map(toLua)
    : Object.entries(value).map(([name, each]) => `${name}=${toLua(each)}`);
  return `({${entries.join(",")}})`;
}
