/** What a worker can be told, its defaults, and the checks. */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { Retention } from "../store/store.ts";
import { type Duration, toMs, toMsWithin } from "../task/duration.ts";
import { WindlassError } from "../task/errors.ts";
import { checkName, DEFAULT_QUEUE } from "../task/names.ts";
import { checkBoolean, checkEach, checkInteger, checkKeys, invalidOption } from "../task/options.ts";
import { isList as isGivenList, reading } from "../task/reading.ts";
import type { TaskDefinition } from "./definition.ts";
import { type RetentionOptions, toMaintainEvery, toRetention } from "./janitor.ts";
import { checkMiddleware, type Middleware, type RunMiddleware } from "./middleware.ts";
import type { QueueWeight } from "./queue-weights.ts";

export interface WorkOptions {
  /** Most attempts at once, 1 to 10,000. Default 10. */
  readonly concurrency?: number | undefined;
  /** Queues by name, or with weights 1 to 1,000: `{ mail: 5, reports: 1 }`. Default: those of its tasks, and `default`. */
  readonly queues?: readonly string[] | Readonly<Record<string, number>> | undefined;
  /** How long the store waits for a sign of life before the task goes to another worker, 1 s to 24 h. Default 30 s. */
  readonly lease?: Duration | undefined;
  /** How often to ask without a wake-up, 50 ms to 1 h. Default 1 s; spread by a quarter. */
  readonly poll?: Duration | undefined;
  /** How often to sweep expired leases and old tasks, 100 ms to 1 h. Default 5 s. */
  readonly maintainEvery?: Duration | undefined;
  /**
   * How long a task of a type for which nobody has a handler is put back, without cost, before it is dead with reason
   * `unhandled`, 0 to 365 d. Default 24 h.
   */
  readonly unhandledAfter?: Duration | undefined;
  readonly shutdown?:
    | {
        /** How long running attempts may go on after a stop is asked for. Default 25 s. */
        readonly timeout?: Duration | undefined;
        /** How long aborted handlers may take to end. Default 5 s. */
        readonly abort?: Duration | undefined;
      }
    | undefined;
  readonly retention?: RetentionOptions | undefined;
  /** False: the program handles SIGTERM and SIGINT itself. Default true. */
  readonly signals?: boolean | undefined;
  /** A name for the logs; the worker adds what makes it unique. Default: the host's name. */
  readonly name?: string | undefined;
  /** Runs around every attempt of this worker, inside of the client's own. */
  readonly middleware?: Pick<Middleware, "run"> | undefined;
}

/** Options after the checks: later code sees only these. */
export interface WorkSettings {
  readonly name: string;
  readonly concurrency: number;
  readonly queues: readonly QueueWeight[];
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly maintainEveryMs: number;
  readonly unhandledAfterMs: number;
  readonly shutdown: { readonly timeoutMs: number; readonly abortMs: number };
  readonly retention: Retention;
  readonly signals: boolean;
  readonly middleware: readonly RunMiddleware[];
}

const KEYS: readonly (keyof WorkOptions)[] = [
  "concurrency",
  "queues",
  "lease",
  "poll",
  "maintainEvery",
  "unhandledAfter",
  "shutdown",
  "retention",
  "signals",
  "name",
  "middleware",
];

/** Fails with `UNKNOWN_OPTION`, `INVALID_OPTION` or `INVALID_NAME`. */
export function resolveWorkOptions(options: WorkOptions, tasks: readonly TaskDefinition[]): WorkSettings {
  checkKeys(options, KEYS, "the worker");
  // Defaults are for what is not given: a null is a value like others, and refused.
  const { concurrency = 10, lease = "30s", poll = "1s", signals = true } = options;
  const { shutdown = {}, middleware = {} } = options;
  checkKeys(shutdown, ["timeout", "abort"], "shutdown");
  const { timeout = "25s", abort = "5s" } = shutdown;
  return {
    name: uniqueName(options.name),
    concurrency: checkInteger(concurrency, 1, 10_000, "concurrency"),
    queues: toWeights(options.queues, tasks),
    leaseMs: toMsWithin(lease, ["1s", "24h"], "lease"),
    pollMs: toMsWithin(poll, ["50ms", "1h"], "poll"),
    maintainEveryMs: toMaintainEvery(options.maintainEvery),
    unhandledAfterMs: toMsWithin(
      options.unhandledAfter === undefined ? "24h" : options.unhandledAfter,
      ["0ms", "365d"],
      "unhandledAfter",
    ),
    shutdown: {
      timeoutMs: toMs(timeout, "shutdown.timeout"),
      abortMs: toMs(abort, "shutdown.abort"),
    },
    retention: toRetention(options.retention),
    signals: checkBoolean(signals, "signals"),
    middleware: checkMiddleware(middleware, ["run"]).run ?? [],
  };
}

/** Two workers of one host, even after a fork or a restart with the same pid, never share a name. */
function uniqueName(name: string | undefined): string {
  const base =
    name === undefined
      ? hostname()
          .replaceAll(/[^A-Za-z0-9._-]/g, "-")
          .slice(0, 64)
      : checkName(name, "worker");
  return `${base || "worker"}.${process.pid}.${randomBytes(4).toString("hex")}`;
}

function toWeights(queues: WorkOptions["queues"], tasks: readonly TaskDefinition[]): readonly QueueWeight[] {
  const named: unknown = queues;
  if (named !== undefined && (typeof named !== "object" || named === null || isMap(named))) {
    throw invalidOption("queues", named, "a list of names, or an object of weights by name");
  }
  const weights =
    queues === undefined
      ? new Map(
          [DEFAULT_QUEUE, ...tasks.map((task) => task.queue ?? DEFAULT_QUEUE)].map((queue) => [queue, 1]),
        )
      : new Map(
          isList(queues)
            ? checkEach(queues, "queues", toWeight)
            : reading("queues", () => Object.entries(queues)),
        );
  if (weights.size === 0) {
    throw new WindlassError("INVALID_OPTION", "queues is empty; expected at least one queue", {
      pointer: "queues",
    });
  }
  return [...weights].map(([queue, weight]) => ({
    queue: checkName(queue, "queue"),
    weight: checkInteger(weight, 1, 1_000, `the weight of queue ${queue}`),
  }));
}

function toWeight(queue: string): [string, number] {
  return [checkName(queue, "queue"), 1];
}

function isList(queues: NonNullable<WorkOptions["queues"]>): queues is readonly string[] {
  return isGivenList(queues);
}

function isMap(queues: object): boolean {
  return reading("queues", () => queues instanceof Map);
}
