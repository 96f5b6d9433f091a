/** Durations as people write them: a number of milliseconds, or text such as `"5m"` or `"1h30m"`. */
import { invalidOption } from "./options.ts";

/**
 * Milliseconds, or a number with a unit: `250ms`, `30s`, `5m`, `1.5h`, `7d`; units may follow each other: `1h30m`. Text that the
 * compiler does not know needs `as Duration`; it is checked when it is used.
 */
export type Duration = number | Exclude<Text<"d", Text<"h", Text<"m", Text<"s", Text<"ms", "">>>>>, "">;

/** Text that begins with this unit, or that begins with a smaller one. */
type Text<Unit extends string, Smaller extends string> = Smaller | `${number}${Unit}${Smaller}`;

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Ten years: a longer one is a mistake in the unit, not a plan. */
const LONGEST_MS = 3_650 * 86_400_000;

const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/y;

/**
 * The duration in whole milliseconds, rounded. Fails with `INVALID_OPTION` for anything else than 0 to ten years;
 * `option` names the culprit in the message.
 */
export function toMs(duration: number | string, option: string): number {
  const ms =
    typeof duration === "number" ? duration : typeof duration === "string" ? parse(duration) : Number.NaN;
  if (ms >= 0 && ms <= LONGEST_MS) return Math.round(ms);
  throw invalidOption(
    option,
    duration,
    'milliseconds or text such as "250ms", "30s", "5m", "1h30m", from 0 to 3650d',
  );
}

/**
 * `toMs` of a duration that has to be in a range, which is given as text. Fails with `INVALID_OPTION`, naming the range as it
 * was given.
 */
export function toMsWithin(
  duration: number | string,
  [least, most]: readonly [least: string, most: string],
  option: string,
): number {
  const ms = toMs(duration, option);
  if (ms >= parse(least) && ms <= parse(most)) return ms;
  throw invalidOption(option, duration, `${least} to ${most}`);
}

function parse(text: string): number {
  let total = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const part = PART.exec(text);
    if (part === null) return Number.NaN;
    total += Number(part[1]) * UNIT_MS[part[2]!]!;
  }
  return text === "" ? Number.NaN : total;
}
