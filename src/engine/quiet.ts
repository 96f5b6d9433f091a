/** Takes the blame for a promise that nobody will look at again. */

/**
 * A promise that is thrown, or given up, may reject, and as an unhandled rejection that would end the process. Anything may
 * be given; never throws.
 */
export function quiet(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  try {
    // Not its own `then`, which may be anybody's. What is no promise, or a proxy of one, has none.
    if (value instanceof Promise) void Promise.prototype.then.call(value, undefined, quiet);
  } catch {
    // It cannot be looked at.
  }
}
