/**
 * Tasks of a type for which a worker has no handler: while a new version is rolled out, the workers of the old one claim them
 * as well. They cost no budget. They are put back, at first so shortly that another worker has them at once, then for as long
 * as that goes on already; and they are dead when nobody has handled them for long. What they wait in line, before or in between,
 * counts for nothing: a backlog of two days must not be dead because of one old worker.
 */
import type { Clock, Random } from "../store/clock.ts";
import type { Lease } from "../store/store.ts";
import { WindlassError } from "../task/errors.ts";
import { toTaskError } from "../task/judge.ts";
import type { Outcome } from "../task/outcome.ts";
import type { Handlers } from "./handlers.ts";
import type { Logger } from "./logger.ts";

const SHORTEST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 60_000;

/** How often a log says of one type that it is unhandled here. */
const SAID_EVERY_MS = 60_000;

/** Types of which is remembered when it was last said: a flood of made-up types must not fill the memory. */
const MOST_TYPES = 1_000;

export interface UnhandledOptions {
  readonly handlers: Handlers;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly worker: string;
  /** How long tasks are put back before they are dead, in ms. */
  readonly afterMs: number;
}

/** How long a task is put back that has been for `ageMs`: as long again, spread by a quarter. */
export function putBackMs(ageMs: number, random: number): number {
  const wait = Math.min(Math.max(ageMs, SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
  return Math.round(wait * (0.75 + random / 2));
}

interface Said {
  at: number;
  /** Put back since then. */
  count: number;
}

export class UnhandledTypes {
  readonly #options: UnhandledOptions;
  readonly #said = new Map<string, Said>();

  constructor(options: UnhandledOptions) {
    this.#options = options;
  }

  /**
   * What is to become of the task. Its age is by the store's clock alone: the times for which it was put back, without those that
   * it waited in line for a worker. A weekend without workers, a pause or a backlog must not add up to its death.
   */
  outcomeOf({ type, queue, runAt, putBackAt = runAt }: Lease): Outcome {
    const { afterMs, random } = this.#options;
    const ageMs = Math.max(0, runAt - putBackAt);
    if (ageMs >= afterMs) return { kind: "dead", reason: "unhandled", error: toTaskError(this.#error(type)) };
    this.#say(type, queue);
    return { kind: "requeue", delayMs: putBackMs(ageMs, random()), why: "unhandled", ageMs };
  }

  #error(type: string): WindlassError {
    const { handlers, afterMs } = this.#options;
    return new WindlassError(
      "UNKNOWN_TYPE",
      `no worker had a handler for ${type} within ${afterMs / 1_000} s; the last one has ${[...handlers.keys()].join(", ")}`,
    );
  }

  #say(type: string, queue: string): void {
    const { clock, logger, worker } = this.#options;
    const now = clock.monotonic();
    const said = this.#said.get(type);
    if (said !== undefined && now - said.at < SAID_EVERY_MS) {
      said.count += 1;
      return;
    }
    const count = (said?.count ?? 0) + 1;
    if (this.#said.size >= MOST_TYPES) this.#said.clear();
    this.#said.set(type, { at: now, count: 0 });
    logger.warn(
      { worker, queue, type, tasks: count, code: "UNKNOWN_TYPE" },
      "no handler for this type here; its tasks are put back for another worker",
    );
  }
}
