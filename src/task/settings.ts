/**
 * What a producer may say about a task that every store keeps as it is, hands out with the lease and shows. Stores know
 * them as one thing: a new setting is named here with its check, and is kept by every store from then on.
 */
import { checkHeaders, type Headers } from "./headers.ts";
import { checkInteger } from "./options.ts";

export interface TaskSettings {
  /** Retries after the first try. Undefined: the worker's definition decides. */
  readonly retryLimit?: number | undefined;
  /** Lost leases that are forgiven. Undefined: `DEFAULT_CRASH_LIMIT`. */
  readonly crashLimit?: number | undefined;
  /** At most `HEADERS_LIMIT` strings, `HEADERS_BYTES` in all. */
  readonly headers?: Headers | undefined;
}

/** Most retries and lost leases that a limit may forgive. */
const HIGHEST_LIMIT = 2 ** 31 - 1;

/** What each may be: fails with `INVALID_OPTION`. A setting without a check does not compile. */
const CHECKS: { readonly [Name in keyof Required<TaskSettings>]: (value: unknown) => unknown } = {
  retryLimit: (value) => checkInteger(value, 0, HIGHEST_LIMIT, "retryLimit"),
  crashLimit: (value) => checkInteger(value, 0, HIGHEST_LIMIT, "crashLimit"),
  headers: checkHeaders,
};

/** Every setting. */
export const SETTING_NAMES = Object.keys(CHECKS) as readonly (keyof TaskSettings)[];

/** Most tasks have none, which is seen at once: going through the names takes ten times as long, twice a task. */
function hasNone({ retryLimit, crashLimit, headers }: TaskSettings): boolean {
  return retryLimit === undefined && crashLimit === undefined && headers === undefined;
}

/** Fails with `INVALID_OPTION` if one of them is none that a store can keep. */
export function checkSettings(settings: TaskSettings): void {
  if (hasNone(settings)) return;
  for (const name of SETTING_NAMES) {
    const value = settings[name];
    if (value !== undefined) CHECKS[name](value);
  }
}

/** The settings that are given, in an object of their own; undefined if none is, which is the rule. */
export function settingsOf(task: TaskSettings): TaskSettings | undefined {
  if (hasNone(task)) return undefined;
  return Object.fromEntries(
    SETTING_NAMES.map((name) => [name, task[name]]).filter(([, value]) => value !== undefined),
  );
}
