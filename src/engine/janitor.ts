/**
 * Housekeeping that no claim does by the way: due tasks of queues nobody claims from, expired leases, retention.
 * Every worker and server runs one; they do not have to agree on anything, because each step is one atomic store call.
 */
import type { Cancel, Clock, Random } from "../store/clock.ts";
import type { Keep, MaintainReply, Retention, Store } from "../store/store.ts";
import { type Duration, toMs, toMsWithin } from "../task/duration.ts";
import { hasCode } from "../task/errors.ts";
import { toTaskError } from "../task/judge.ts";
import { EXPIRY } from "../task/life.ts";
import { checkInteger, checkKeys } from "../task/options.ts";
import { maintenanceSwept, tell } from "./events.ts";
import type { Logger } from "./logger.ts";
import type { Service } from "./service.ts";
import { within } from "./within.ts";

export interface KeepOptions {
  /** How long after its end a task is kept. 0 removes it at once. */
  readonly age?: Duration | undefined;
  /** How many per queue. */
  readonly count?: number | undefined;
}

/** How long finished tasks are kept. Default: completed and cancelled 24 h and 10,000; dead 30 d and 100,000. */
export interface RetentionOptions {
  readonly completed?: KeepOptions | undefined;
  readonly cancelled?: KeepOptions | undefined;
  readonly dead?: KeepOptions | undefined;
}

const DAY_MS = 86_400_000;

export const DEFAULT_RETENTION: Retention = {
  completed: { ageMs: DAY_MS, count: 10_000 },
  cancelled: { ageMs: DAY_MS, count: 10_000 },
  dead: { ageMs: 30 * DAY_MS, count: 100_000 },
};

/** Checked retention. Fails with `INVALID_OPTION` or `UNKNOWN_OPTION`. */
export function toRetention(options: RetentionOptions = {}): Retention {
  checkKeys(options, ["completed", "cancelled", "dead"], "retention");
  const keep = (state: keyof Retention): Keep => {
    const given = options[state] === undefined ? {} : options[state];
    checkKeys(given, ["age", "count"], `retention.${state}`);
    const { age, count } = given;
    return {
      ageMs: age === undefined ? DEFAULT_RETENTION[state].ageMs : toMs(age, `retention.${state}.age`),
      count:
        count === undefined
          ? DEFAULT_RETENTION[state].count
          : checkInteger(count, 0, 1_000_000_000, `retention.${state}.count`),
    };
  };
  return { completed: keep("completed"), cancelled: keep("cancelled"), dead: keep("dead") };
}

/** Checked, in ms. Fails with `INVALID_OPTION`. */
export function toMaintainEvery(duration: Duration = "5s"): number {
  return toMsWithin(duration, ["100ms", "1h"], "maintainEvery");
}

export interface JanitorOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly everyMs: number;
  readonly retention: Retention;
}

/** Most tasks of each kind in one call, so that it holds the store for a few milliseconds only. */
const LIMIT = 500;

/** How long a stop waits for the sweep under way. */
const STOP_MS = 1_000;

export class Janitor implements Service {
  readonly #options: JanitorOptions;
  #cancel: Cancel | undefined;
  #turn: Promise<void> = Promise.resolve();
  #stopped = true;
  #failed = false;

  constructor(options: JanitorOptions) {
    this.#options = options;
  }

  /** Sweeps at once, then every `everyMs` at the latest: up to a quarter sooner, so that many janitors spread out. */
  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#next(0);
  }

  /** Resolves when the sweep under way, if any, has ended, or after a second: each of its steps is atomic by itself. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await within(this.#turn, STOP_MS, this.#options.clock);
  }

  #next(ms: number): void {
    if (this.#stopped) return;
    this.#cancel = this.#options.clock.after(ms, () => {
      this.#turn = this.#sweep();
    });
  }

  async #sweep(): Promise<void> {
    const { store, random, logger, everyMs, retention } = this.#options;
    let more = false;
    try {
      const reply = await store.maintain({ limit: LIMIT, retention });
      more = reply.more;
      if (this.#failed) logger.info({}, "the store answers again; housekeeping goes on");
      this.#failed = false;
      logLost(reply, logger);
      if (reply.failure !== undefined)
        logger.warn(
          { error: toTaskError(reply.failure) },
          "housekeeping could not look after some queues; trying again",
        );
      if (reply.early === true)
        logger.warn(
          { pruned: reply.pruned },
          "the store is nearly full; finished tasks were removed before their time",
        );
      if (maintenanceSwept.hasSubscribers) {
        for (const each of reply.recovered ?? []) Object.freeze(each);
        Object.freeze(reply.recovered);
        tell(maintenanceSwept, { ...reply });
      }
    } catch (error) {
      if (hasCode(error, "STORE_CLOSED")) return;
      if (hasCode(error, "STORE_GONE")) {
        logger.error({ error: toTaskError(error) }, "housekeeping ended: the store is gone");
        return;
      }
      this.#failed = true;
      logger.warn({ error: toTaskError(error) }, "housekeeping failed; trying again");
    }
    this.#next(more ? 0 : everyMs * (0.75 + random() / 4));
  }
}

/** A line for each task that was taken back. A store may know of some only how many they are. */
function logLost({ expired, recovered = [] }: MaintainReply, logger: Logger): void {
  for (const { id, queue, worker, state } of recovered) {
    const fields = { id, queue, lostWorker: worker };
    if (state === EXPIRY.ifSpent)
      logger.error(
        { ...fields, reason: EXPIRY.reason },
        "dead: it was running when its worker was lost once more",
      );
    else logger.warn({ ...fields, state }, "the worker was lost; its task was taken back");
  }
  const others = expired - recovered.length;
  if (others > 0) logger.warn({ expired: others }, "leases ran out; their tasks were taken back");
}
