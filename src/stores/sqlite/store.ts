/**
 * The SQLite store: tasks in one file, for any number of processes of one machine. No server, no native module; what
 * was acknowledged is on the disk.
 */
import { type Clock, type Random, systemClock, systemRandom } from "../../store/clock.ts";
import type { FullStore } from "../../store/facets.ts";
import { WindlassError } from "../../task/errors.ts";
import { add } from "./add.ts";
import * as administer from "./administer.ts";
import { Connection } from "./connection.ts";
import { diagnose } from "./diagnose.ts";
import * as exchanging from "./exchange.ts";
import { extend } from "./extend.ts";
import * as inspect from "./inspect.ts";
import { list } from "./list.ts";
import { purgeAll } from "./purge.ts";
import * as maintaining from "./maintain.ts";

export interface SqliteStoreOptions {
  /** Where the file is; relative to the working directory at the time of the call. Directories are made. */
  readonly path: string;
  /**
   * `full` (default): an acknowledged call survives a power loss, if the disk keeps its word. `normal`: it survives
   * the end of any process, but the last ones before a power loss may be lost; nothing is ever damaged.
   */
  readonly synchronous?: "full" | "normal" | undefined;
  /** The file never grows beyond this many bytes: calls that would need more fail with `STORE_FULL`. No limit by default. */
  readonly maxBytes?: number | undefined;
  /** The store's clock; the system's by default. */
  readonly clock?: Clock | undefined;
  /** Spreads the tries of those who wait for the write lock. */
  readonly random?: Random | undefined;
}

/**
 * A store on the file `path`, to be opened with `open()`, which fails with `STORE_UNSUITABLE` (read-only, or not a
 * local file system), `STORE_FOREIGN` (the file is not ours; it is not touched), `STORE_TOO_NEW`, `STORE_CORRUPT`.
 * Any call may fail with `STORE_BUSY` if another process holds the file for more than 5 s, and with `STORE_FULL`.
 */
export function sqliteStore(options: SqliteStoreOptions): FullStore {
  const connection = new Connection({
    path: checkPath(options.path),
    synchronous: checkSynchronous(options.synchronous),
    maxBytes: checkMaxBytes(options.maxBytes),
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  });
  const { numbers } = connection;
  const read = connection.read.bind(connection);
  const write = connection.write.bind(connection);
  return {
    name: "sqlite",
    callsAtOnce: 1,
    signal: {
      async subscribe(queues, wake) {
        void connection.file;
        return connection.signals.subscribe(queues, wake);
      },
    },

    open: () => connection.open(),
    add: (tasks) => write((work) => add(work, numbers, tasks)),
    async exchange(request) {
      const settled = request.settle.length > 0;
      const idle = settled ? undefined : await read((work) => exchanging.idle(work, request));
      return idle ?? write((work) => exchanging.exchange(work, numbers, request));
    },
    extend: (leases, leaseMs) => write((work) => extend(work, leases, leaseMs)),
    async maintain(request) {
      connection.checkStillThere();
      const idle = await read((work) => maintaining.idle(work, request));
      return idle ?? write((work) => maintaining.maintain(work, request));
    },
    [Symbol.asyncDispose]: async () => connection.close(),

    get: (id) => read((work) => inspect.get(work, id)),
    list: (filter) => read((work) => list(work, numbers, filter)),
    queues: () => read(inspect.queues),
    activity: (query) => read((work) => inspect.activity(work, query)),

    retry: (id) => write((work) => administer.retry(work, id)),
    cancel: (id) => write((work) => administer.cancel(work, id)),
    runNow: (id) => write((work) => administer.runNow(work, id)),
    edit: (id, change) => write((work) => administer.edit(work, id, change)),
    remove: (id) => write((work) => administer.remove(work, id)),
    pause: (queue) => write((work) => administer.pause(work, numbers, queue)),
    resume: (queue) => write((work) => administer.resume(work, queue)),
    purge: (queue, states) => purgeAll(write, numbers, queue, states),

    diagnose: () => read(() => diagnose(connection.file.db, connection.file.path)),
  };
}

function checkPath(path: unknown): string {
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw invalid("path", `path is ${JSON.stringify(path) ?? String(path)}; expected the path of a file`);
  }
  if (path === ":memory:") {
    throw new WindlassError("INVALID_OPTION", 'path is ":memory:"; expected the path of a file', {
      pointer: "path",
      remedy: "Use the memory store (memory:) for tasks that need not outlive the process.",
    });
  }
  return path;
}

function checkSynchronous(synchronous: unknown): "full" | "normal" {
  if (synchronous === undefined || synchronous === "full") return "full";
  if (synchronous === "normal") return "normal";
  throw invalid("synchronous", `synchronous is ${JSON.stringify(synchronous)}; expected "full" or "normal"`);
}

function checkMaxBytes(maxBytes: unknown): number | undefined {
  if (maxBytes === undefined) return undefined;
  // An empty store takes about 100 kB.
  if (typeof maxBytes === "number" && maxBytes >= 2 ** 18 && Number.isSafeInteger(maxBytes)) return maxBytes;
  throw invalid("maxBytes", `maxBytes is ${JSON.stringify(maxBytes)}; expected a whole number from 262144`);
}

function invalid(pointer: string, message: string): WindlassError {
  return new WindlassError("INVALID_OPTION", message, { pointer });
}
