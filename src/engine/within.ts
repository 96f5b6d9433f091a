/** Waiting that ends: a step of a stop must not depend on a store that answers. */
import type { Clock } from "../store/clock.ts";

/** Resolves when `promise` settles, however it does, or after `ms`. */
export function within(promise: Promise<unknown>, ms: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, resolve);
    const end = (): void => {
      cancel();
      resolve();
    };
    promise.then(end, end);
  });
}

/** The same, but fails as `promise` does, if it does so in time. */
export function orFail(promise: Promise<unknown>, ms: number, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    void within(promise, ms, clock).then(resolve);
    promise.catch(reject);
  });
}
