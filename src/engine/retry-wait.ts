/** The wait before something that failed is tried again: longer after each failure, and cut short when it has to be. */
import type { Clock, Random } from "../store/clock.ts";
import { backoffMs, CALL_SHAPE } from "../task/backoff.ts";

/** Waits between calls while the store fails: the herd spreads out, and no outage is answered with a storm. */
export const OUTAGE_BACKOFF = { baseMs: 200, maxMs: 5_000 };

export class RetryWait {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #maxMs: number;
  #failures = 0;
  #end: (() => void) | undefined;

  constructor(clock: Clock, random: Random, maxMs = OUTAGE_BACKOFF.maxMs) {
    this.#clock = clock;
    this.#random = random;
    this.#maxMs = maxMs;
  }

  /** A wait is under way. */
  get active(): boolean {
    return this.#end !== undefined;
  }

  /** It went well: the next wait is a short one. True if it had failed before. */
  reset(): boolean {
    const hadFailed = this.#failures > 0;
    this.#failures = 0;
    return hadFailed;
  }

  /** Waits after one more failure. Not while a wait is under way. */
  begin(): Promise<void> {
    this.#failures += 1;
    return new Promise((resolve) => {
      const cancel = this.#clock.after(
        backoffMs(this.#failures, { ...OUTAGE_BACKOFF, maxMs: this.#maxMs }, CALL_SHAPE, this.#random()),
        () => this.end(),
      );
      this.#end = () => {
        cancel();
        this.#end = undefined;
        resolve();
      };
    });
  }

  /** Ends the wait, if there is one. */
  end(): void {
    this.#end?.();
  }
}
