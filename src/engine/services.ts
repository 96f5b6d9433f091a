/**
 * The services that keep a store in order, made in one place: a worker runs them, and so does a process without one.
 * They need no agreement with those of other processes, because each step of theirs is one atomic call of the store.
 */
import type { Duration } from "../task/duration.ts";
import { toTaskError } from "../task/judge.ts";
import { checkKeys } from "../task/options.ts";
import {
  Janitor,
  type JanitorOptions,
  type RetentionOptions,
  toMaintainEvery,
  toRetention,
} from "./janitor.ts";
import type { Logger } from "./logger.ts";
import { Notice } from "./notice.ts";
import type { Service } from "./service.ts";

export interface HousekeepingOptions {
  /** How often to sweep expired leases and old tasks, 100 ms to 1 h. Default 5 s; up to a quarter sooner. */
  readonly maintainEvery?: Duration | undefined;
  readonly retention?: RetentionOptions | undefined;
}

/** Options after the checks, and what a service works with. */
export type HousekeepingSettings = JanitorOptions;

/** Checked. Fails with `INVALID_OPTION` or `UNKNOWN_OPTION`. */
export function toSettings(
  options: HousekeepingOptions,
): Pick<HousekeepingSettings, "everyMs" | "retention"> {
  checkKeys(options, ["maintainEvery", "retention"], "housekeeping");
  return { everyMs: toMaintainEvery(options.maintainEvery), retention: toRetention(options.retention) };
}

/** Everything that a process does for its store beside the tasks. Not started yet. */
export function housekeeping(settings: HousekeepingSettings): Service {
  return together([new Notice(settings), new Janitor(settings)], settings.logger);
}

/**
 * Several services as one. They start in this order and stop in the reverse one, each after the one before it has
 * ended; one that fails to stop is logged, and does not keep the others from stopping.
 */
export function together(services: readonly Service[], logger: Logger): Service {
  return {
    start() {
      for (const service of services) service.start();
    },
    async stop() {
      for (const service of services.toReversed()) {
        try {
          await service.stop();
        } catch (error) {
          logger.error({ error: toTaskError(error) }, "a service failed to stop; stopping the others");
        }
      }
    },
  };
}
