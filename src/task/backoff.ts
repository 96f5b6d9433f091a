/** How long to wait before another try: exponential, with jitter. */

export interface Backoff {
  /** Ceiling of the first delay, in ms. */
  readonly baseMs: number;
  /** No ceiling is higher than this, in ms. */
  readonly maxMs: number;
}

/** How a kind of delay grows and spreads. */
export interface BackoffShape {
  /** Each ceiling is this many times the one before. */
  readonly factor: number;
  /** The share of a ceiling that is always waited; chance decides on the rest. */
  readonly certain: number;
}

/**
 * Of a task's retries. With the defaults (3 retries, from 5 s on) they wait 5, 20 and 80 s at most and half of that at least,
 * 52.5 s in all: an outage of half a minute costs a task no more than its retries.
 */
export const RETRY_SHAPE: BackoffShape = { factor: 4, certain: 0.5 };

/**
 * Of calls to a store that fails: the "full jitter" of Marc Brooker's "Exponential Backoff And Jitter" (AWS Architecture
 * Blog, 2015), which empties a thundering herd fastest.
 */
export const CALL_SHAPE: BackoffShape = { factor: 2, certain: 0 };

export const DEFAULT_BACKOFF: Backoff = { baseMs: 5_000, maxMs: 600_000 };

/** A retry never comes at once: a handler that fails instantly must not spin (50 ms are 20 tries a second). */
export const SHORTEST_DELAY_MS = 50;

/**
 * The delay in ms before try number `failures` (1 for the first retry): evenly spread between the certain share of the
 * ceiling and all of it, at least `SHORTEST_DELAY_MS`. The ceiling is min(max, base × factor^(failures-1)). `random` is in
 * [0, 1).
 */
export function backoffMs(
  failures: number,
  { baseMs, maxMs }: Backoff,
  { factor, certain }: BackoffShape,
  random: number,
): number {
  // 4^25 ms are 35,000 years, so nothing is lost by stopping there; 4^1024 would be Infinity, and times 0 NaN.
  const steps = Math.min(50 / Math.log2(factor), Math.max(0, failures - 1));
  const ceiling = Math.min(maxMs, baseMs * factor ** steps);
  return Math.max(SHORTEST_DELAY_MS, Math.round(ceiling * (certain + (1 - certain) * random)));
}
