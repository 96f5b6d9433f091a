/** Picks the store that a URL names. A store's code, and the client it needs, are loaded only when it is chosen. */
import type { FullStore } from "./store/facets.ts";
import { WindlassError } from "./task/errors.ts";
import { show } from "./task/names.ts";
import { checkKeys } from "./task/options.ts";

const FORMS = "memory:, sqlite:PATH, sqlite:PATH?synchronous=normal";

/** The store behind the URL, opened. Fails with `INVALID_URL`, `UNKNOWN_OPTION` or a `STORE_…` code. */
export async function openStore(url: string): Promise<FullStore> {
  const store = await makeStore(url);
  await store.open();
  return store;
}

async function makeStore(url: string): Promise<FullStore> {
  const scheme = /^([a-z][a-z0-9+]*):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === "memory") {
    const { memoryStore } = await import("./stores/memory/index.ts");
    return memoryStore();
  }
  if (scheme === "sqlite") {
    const { sqliteStore } = await import("./stores/sqlite/index.ts");
    return sqliteStore(sqliteOptions(url));
  }
  throw new WindlassError("INVALID_URL", `the store URL is ${show(redact(url))}; expected ${FORMS}`);
}

/** `sqlite:PATH`, `sqlite:///ABSOLUTE/PATH`, each with `?synchronous=full|normal`. */
function sqliteOptions(url: string): { path: string; synchronous?: "full" | "normal" } {
  const [location = "", query] = url.slice("sqlite:".length).split("?", 2);
  const path = decodeURIComponent(location.startsWith("//") ? location.slice(2) : location);
  if (path === "") {
    throw new WindlassError("INVALID_URL", `the store URL ${show(url)} names no file; expected sqlite:PATH`);
  }
  const options = Object.fromEntries(new URLSearchParams(query));
  checkKeys(options, ["synchronous"], "the sqlite URL");
  const { synchronous } = options;
  if (synchronous === undefined) return { path };
  if (synchronous === "full" || synchronous === "normal") return { path, synchronous };
  throw new WindlassError("INVALID_OPTION", `synchronous is ${show(synchronous)}; expected full or normal`, {
    pointer: "synchronous",
  });
}

/** The URL without its password, as it may be shown and logged. */
export function redact(url: string): string {
  return url.replace(/\/\/([^/@]*):[^/@]*@/, "//$1:***@");
}
