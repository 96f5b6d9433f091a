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

/** A record, so that the compiler sees to it that none is missing. */
const NAMES: { readonly [Name in keyof Required<TaskSettings>]: true } = {
  retryLimit: true,
  crashLimit: true,
  headers: true,
};

const SETTINGS = Object.keys(NAMES) as (keyof TaskSettings)[];

/** The settings that are given, in an object of their own; undefined if none is. */
export function settingsOf(task: TaskSettings): TaskSettings | undefined {
  let settings: Record<string, unknown> | undefined;
  for (const name of SETTINGS) {
    const value = task[name];
    if (value !== undefined) (settings ??= {})[name] = value;
  }
  return settings;
}
