/** A store that is opened by the first call that needs it: what is refused before then leaves no trace. */
import { administrable, inspectable } from "./engine/facet.ts";
import { findDriver, openStore } from "./open-store.ts";
import type { FullStore } from "./store/facets.ts";
import { WindlassError } from "./task/errors.ts";

export interface LazyOptions {
  /** True: a store that is not there yet is made, as everywhere else. False: calls fail with `NOT_FOUND`. */
  readonly makes: boolean;
}

/**
 * The store that the URL names, for one caller and a few calls. They fail with what `openStore` fails with, too; after
 * it was closed, with `STORE_CLOSED`; if it lacks what the call needs, with `STORE_UNSUPPORTED`.
 */
export function lazyStore(url: string, { makes }: LazyOptions = { makes: true }): FullStore {
  let opening: Promise<FullStore> | undefined;
  let closed = false;
  const opened = (): Promise<FullStore> => {
    if (closed) throw new WindlassError("STORE_CLOSED", "the store was closed");
    if (opening === undefined && !makes) checkPresent(url);
    return (opening ??= openStore(url));
  };
  return {
    name: url.split(/[:+]/, 1)[0]!.toLowerCase(),
    callsAtOnce: 1,
    signal: { subscribe: async (...args) => (await opened()).signal.subscribe(...args) },
    open: async () => void (await opened()),
    add: async (...args) => (await opened()).add(...args),
    exchange: async (...args) => (await opened()).exchange(...args),
    extend: async (...args) => (await opened()).extend(...args),
    maintain: async (...args) => (await opened()).maintain(...args),
    get: async (...args) => inspectable(await opened()).get(...args),
    list: async (...args) => inspectable(await opened()).list(...args),
    queues: async (...args) => inspectable(await opened()).queues(...args),
    queue: async (...args) => inspectable(await opened()).queue(...args),
    activity: async (...args) => inspectable(await opened()).activity(...args),
    act: async (...args) => administrable(await opened()).act(...args),
    edit: async (...args) => administrable(await opened()).edit(...args),
    pause: async (...args) => administrable(await opened()).pause(...args),
    resume: async (...args) => administrable(await opened()).resume(...args),
    purge: async (...args) => administrable(await opened()).purge(...args),
    diagnose: async (options) => (await opened()).diagnose(options),
    [Symbol.asyncDispose]: async () => {
      closed = true;
      const store = await opening?.catch(() => undefined); // whoever asked for it was told why it is not there
      await store?.[Symbol.asyncDispose]();
    },
  };
}

/** A command that looks would find nothing in what it has just made, and hide that the URL is mistyped. */
function checkPresent(url: string): void {
  const absent = findDriver(url)?.absent?.(url);
  if (absent === undefined) return;
  throw new WindlassError("NOT_FOUND", `there is no ${absent} yet`, {
    remedy: "Check the URL (--url). The first enqueue, worker or server makes the store.",
    pointer: "url",
  });
}
