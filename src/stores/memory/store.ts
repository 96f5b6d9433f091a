/**
 * The memory store: tasks that live and end with the process. It is the reference for the others, so it follows
 * the contract to the letter and prefers the plain way wherever speed does not count.
 */
import { type Clock, type Random, toClock, toRandom } from "../../store/clock.ts";
import type { Finding, FullStore } from "../../store/facets.ts";
import { checkedStore } from "../../store/checked.ts";
import { checkKeys } from "../../task/options.ts";
import { act, edit } from "./act.ts";
import { add } from "./add.ts";
import { Data } from "./data.ts";
import { exchange } from "./exchange.ts";
import { extend } from "./extend.ts";
import * as inspect from "./inspect.ts";
import { maintain } from "./maintain.ts";
import { pause, purge, resume } from "./queue-control.ts";

export interface MemoryStoreOptions {
  /** The store's clock; the system's by default. */
  readonly clock?: Clock | undefined;
  /** Taken so that every store can be made alike. This one rolls no dice. */
  readonly random?: Random | undefined;
}

/**
 * A new, empty store, open from the start. Every call after its disposal fails with `STORE_CLOSED`. Fails with
 * `INVALID_OPTION` or `UNKNOWN_OPTION`.
 */
export function memoryStore(options: MemoryStoreOptions = {}): FullStore {
  checkKeys(options, ["clock", "random"], "memoryStore");
  toRandom(options.random);
  const data = new Data(toClock(options.clock));
  return checkedStore<FullStore>({
    name: "memory",
    callsAtOnce: 1,
    signal: { subscribe: async (queues, wake) => data.opened().signal.subscribe(queues, wake) },

    open: async () => void data.opened(),
    add: async (tasks) => add(data.opened(), tasks),
    exchange: async (request) => exchange(data.opened(), request),
    extend: async (leases, leaseMs) => extend(data.opened(), leases, leaseMs),
    maintain: async (request) => maintain(data.opened(), request),
    [Symbol.asyncDispose]: async () => data.close(),

    get: async (id, queue) => inspect.get(data.opened(), id, queue),
    list: async (filter) => inspect.list(data.opened(), filter),
    queues: async (query) => inspect.queues(data.opened(), query),
    queue: async (name) => inspect.queue(data.opened(), name),
    activity: async (query) => inspect.activity(data.opened(), query),

    act: async (tasks, name) => act(data.opened(), tasks, name),
    edit: async (task, change) => edit(data.opened(), task, change),
    pause: async (queue) => pause(data.opened(), queue),
    resume: async (queue) => resume(data.opened(), queue),
    purge: async (queue, states) => purge(data.opened(), queue, states),

    diagnose: async () => {
      data.opened();
      return [IN_MEMORY];
    },
  });
}

const IN_MEMORY: Finding = Object.freeze({
  level: "warning",
  topic: "durability",
  message: "Tasks are kept in this process's memory: they end with it, and no other process sees them.",
  remedy: "Use sqlite:PATH or redis:// for tasks that must survive.",
});
