/** Finds the store that a URL names by its scheme. A store's code, and the client it needs, are loaded only when it is chosen. */
import { driverOf, knownForms, registerStore, type StoreDriver } from "./store/driver.ts";
import type { FullStore } from "./store/facets.ts";
import type { Store } from "./store/store.ts";
import { memoryDriver } from "./stores/memory/driver.ts";
import { WindlassError } from "./task/errors.ts";
import { quote } from "./task/names.ts";
import { checkKeys } from "./task/options.ts";

/** `sqlite:PATH`, `sqlite:///ABSOLUTE/PATH`, each with `?synchronous=full|normal`. */
const sqliteDriver: StoreDriver = {
  schemes: ["sqlite"],
  forms: "sqlite:PATH",
  async make(url) {
    const options = sqliteOptions(url);
    const { sqliteStore } = await import("./stores/sqlite/index.ts");
    return sqliteStore(options);
  },
};

/** Any form of Redis URL, with `?prefix=NAME`, `minReplicas=N` and `fsync=yes` as the store's options have them. */
const redisDriver: StoreDriver = {
  schemes: ["redis", "rediss", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster"],
  forms: "redis://HOST:PORT/DB, rediss://…, redis+sentinel://HOST,HOST/MASTER or redis+cluster://HOST,HOST",
  async make(url) {
    const options = redisOptions(url);
    const { redisStore } = await import("./stores/redis/index.ts");
    return redisStore(options);
  },
};

// A scheme that someone has claimed before this file was loaded stays theirs.
for (const driver of [memoryDriver, sqliteDriver, redisDriver]) {
  const schemes = driver.schemes.filter((scheme) => driverOf(`${scheme}:`) === undefined);
  registerStore({ ...driver, schemes });
}

/**
 * The store behind the URL, opened. It has every facet if it comes with Windlass; one of another package may lack some, and
 * a call of the client that needs one fails with `STORE_UNSUPPORTED`.
 * Fails with `INVALID_URL`, `INVALID_OPTION`, `UNKNOWN_OPTION` or a `STORE_…` code.
 */
export async function openStore(url: string): Promise<FullStore> {
  const driver = driverOf(url);
  if (driver === undefined) {
    throw new WindlassError(
      "INVALID_URL",
      `the store URL is ${quote(redact(url))}; expected ${knownForms()}`,
    );
  }
  const store = await driver.make(url);
  await openOrClose(store);
  return store as FullStore;
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
