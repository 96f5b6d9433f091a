/** `windlass.config.ts` and its siblings: a default export, or a JSON document, of settings by name. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { WindlassError } from "../task/errors.ts";
import { quote } from "../task/names.ts";
import { checkKeys } from "../task/options.ts";
import { reasonOf, shorten } from "../task/quote.ts";
import { importModule, loadRemedy } from "./import-module.ts";
import { SETTING_NAMES } from "./settings.ts";

const FILES = ["ts", "mts", "mjs", "js", "json"].map((ending) => `windlass.config.${ending}`);

/** The file that `asked` names, else the one in `cwd`, if there is one. Two of them are an error: which one counts? */
export function findConfigFile(cwd: string, asked: string | undefined): string | undefined {
  if (asked !== undefined) return resolve(cwd, asked);
  const found = FILES.filter((name) => existsSync(join(cwd, name)));
  if (found.length > 1) {
    throw new WindlassError("INVALID_OPTION", `there are ${found.join(" and ")}; expected one of them`, {
      remedy: "Remove one, or choose with --config.",
      pointer: "config",
    });
  }
  return found[0] === undefined ? undefined : join(cwd, found[0]);
}

/** What the file says. Fails with `INVALID_OPTION` or `UNKNOWN_OPTION`. */
export async function readConfigFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  const content = await load(path);
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new WindlassError(
      "INVALID_OPTION",
      `${shorten(path)} gives ${quote(content)}; expected settings as its default export, such as { url: "sqlite:tasks.db" }`,
      { pointer: "config" },
    );
  }
  checkKeys(content, SETTING_NAMES, shorten(path));
  return content as Readonly<Record<string, unknown>>;
}

async function load(path: string): Promise<unknown> {
  try {
    if (!existsSync(path)) throw new Error("there is no such file");
    if (path.endsWith(".json")) return JSON.parse(readFileSync(path, "utf8"));
    const module = (await importModule(path)) as { readonly default?: unknown };
    return module.default;
  } catch (error) {
    const message = `${shorten(path)} cannot be read: ${reasonOf(error)}`;
    throw new WindlassError("INVALID_OPTION", message, {
      cause: error,
      pointer: "config",
      remedy: loadRemedy(path, error) ?? "Mend the file, or name another with --config.",
    });
  }
}
