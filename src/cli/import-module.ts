/** Imports a module of the user's: as Node does, and what Node refuses although it is clear what is meant. */
import { readFileSync } from "node:fs";
import nodeModule, { type RegisterHooksOptions } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Clock, systemClock } from "../store/clock.ts";
import { WindlassError } from "../task/errors.ts";
import { shorten } from "../task/quote.ts";

/** A module may connect at its top level, which takes seconds; one that takes longer will never be there. */
const LOAD_TIMEOUT_MS = 60_000;

/** Where TypeScript looks for what an import names, in its order. */
const ENDINGS = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json"].flatMap((end) => [
  end,
  `/index${end}`,
]);

/** In a package that says `commonjs`, which is what `npm init -y` writes. */
const AS_MODULE: Readonly<Record<string, string>> = {
  commonjs: "module",
  "commonjs-typescript": "module-typescript",
};

/** Statements that no CommonJS has. Those about types are gone before Node looks. */
const MODULE_SYNTAX =
  /^[ \t]*(?:import\s*(?!type\b(?!\s*,|\s+from\b))(?:["'{*]|[\w$]+\s*(?:,|from\b))|export\s+(?:default|const|let|var|async|function|class|enum|\*|\{))/m;

const NO_CODE = /\/\*[\s\S]*?\*\/|`(?:\\[\s\S]|[^`\\])*`/g;

let hooked = false;

/** How often everything of the user's was asked to be read anew. Modules of another generation are other modules. */
let generation = 0;

/** What was loaded of the user's own, by its path. */
const loadedFiles = new Set<string>();

/** Part of the URL of what is not of the first generation. Node keeps a module for ever; under another URL it is another. */
const MARK = "windlass-generation";

/** From now on modules of the user's are read anew, and what they import of his own. The old ones stay in memory. */
export function forgetModules(): void {
  generation++;
}

/** The files of the user's that were loaded so far. */
export function filesLoaded(): readonly string[] {
  return [...loadedFiles];
}

/**
 * What the module exports. Rejects with what it throws, or with `INVALID_DEFINITION` if it waits at its top level for what
 * never comes.
 */
export async function importModule(path: string, clock: Clock = systemClock): Promise<object> {
  // Bun and Deno load all of it by themselves.
  if (!hooked)
    (nodeModule as Partial<typeof nodeModule>).registerHooks?.({
      resolve: resolveMarked,
      load: loadAsMeant,
    });
  hooked = true;
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  const giveUp = (why: string) => () => reject(unsettled(path, why));
  // Node ends a process that has nothing more to do, whoever still waits in it.
  const idle = giveUp("waits at its top level for what never comes");
  const cancel = clock.after(
    LOAD_TIMEOUT_MS,
    giveUp(`was not loaded within ${LOAD_TIMEOUT_MS / 1_000} s: it still waits at its top level`),
    { background: true },
  );
  process.once("beforeExit", idle);
  try {
    return await Promise.race([import(marked(pathToFileURL(path).href)) as Promise<object>, givenUp]);
  } finally {
    process.off("beforeExit", idle);
    cancel();
  }
}

function unsettled(path: string, why: string): WindlassError {
  return new WindlassError("INVALID_DEFINITION", `${shorten(path)} ${why}`, {
    remedy:
      "Look at each await outside of functions, in it and in what it imports; wait inside of run instead.",
  });
}

type Hooks = { readonly [Name in "resolve" | "load"]: NonNullable<RegisterHooksOptions[Name]> };

/** The URL as one of this generation. */
function marked(url: string): string {
  if (generation === 0 || !isOwn(url)) return url;
  const own = new URL(url);
  own.searchParams.set(MARK, String(generation));
  return own.href;
}

/** What a module of this generation imports of its own is of it, too; packages are not, nor what they import. */
const resolveMarked: Hooks["resolve"] = (specifier, context, next) => {
  const resolved = resolveAsTypeScript(specifier, context, next);
  const own = /^(?:[./#]|file:)/.test(specifier) && context.parentURL?.includes(MARK) === true;
  return own ? { ...resolved, url: marked(resolved.url) } : resolved;
};

const resolveAsTypeScript: Hooks["resolve"] = (specifier, context, next) => {
  try {
    return next(specifier, context);
  } catch (error) {
    const { parentURL } = context;
    if (!isMissing(error) || !/^\.{1,2}(?:\/|$)/.test(specifier) || !isOwn(parentURL)) throw error;
    const names = [
      ...ENDINGS.map((ending) => specifier.replace(/\/$/, "") + ending),
      specifier.replace(/\.([cm]?)js$/, ".$1ts"), // as TypeScript wants it written
    ];
    for (const name of names) {
      try {
        return next(name, context);
      } catch (other) {
        if (!isMissing(other)) throw other;
      }
    }
    throw error;
  }
};

const loadAsMeant: Hooks["load"] = (url, context, next) => {
  const loaded = next(url, context);
  if (isOwn(url)) loadedFiles.add(fileURLToPath(url));
  const format = AS_MODULE[loaded.format ?? ""];
  if (format === undefined || !isOwn(url) || /\.c[jt]s(?:\?|$)/.test(url)) return loaded;
  const source = loaded.source ?? readFileSync(fileURLToPath(url));
  const text = typeof source === "string" ? source : new TextDecoder().decode(source);
  return MODULE_SYNTAX.test(text.replace(NO_CODE, "")) ? { ...loaded, source, format } : loaded;
};

/** Packages are as their authors made them. */
function isOwn(url: string | undefined): url is string {
  return url?.startsWith("file:") === true && !url.includes("/node_modules/");
}

function isMissing(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return (
    code === "ERR_MODULE_NOT_FOUND" || code === "ERR_UNSUPPORTED_DIR_IMPORT" || code === "MODULE_NOT_FOUND"
  );
}

/** What to do about a module that could not be loaded; undefined: nothing that is known of it. */
export function loadRemedy(path: string, error: unknown): string | undefined {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  const text = String(message);
  const [, name] = /Cannot find (?:package|module) '([^']+)'/.exec(text) ?? [];
  if (isMissing(error) && name !== undefined && !/^[./]|^\w+:/.test(name)) return missingRemedy(name);
  if (code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") {
    return `Node takes types away and translates nothing: write it without (a const object for an enum), or ${throughTsx()}.`;
  }
  if (error instanceof SyntaxError && hasDecorator(path)) return `Node knows no decorators: ${throughTsx()}.`;
  return undefined;
}

function missingRemedy(name: string): string {
  const [first = "", second] = name.split("/");
  if (/^(?:@|~|#)$/.test(first) || first.startsWith("~")) {
    const own = `#${name.replace(/^[@~#]\/?/, "")}`;
    return `Node does not read "paths" of tsconfig.json: name it in "imports" of package.json (${own}), or ${throughTsx()}.`;
  }
  const asked = first.startsWith("@") && second !== undefined ? `${first}/${second}` : first;
  return `Install it: npm install ${asked}. If it is one of "paths" in tsconfig.json, which Node does not read: ${throughTsx()}.`;
}

/** A loader that translates as the TypeScript compiler does. */
function throughTsx(): string {
  return 'let tsx translate it: npm install --save-dev tsx, then set NODE_OPTIONS="--import tsx" and start again';
}

function hasDecorator(path: string): boolean {
  try {
    return /^[ \t]*@[\w$]/m.test(readFileSync(path, "utf8").replace(NO_CODE, ""));
  } catch {
    return false;
  }
}
