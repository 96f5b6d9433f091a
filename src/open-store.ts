/** Picks the store that a URL names. A store's code, and the client it needs, are loaded only when it is chosen. */
import type { FullStore } from "./store/facets.ts";
import type { Store } from "./store/store.ts";
import { WindlassError } from "./task/errors.ts";
import { quote } from "./task/names.ts";
import { checkKeys } from "./task/options.ts";

const FORMS =
  "memory:, sqlite:PATH, redis://HOST:PORT/DB, rediss://…, redis+sentinel://HOST,HOST/MASTER or redis+cluster://HOST,HOST";

/** The store behind the URL, opened. Fails with `INVALID_URL`, `UNKNOWN_OPTION` or a `STORE_…` code. */
export async function openStore(url: string): Promise<FullStore> {
  const store = await makeStore(url);
  await openOrClose(store);
  return store;
}

/** Opens a store; one that refuses is closed again, so that no connection of it keeps the process. */
export async function openOrClose(store: Store): Promise<void> {
  try {
    await store.open();
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
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
  if (scheme !== undefined && /^rediss?(\+sentinel|\+cluster)?$/.test(scheme)) {
    const { redisStore } = await import("./stores/redis/index.ts");
    return redisStore(redisOptions(url));
  }
  throw new WindlassError("INVALID_URL", `the store URL is ${quote(redact(url))}; expected ${FORMS}`);
}

/** `sqlite:PATH`, `sqlite:///ABSOLUTE/PATH`, each with `?synchronous=full|normal`. */
function sqliteOptions(url: string): { path: string; synchronous?: "full" | "normal" } {
  const [location = "", query] = url.slice("sqlite:".length).split("?", 2);
  const path = decodeURIComponent(location.startsWith("//") ? location.slice(2) : location);
  if (path === "") {
    throw new WindlassError("INVALID_URL", `the store URL ${quote(url)} names no file; expected sqlite:PATH`);
  }
  const options = Object.fromEntries(new URLSearchParams(query));
  checkKeys(options, ["synchronous"], "the sqlite URL");
  const { synchronous } = options;
  if (synchronous === undefined) return { path };
  if (synchronous === "full" || synchronous === "normal") return { path, synchronous };
  throw new WindlassError("INVALID_OPTION", `synchronous is ${quote(synchronous)}; expected full or normal`, {
    pointer: "synchronous",
  });
}

/** Any form of Redis URL, with `?prefix=NAME`, `minReplicas=N` and `fsync=yes` as the store's options have them. */
function redisOptions(url: string): { url: string; prefix?: string; minReplicas?: number; fsync?: boolean } {
  const [location = "", query] = url.split("?", 2);
  const parameters = new URLSearchParams(query);
  const take = (name: string): string | undefined => {
    const value = parameters.get(name) ?? undefined;
    parameters.delete(name);
    return value;
  };
  const prefix = take("prefix");
  const minReplicas = take("minReplicas");
  const fsync = take("fsync");
  if (fsync !== undefined && fsync !== "yes" && fsync !== "no") {
    throw new WindlassError("INVALID_OPTION", `fsync is ${quote(fsync)}; expected yes or no`, {
      pointer: "fsync",
    });
  }
  return {
    // What is left is the client's; it refuses what it does not know.
    url: parameters.size === 0 ? location : `${location}?${parameters.toString()}`,
    ...(prefix !== undefined && { prefix }),
    ...(minReplicas !== undefined && { minReplicas: Number(minReplicas) }),
    ...(fsync !== undefined && { fsync: fsync === "yes" }),
  };
}

/** The URL without its password, as it may be shown and logged. */
export function redact(url: string): string {
  return url.replace(/\/\/([^/@]*):[^/@]*@/, "//$1:***@");
}
