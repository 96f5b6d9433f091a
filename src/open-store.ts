/** Finds the store that a URL names by its scheme. A store's code, and the client it needs, are loaded only when it is chosen. */
import { checkStore } from "./store/check.ts";
import { driverOf, knownForms, registerStore } from "./store/driver.ts";
import type { FullStore } from "./store/facets.ts";
import type { Store } from "./store/store.ts";
import { memoryDriver } from "./stores/memory/driver.ts";
import { redisDriver } from "./stores/redis/driver.ts";
import { sqliteDriver } from "./stores/sqlite/driver.ts";
import { WindlassError } from "./task/errors.ts";
import { checkRuntime } from "./task/runtime.ts";
import { quoteUrl } from "./task/redact.ts";

export { redact } from "./task/redact.ts";

// A scheme that someone has claimed before this file was loaded stays theirs.
for (const driver of [memoryDriver, sqliteDriver, redisDriver]) {
  const schemes = driver.schemes.filter((scheme) => driverOf(`${scheme}:`) === undefined);
  if (schemes.length > 0) registerStore({ ...driver, schemes });
}

/** The driver of a URL's scheme, of those that come with Windlass and those that were registered; undefined if none has it. */
export const findDriver = driverOf;

/**
 * The store behind the URL, opened. It has every facet if it comes with Windlass; one of another package may lack some, and
 * a call of the client that needs one fails with `STORE_UNSUPPORTED`.
 * Fails with `INVALID_URL`, `INVALID_OPTION`, `UNKNOWN_OPTION` or a `STORE_…` code.
 */
export async function openStore(url: string): Promise<FullStore> {
  checkRuntime();
  const driver = typeof url === "string" ? driverOf(url) : undefined;
  if (driver === undefined) {
    throw new WindlassError("INVALID_URL", `the store URL is ${quoteUrl(url)}; expected ${knownForms()}`);
  }
  const store = await driver.make(url);
  await openOrClose(store);
  return store as FullStore;
}

/**
 * Opens a store; one that refuses is closed again, so that no connection of it keeps the process. Fails with
 * `INVALID_OPTION` for what is no store.
 */
export async function openOrClose(store: Store): Promise<void> {
  checkStore(store);
  try {
    await store.open();
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}
