/** Where programs begin: puts a store, chosen by URL, and the engine together. */
import { DEFAULT_URL } from "./default-url.ts";
import { Client } from "./engine/client.ts";
import { type ClientOptions, toClientTools } from "./engine/client-options.ts";
import { openOrClose, openStore } from "./open-store.ts";
import type { FullStore } from "./store/facets.ts";
import type { Store } from "./store/store.ts";

/**
 * A client of the store that the URL names, opened and ready. Also takes a store that you made; it is closed with the client.
 * Fails with `INVALID_URL`, `INVALID_OPTION`, `UNKNOWN_OPTION`, or the `STORE_…` code that says why the store cannot be used.
 */
export async function windlass(url?: string, options?: ClientOptions): Promise<Client<FullStore>>;
export async function windlass<S extends Store>(store: S, options?: ClientOptions): Promise<Client<S>>;
export async function windlass(
  store: string | Store = DEFAULT_URL,
  options?: ClientOptions,
): Promise<Client> {
  // Refused before a file is made or a server called; a given store is opened, and closed again.
  if (typeof store === "string") toClientTools(options);
  const opened = typeof store === "string" ? await openStore(store) : store;
  if (typeof store !== "string") await openOrClose(store);
  try {
    return new Client(opened, options);
  } catch (error) {
    await opened[Symbol.asyncDispose](); // or its connections would keep the process
    throw error;
  }
}
