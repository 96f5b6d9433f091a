/** The front door: joins a store, chosen by URL, to the engine. */
import { Client, type ClientOptions } from "./engine/client.ts";
import { openOrClose, openStore } from "./open-store.ts";
import type { FullStore } from "./store/facets.ts";
import type { Store } from "./store/store.ts";

/** Where tasks are kept unless a URL says otherwise: a file below the working directory. */
export const DEFAULT_URL = "sqlite:.windlass/windlass.db";

/**
 * A queue on the store that the URL names, opened and ready. Also takes a store that you made.
 * Fails with `INVALID_URL` or the `STORE_…` code that says why the store cannot be used.
 */
export async function windlass(url?: string, options?: ClientOptions): Promise<Client<FullStore>>;
export async function windlass<S extends Store>(store: S, options?: ClientOptions): Promise<Client<S>>;
export async function windlass(
  store: string | Store = DEFAULT_URL,
  options?: ClientOptions,
): Promise<Client> {
  if (typeof store === "string") return new Client(await openStore(store), options);
  await openOrClose(store);
  return new Client(store, options);
}
