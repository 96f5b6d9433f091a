/** Spreads reconnecting: a herd of processes must not fall upon a server that has just come back. */
import type { Clock, Random } from "../../../store/clock.ts";

const SHORTEST_MS = 100;
const LONGEST_MS = 5_000;

/** At most one attempt in this time, over all connections of a store. */
const BETWEEN_MS = 1_000;

export class ReconnectPacer {
  readonly #clock: Clock;
  readonly #random: Random;
  #last = -BETWEEN_MS;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** How long to wait before attempt number `failures` + 1: full jitter over 0.1 s, 0.2 s, … 5 s. Books it. */
  nextMs(failures: number): number {
    const ceiling = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** failures);
    const now = this.#clock.monotonic();
    const at = Math.max(
      now + SHORTEST_MS + (ceiling - SHORTEST_MS) * this.#random(),
      this.#last + BETWEEN_MS,
    );
    this.#last = at;
    return at - now;
  }
}
