/**
 * What a producer may say about a task that every store keeps as it is, hands out with the lease and shows. Stores know
 * them as one thing: a new setting is named here and checked in `store/check.ts`, and is kept by every store from then on.
 */
import type { Headers } from "./headers.ts";

export interface TaskSettings {
  /** Retries after the first try. Undefined: the worker's definition decides. */
  readonly retryLimit?: number | undefined;
  /** Lost leases that are forgiven. Undefined: `DEFAULT_CRASH_LIMIT`. */
  readonly crashLimit?: number | undefined;
  /** At most `HEADERS_LIMIT` strings, `HEADERS_BYTES` in all. */
  readonly headers?: Headers | undefined;
}

/** The settings that are given, in an object of their own; undefined if none is, which is the rule and so is seen at once. */
export function settingsOf({ retryLimit, crashLimit, headers }: TaskSettings): TaskSettings | undefined {
  if (retryLimit === undefined && crashLimit === undefined && headers === undefined) return undefined;
  const all: { readonly [Name in keyof Required<TaskSettings>]: unknown } = {
    retryLimit,
    crashLimit,
    headers,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
