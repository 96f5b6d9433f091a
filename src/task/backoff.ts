/** How long to wait before a retry: exponential, with full jitter. */

export interface Backoff {
  /** Ceiling of the first delay, in ms. */
  readonly baseMs: number;
  /** No ceiling is higher than this, in ms. */
  readonly maxMs: number;
}

export const DEFAULT_BACKOFF: Backoff = { baseMs: 1_000, maxMs: 600_000 };

/** A retry never comes at once: a handler that fails instantly must not spin (50 ms are 20 tries a second). */
export const SHORTEST_DELAY_MS = 50;

/**
 * The delay before retry number `failures` (1 for the first): evenly spread over [0, min(max, base × 2^(failures-1))],
 * at least `SHORTEST_DELAY_MS`. The spread is the "full jitter" of Marc Brooker's "Exponential Backoff And Jitter"
 * (AWS Architecture Blog, 2015), which empties a thundering herd fastest.
 */
export function backoffMs(failures: number, backoff: Backoff, random: number): number {
  // 2^50 ms are 35,000 years, so nothing is lost by stopping there; 2^1024 would be Infinity, and times 0 NaN.
  const doublings = Math.min(50, Math.max(0, failures - 1));
  const ceiling = Math.min(backoff.maxMs, backoff.baseMs * 2 ** doublings);
  return Math.max(SHORTEST_DELAY_MS, Math.round(ceiling * random));
}
