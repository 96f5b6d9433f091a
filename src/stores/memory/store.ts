/**
 * The memory store: tasks that live and end with the process. It is the reference for the others, so it follows
 * the contract to the letter and prefers the plain way wherever speed does not count.
 */
import { type Clock, type Random, systemClock } from "../../store/clock.ts";
import type { Finding, FullStore } from "../../store/facets.ts";
import * as admin from "./admin.ts";
import { Data } from "./data.ts";
import * as inspect from "./inspect.ts";
import * as verbs from "./verbs.ts";

export interface MemoryStoreOptions {
  /** The store's clock; the system's by default. */
  readonly clock?: Clock | undefined;
  /** Taken so that every store can be made alike. This one rolls no dice. */
  readonly random?: Random | undefined;
}

/** A new, empty store, open from the start. Every call after its disposal fails with `STORE_CLOSED`. */
export function memoryStore(options: MemoryStoreOptions = {}): FullStore {
  const data = new Data(options.clock ?? systemClock);
  return {
    name: "memory",
    callsAtOnce: 1,
    signal: { subscribe: async (queues, wake) => data.opened().signal.subscribe(queues, wake) },

    open: async () => void data.opened(),
    add: async (tasks) => verbs.add(data.opened(), tasks),
    exchange: async (request) => verbs.exchange(data.opened(), request),
    extend: async (leases, leaseMs) => verbs.extend(data.opened(), leases, leaseMs),
    maintain: async (request) => verbs.maintain(data.opened(), request),
    [Symbol.asyncDispose]: async () => data.close(),

    get: async (id) => inspect.get(data.opened(), id),
    list: async (filter) => inspect.list(data.opened(), filter),
    queues: async () => inspect.queues(data.opened()),
    activity: async (query) => inspect.activity(data.opened(), query),

    retry: async (id) => admin.retry(data.opened(), id),
    cancel: async (id) => admin.cancel(data.opened(), id),
    runNow: async (id) => admin.runNow(data.opened(), id),
    edit: async (id, change) => admin.edit(data.opened(), id, change),
    remove: async (id) => admin.remove(data.opened(), id),
    pause: async (queue) => admin.pause(data.opened(), queue),
    resume: async (queue) => admin.resume(data.opened(), queue),
    purge: async (queue, states) => admin.purge(data.opened(), queue, states),

    diagnose: async () => {
      data.opened();
      return [IN_MEMORY];
    },
  };
}

const IN_MEMORY: Finding = Object.freeze({
  level: "warning",
  topic: "durability",
  message: "Tasks are kept in this process's memory: they end with it, and no other process sees them.",
  remedy: "Use sqlite:PATH or redis:// for tasks that must survive.",
});
