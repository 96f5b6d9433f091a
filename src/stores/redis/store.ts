/** The Redis store: one hash of opaque records per queue, lists of ids, and scripts that each move a whole batch. */
import type { FullStore } from "../../store/facets.ts";
import { add } from "./add.ts";
import * as admin from "./admin.ts";
import { Caller } from "./caller.ts";
import { exchange } from "./exchange.ts";
import { checkGround, diagnose } from "./ground.ts";
import { activity, get, queues } from "./inspect.ts";
import { extend, reclaim } from "./leases.ts";
import { list } from "./list.ts";
import { ClusterRouter } from "./net/cluster.ts";
import { singleRouter } from "./net/single.ts";
import { type RedisStoreOptions, toSettings } from "./options.ts";
import { RedisSignal } from "./signal.ts";

/**
 * A store on Redis 6.2 or newer (or Valkey): one server, a primary found by sentinels, or a cluster. Connects with
 * `open`, which fails with `INVALID_URL`, `STORE_UNAVAILABLE` or `STORE_UNSUITABLE`; from then on it reconnects by
 * itself until it is disposed of. Fails with `INVALID_URL` or `INVALID_OPTION` for options that cannot be used.
 */
export function redisStore(options: RedisStoreOptions): FullStore {
  const settings = toSettings(options);
  const { target } = settings;
  const router =
    target.kind === "cluster" ? new ClusterRouter(target, settings) : singleRouter(target, settings);
  const caller = new Caller(settings, router);
  const signal = new RedisSignal(caller);
  return {
    name: "redis",
    signal,

    async open() {
      await caller.open();
      await checkGround(caller);
    },
    add: (tasks) => add(caller, tasks),
    exchange: (request) => exchange(caller, request),
    extend: (leases, leaseMs) => extend(caller, leases, leaseMs),
    reclaim: (request) => reclaim(caller, request),
    async [Symbol.asyncDispose]() {
      signal.close();
      caller.close();
    },

    get: (id) => get(caller, id),
    list: (filter) => list(caller, filter),
    queues: () => queues(caller),
    activity: (query) => activity(caller, query),

    retry: (id) => admin.act(caller, "retry", id),
    cancel: (id) => admin.act(caller, "cancel", id),
    runNow: (id) => admin.act(caller, "run-now", id),
    edit: (id, change) => admin.edit(caller, id, change),
    remove: (id) => admin.act(caller, "remove", id),
    pause: (queue) => admin.pause(caller, queue),
    resume: (queue) => admin.resume(caller, queue),
    purge: (queue, states) => admin.purge(caller, queue, states),

    diagnose: () => diagnose(caller),
  };
}
