/**
 * The SQLite store: tasks in one file, for any number of processes of one machine. No server, no native module; what
 * was acknowledged is on the disk.
 */
import { checkedStore } from "../../store/checked.ts";
import { toClock, toRandom } from "../../store/clock.ts";
import type { FullStore } from "../../store/facets.ts";
import * as acts from "./act.ts";
import { add } from "./add.ts";
import { Connection } from "./connection.ts";
import { diagnose } from "./diagnose.ts";
import * as exchanging from "./exchange.ts";
import { extend } from "./extend.ts";
import * as inspect from "./inspect.ts";
import { list } from "./list.ts";
import * as maintaining from "./maintain.ts";
import {
  checkMaxBytes,
  checkOptions,
  checkPath,
  checkSynchronous,
  type SqliteStoreOptions,
} from "./options.ts";
import * as queueControl from "./queue-control.ts";

/**
 * A store on the file `path`; fails with `INVALID_OPTION` or `UNKNOWN_OPTION`. To be opened with `open()`, which fails with `STORE_UNSUITABLE` (read-only, not a local
 * file system, or made by an unreleased version), `STORE_FOREIGN` (the file is not ours; it is not touched),
 * `STORE_TOO_NEW`, `STORE_CORRUPT`.
 * Any call may fail with `STORE_BUSY` if another process holds the file for more than 5 s, with `STORE_FULL`, and with
 * `STORE_GONE`, from then on always, after the file was removed or replaced. `act` and
 * `purge` of many tasks take several transactions: a failure in the midst of them is `UNKNOWN`.
 */
export function sqliteStore(options: SqliteStoreOptions): FullStore {
  checkOptions(options);
  const connection = new Connection({
    path: checkPath(options.path),
    synchronous: checkSynchronous(options.synchronous),
    maxBytes: checkMaxBytes(options.maxBytes),
    clock: toClock(options.clock),
    random: toRandom(options.random),
  });
  const read = connection.read.bind(connection);
  const write = connection.write.bind(connection);
  return checkedStore<FullStore>({
    name: "sqlite",
    callsAtOnce: 1,
    signal: {
      async subscribe(queues, wake) {
        void connection.file;
        return connection.signal.subscribe(queues, wake);
      },
    },

    open: () => connection.open(),
    add: (tasks) => write((tx) => add(tx, tasks)),
    async exchange(request) {
      const settled = request.settle.length > 0;
      const idle = settled ? undefined : await read((tx) => exchanging.idle(tx, request));
      return idle ?? write((tx) => exchanging.exchange(tx, request));
    },
    extend: (leases, leaseMs) => write((tx) => extend(tx, leases, leaseMs)),
    async maintain(request) {
      const idle = await read((tx) => maintaining.idle(tx, request));
      return idle ?? write((tx) => maintaining.maintain(tx, request));
    },
    [Symbol.asyncDispose]: async () => connection.close(),

    get: (id, queue) => read((tx) => inspect.get(tx, { id, queue })),
    list: (filter) => read((tx) => list(tx, filter)),
    queues: (query) => read((tx) => inspect.queues(tx, query)),
    queue: (name) => read((tx) => inspect.queue(tx, name)),
    activity: (query) => read((tx) => inspect.activity(tx, query)),

    act: (tasks, name) => acts.act(connection.series(), tasks, name),
    edit: (task, change) => write((tx) => acts.edit(tx, task, change)),
    pause: (queue) => write((tx) => queueControl.pause(tx, queue)),
    resume: (queue) => write((tx) => queueControl.resume(tx, queue)),
    purge: (queue, states) => queueControl.purge({ read, write: connection.series() }, queue, states),

    diagnose: (how) => read(() => diagnose(connection.file.db, connection.file.path, how)),
  });
}
