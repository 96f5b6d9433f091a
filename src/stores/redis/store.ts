/** The Redis store: one hash of opaque records per queue, lists of ids, and scripts that each move a whole batch. */
import { checkedStore } from "../../store/checked.ts";
import type { FullStore } from "../../store/facets.ts";
import { add } from "./add.ts";
import { act, edit } from "./act.ts";
import { exchange } from "./exchange.ts";
import { diagnose } from "./diagnose.ts";
import { activity, count, get, queues } from "./inspect.ts";
import { extend } from "./extend.ts";
import { list } from "./list.ts";
import { maintain } from "./maintain.ts";
import { ClusterRouter } from "./net/cluster.ts";
import { singleRouter } from "./net/single.ts";
import { type RedisStoreOptions, toSettings } from "./options.ts";
import { preflight } from "./preflight.ts";
import { pause, purge, resume } from "./queue-control.ts";
import { ScriptRunner } from "./script-runner.ts";
import { RedisSignal } from "./signal.ts";

/**
 * A store on Redis 6.2 or newer (or Valkey): one server, a primary found by sentinels, or a cluster. Connects with
 * `open`, which fails with `INVALID_URL`, `STORE_UNAVAILABLE` or `STORE_UNSUITABLE`; from then on it reconnects by
 * itself until it is disposed of. Fails with `INVALID_URL`, `INVALID_OPTION` or
 * `UNKNOWN_OPTION` for options that cannot be used.
 */
export function redisStore(options: RedisStoreOptions): FullStore {
  const settings = toSettings(options);
  const { target } = settings;
  const router =
    target.kind === "cluster" ? new ClusterRouter(target, settings) : singleRouter(target, settings);
  const runner = new ScriptRunner(settings, router);
  const signal = new RedisSignal(runner);
  const live = (): ScriptRunner => runner.live();
  return checkedStore<FullStore>({
    name: "redis",
    callsAtOnce: 2,
    signal,

    async open() {
      await runner.open();
      await preflight(runner);
    },
    add: async (tasks) => add(live(), tasks),
    exchange: async (request) => exchange(live(), request),
    extend: async (leases, leaseMs) => extend(live(), leases, leaseMs),
    maintain: async (request) => maintain(live(), request),
    async [Symbol.asyncDispose]() {
      signal.close();
      runner.close();
    },

    get: async (id, queue) => get(live(), id, queue),
    list: async (filter) => list(live(), filter),
    queues: async (query) => queues(live(), query),
    queue: async (name) => count(live(), name),
    activity: async (query) => activity(live(), query),

    act: async (tasks, name) => act(live(), tasks, name),
    edit: async (task, change) => edit(live(), task, change),
    pause: async (queue) => pause(live(), queue),
    resume: async (queue) => resume(live(), queue),
    purge: async (queue, states) => purge(live(), queue, states),

    diagnose: async () => diagnose(live()),
  });
}
