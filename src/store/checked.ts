/** Puts the checks in front of a store, so that none of its own code sees a value that it does not expect. */
import * as check from "./check.ts";
import type { FullStore } from "./facets.ts";
import type { Store } from "./store.ts";
import { unreadable } from "../task/reading.ts";

/** Which check each call's arguments pass. Calls without arguments need none. */
const CHECKS: { readonly [Name in keyof FullStore]?: (...args: Parameters<Call<Name>>) => void } = {
  add: check.checkNewTasks,
  exchange: check.checkExchange,
  extend: check.checkExtend,
  maintain: check.checkMaintain,
  get: (id, queue) => check.checkTaskRef({ id, queue }),
  list: check.checkFilter,
  queues: check.checkQueueQuery,
  queue: check.checkQueue,
  activity: check.checkActivityQuery,
  act: check.checkAct,
  edit: (task, edit) => {
    check.checkTaskRef(task);
    check.checkEdit(edit);
  },
  pause: check.checkQueue,
  resume: check.checkQueue,
  purge: (queue, states) => {
    check.checkQueue(queue);
    check.checkStates(states);
  },
};

type Call<Name extends keyof FullStore> = Extract<FullStore[Name], (...args: never) => unknown>;

/**
 * `store`, a plain object as factories make them, with every argument checked by the rules of `check.ts`: a bad one fails
 * with `INVALID_OPTION`, `INVALID_NAME`, `INVALID_ID`, `INVALID_KEY`, `INVALID_PAYLOAD` or `PAYLOAD_TOO_LARGE`, and nothing
 * is written. Facets that the store lacks stay lacking. The factory of a store answers what this answers.
 */
export function checkedStore<S extends Store>(store: S): S {
  check.checkStore(store);
  const calls = store as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const checked = Object.entries(CHECKS)
    .filter(([name]) => typeof calls[name] === "function")
    .map(([name, accepts]) => [name, guarded(calls[name]!, accepts as Accepts)] as const);
  const { signal } = store;
  const subscribe = guarded((...args) => signal.subscribe(...args), check.checkSubscribe);
  return { ...store, signal: { subscribe }, ...Object.fromEntries(checked) };
}

type Accepts = (...args: unknown[]) => void;

/** `call` behind its check. */
function guarded<Args extends readonly unknown[], Reply>(
  call: (...args: Args) => Promise<Reply>,
  accepts: (...args: Args) => void,
): (...args: Args) => Promise<Reply> {
  return (...args) => {
    try {
      accepts(...args);
    } catch (error) {
      return Promise.reject(unreadable("what the store was given", error)); // as every other failure, without a promise more for what passes
    }
    return call(...args);
  };
}
