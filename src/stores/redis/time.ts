/**
 * What time it is at the server, as far as one can know here: the time that it answered and what has gone by since the
 * question was sent. That is never behind the server's clock, and ahead of it by no more than one way and 1 ms. Good for
 * the date of creation that a record carries; whatever is decided by time is decided by the scripts, which ask the clock.
 */
import type { Clock } from "../../store/clock.ts";

/** Monotonic clocks stand still while a machine sleeps: from this difference on the estimate is worth nothing. */
const SLEPT_MS = 1_000;

/** An answer that came fast is better than a later one that came slowly, until the clocks may have drifted by 1 ms. */
const GOOD_FOR_MS = 10_000;

/** A shift from here on is the time itself (see lua/shared/time.lua). */
const STANDS_STILL = 1e12;

interface Sample {
  /** The server's time minus the monotonic one. The smallest is the best: it has the least of the way in it. */
  readonly offset: number;
  readonly wall: number;
  readonly monotonic: number;
}

export class StoreTime {
  readonly #clock: Clock;
  readonly #shift: () => number;
  #sample: Sample | undefined;

  constructor(clock: Clock, shift: () => number) {
    this.#clock = clock;
    this.#shift = shift;
  }

  /** Takes note of a time that was just answered; `sentAt` is the monotonic time of the question. */
  sync(now: number, sentAt: number): void {
    const offset = now - this.#shift() - sentAt;
    const monotonic = this.#clock.monotonic();
    const best = this.#sample;
    if (best !== undefined && best.offset <= offset && monotonic - best.monotonic < GOOD_FOR_MS) return;
    this.#sample = { offset, wall: this.#clock.now(), monotonic };
  }

  /** When a lease was claimed: its token begins with the server's time in us (see lua/shared/make-leases.lua). */
  ofToken(token: number): number {
    const shift = this.#shift();
    return shift >= STANDS_STILL ? shift : Math.floor(token / 1_000) + shift;
  }

  /** The time, or undefined if the server has to be asked. */
  estimate(): number | undefined {
    const shift = this.#shift();
    if (shift >= STANDS_STILL) return shift;
    if (this.#sample === undefined) return undefined;
    const { offset, wall, monotonic } = this.#sample;
    const now = this.#clock.monotonic();
    if (Math.abs(this.#clock.now() - wall - (now - monotonic)) > SLEPT_MS) {
      this.#sample = undefined;
      return undefined;
    }
    // The server's ms are cut, not rounded: the whole one may have gone by.
    return Math.ceil(offset + now + shift) + 1;
  }
}
