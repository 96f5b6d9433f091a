/** What a client can be told, its defaults, and the checks. */
import { type Clock, type Random, toClock, toRandom } from "../store/clock.ts";
import { checkKeys } from "../task/options.ts";
import { checkRuntime } from "../task/runtime.ts";
import { checkLogger, type Logger, stderrLogger } from "./logger.ts";
import {
  checkMiddleware,
  type EnqueueMiddleware,
  type Middleware,
  type RunMiddleware,
} from "./middleware.ts";

export interface ClientOptions {
  /** Default: the process's clock. */
  readonly clock?: Clock | undefined;
  /** Default: the process's dice. */
  readonly random?: Random | undefined;
  /** Default: warnings and errors, as lines of JSON on standard error. */
  readonly logger?: Logger | undefined;
  /** Code of yours around every attempt of its workers, and around every enqueue. */
  readonly middleware?: Middleware | undefined;
}

/** Options after the checks. */
export interface ClientTools {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly run: readonly RunMiddleware[];
  readonly enqueue: readonly EnqueueMiddleware[];
}

/** Checked. Fails with `INVALID_OPTION` or `UNKNOWN_OPTION`. */
export function toClientTools(options: ClientOptions = {}): ClientTools {
  checkRuntime();
  checkKeys(options, ["clock", "random", "logger", "middleware"], "the client");
  const { logger = stderrLogger(), middleware = {} } = options;
  const { run = [], enqueue = [] } = checkMiddleware(middleware, ["run", "enqueue"]);
  return {
    clock: toClock(options.clock),
    random: toRandom(options.random),
    logger: checkLogger(logger),
    run,
    enqueue,
  };
}
