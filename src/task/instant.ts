/** Instants as people write them: a `Date`, milliseconds since the epoch, or RFC 3339 text with an offset. */
import { WindlassError } from "./errors.ts";
import { quote } from "./names.ts";
import { reading } from "./reading.ts";

/** `Date`, milliseconds since the Unix epoch, or text such as `"2026-12-24T18:00:00Z"`. */
export type Instant = Date | number | string;

/** Before 1973 as milliseconds, which nobody means: it is a time in seconds, and those are not guessed. */
const EARLIEST_MS = 100_000_000_000;

/** The last instant that a `Date` can hold, in the year 275760. */
export const LAST_INSTANT_MS = 8_640_000_000_000_000;

/** 9999-12-31T23:59:59.999Z, the last instant that RFC 3339 can write. */
const LATEST_MS = 253_402_300_799_999;

const RFC3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:[Zz]|[+-](\d{2}):(\d{2}))$/;

/** The instant in whole ms since the epoch. Fails with `INVALID_OPTION`; `option` names the culprit. */
export function toInstantMs(instant: unknown, option: string): number {
  const ms =
    typeof instant === "number"
      ? instant
      : typeof instant === "string"
        ? parse(instant)
        : reading(option, () => (instant instanceof Date ? instant.getTime() : Number.NaN));
  if (Number.isFinite(ms) && ms >= EARLIEST_MS && ms <= LATEST_MS) return Math.trunc(ms);
  throw new WindlassError(
    "INVALID_OPTION",
    `${option} is ${quote(instant)}; expected a date with time and offset such as "2026-12-24T18:00:00Z", or milliseconds since 1970`,
    { pointer: option },
  );
}

/** `Date.parse` takes 30 February for 2 March; this does not. */
function parse(text: string): number {
  const match = RFC3339.exec(text);
  if (match === null) return Number.NaN;
  const [year, month, day, hour, minute, second, offsetHour = 0, offsetMinute = 0] = match
    .slice(1)
    .map(Number) as [number, number, number, number, number, number, number?, number?];
  const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const possible =
    month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth && hour < 24 && minute < 60 && second < 60;
  if (!possible || (offsetHour || 0) > 23 || (offsetMinute || 0) > 59) return Number.NaN;
  return Date.parse(text.replace(" ", "T").toUpperCase());
}
