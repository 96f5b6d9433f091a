/** What stands in for a store that a server waits for. */
import type { FullStore } from "../store/facets.ts";
import { WindlassError } from "../task/errors.ts";

/** A store of which every call fails with `STORE_UNAVAILABLE`. It has the name that the URL's store will have. */
export function absentStore(url: string): FullStore {
  const away = async (): Promise<never> => {
    throw new WindlassError(
      "STORE_UNAVAILABLE",
      "the store could not be reached since this server was started, which waits for it; nothing was written",
    );
  };
  return {
    name: url.split(/[:+]/, 1)[0]!.toLowerCase(),
    callsAtOnce: 1,
    signal: { subscribe: away },
    open: away,
    add: away,
    exchange: away,
    extend: away,
    maintain: away,
    get: away,
    list: away,
    queues: away,
    queue: away,
    activity: away,
    act: away,
    edit: away,
    pause: away,
    resume: away,
    purge: away,
    diagnose: away,
    [Symbol.asyncDispose]: async () => {},
  };
}
