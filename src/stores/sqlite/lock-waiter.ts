/**
 * Waiting for other processes' locks without blocking this one. SQLite's own busy handler sleeps in the thread, so it is
 * given no time; what finds the store busy comes back through the clock until the deadline.
 */
import { type Clock, type Random, systemClock } from "../../store/clock.ts";
import { WindlassError } from "../../task/errors.ts";
import { isBusy } from "./errors.ts";

/** A write lock is held for a commit: some ms. Whoever still has not got it after this waits for a stuck program. */
const DEADLINE_MS = 5_000;

/** Between tries, at random: those who wait must not come back together. */
const SHORTEST_WAIT_MS = 1;
const LONGEST_WAIT_MS = 10;

/** How long a call of several transactions leaves the lock alone between two of them, which take about 10 ms each. */
const GAP_MS = 2;

/**
 * For a call of several transactions, between two of them. Others look for the lock every 1 to 10 ms; without a gap they
 * would hardly ever find it free, and the event loop of this process would stand still. In real time, whatever the
 * store's clock says: those others do not see that clock.
 */
export function letOthersIn(): Promise<void> {
  return new Promise((resolve) => void systemClock.after(GAP_MS, resolve));
}

export interface LockWaiterOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly path: string;
}

export class LockWaiter {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #path: string;
  /** The last of those who wait. */
  #tail: Promise<void> | undefined;

  constructor({ clock, random, path }: LockWaiterOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#path = path;
  }

  /** Runs `attempt` at once if nobody waits, else in the order of the calls. Fails with `STORE_BUSY` after 5 s. */
  async run<T>(attempt: () => T): Promise<T> {
    const start = this.#clock.monotonic();
    if (this.#tail === undefined) {
      try {
        return attempt();
      } catch (error) {
        if (!isBusy(error)) throw error;
      }
    }
    const before = this.#tail;
    const { promise: mine, resolve } = Promise.withResolvers<void>();
    this.#tail = mine;
    try {
      await before;
      return await this.#insist(attempt, start);
    } finally {
      if (this.#tail === mine) this.#tail = undefined;
      resolve();
    }
  }

  async #insist<T>(attempt: () => T, start: number): Promise<T> {
    for (;;) {
      try {
        return attempt();
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (this.#clock.monotonic() - start >= DEADLINE_MS) throw this.#busy(error);
      }
      await this.#pause();
    }
  }

  #pause(): Promise<void> {
    const ms = SHORTEST_WAIT_MS + this.#random() * (LONGEST_WAIT_MS - SHORTEST_WAIT_MS);
    return new Promise((resolve) => void this.#clock.after(ms, resolve));
  }

  #busy(cause: unknown): WindlassError {
    return new WindlassError(
      "STORE_BUSY",
      `another process has held ${this.#path} for more than ${DEADLINE_MS / 1_000} s; nothing was written`,
      { cause },
    );
  }
}
