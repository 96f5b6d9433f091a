/** The store as the engine calls it: each call tells how long it took and how it failed, if somebody listens. */
import type { Clock } from "../store/clock.ts";
import { FACETS } from "../store/facets.ts";
import type { Store } from "../store/store.ts";
import { WindlassError } from "../task/errors.ts";
import { storeCall, tell } from "./events.ts";

/**
 * `store` with every call told of. Made of functions, so that a store may be a plain object or of a class. The two calls
 * that every task pays for take their arguments by name: a list of them would be made for each.
 */
export function observedStore<S extends Store>(store: S, clock: Clock): S {
  const observed = async <Reply>(call: string, reply: () => Promise<Reply>): Promise<Reply> => {
    const startedAt = clock.monotonic();
    let code: WindlassError["code"] | undefined;
    try {
      return await reply();
    } catch (error) {
      code = error instanceof WindlassError ? error.code : "INTERNAL";
      throw error;
    } finally {
      tell(storeCall, { store: store.name, call, durationMs: clock.monotonic() - startedAt, code });
    }
  };
  const verbs: Store = {
    name: store.name,
    callsAtOnce: store.callsAtOnce,
    signal: store.signal,
    open: () => store.open(),
    add: (tasks) => (storeCall.hasSubscribers ? observed("add", () => store.add(tasks)) : store.add(tasks)),
    exchange: (request) =>
      storeCall.hasSubscribers
        ? observed("exchange", () => store.exchange(request))
        : store.exchange(request),
    extend: (leases, leaseMs) =>
      storeCall.hasSubscribers
        ? observed("extend", () => store.extend(leases, leaseMs))
        : store.extend(leases, leaseMs),
    maintain: (request) =>
      storeCall.hasSubscribers
        ? observed("maintain", () => store.maintain(request))
        : store.maintain(request),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
  const calls = store as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const facets = Object.values(FACETS)
    .flat()
    .filter((name) => typeof calls[name] === "function")
    .map((name) => {
      const call = (...args: unknown[]): Promise<unknown> =>
        storeCall.hasSubscribers ? observed(name, () => calls[name]!(...args)) : calls[name]!(...args);
      return [name, call] as const;
    });
  return { ...verbs, ...Object.fromEntries(facets) } as S;
}
