/** What a worker works with beside its store and its options: that of its client. */
import { checkStore } from "../store/check.ts";
import type { Clock, Random } from "../store/clock.ts";
import type { Store } from "../store/store.ts";
import { WindlassError } from "../task/errors.ts";
import { checkFunction, checkKeys, checkList, checkMethods } from "../task/options.ts";
import type { Logger } from "./logger.ts";
import type { RunMiddleware } from "./middleware.ts";

export interface WorkerTools {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Runs around every attempt, outside of what the worker's options name. */
  readonly middleware: readonly RunMiddleware[];
}

/** The store. A client's are checked before; the class is public. Fails with `INVALID_OPTION` or `UNKNOWN_OPTION`. */
export function checkTools(store: Store, tools: WorkerTools): Store {
  checkStore(store);
  checkKeys(tools, ["clock", "random", "logger", "middleware"], "a worker");
  const { clock, random, logger, middleware } = tools;
  checkMethods(clock, ["now", "monotonic", "after", "defer"], "clock");
  checkFunction(random, "random");
  checkMethods(logger, ["debug", "info", "warn", "error"], "logger");
  checkList(middleware, "middleware");
  return store;
}

/** `const { stop } = worker` leaves the worker behind. */
export function checkHeld(worker: unknown, kind: abstract new (...args: never[]) => object): void {
  if (worker instanceof kind) return;
  throw new WindlassError(
    "INVALID_OPTION",
    "a method of the worker was called without it; expected worker.stop(), not stop()",
    { remedy: "Call it on the worker, or bind it: const stop = worker.stop.bind(worker)." },
  );
}
