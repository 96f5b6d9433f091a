/** Stored JSON text as a value that JSON.stringify writes back with the same numbers. */

/** Part of ES2026, and of Node since 21; TypeScript's library does not know it yet. */
interface SourceTextAccess {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
  rawJSON(source: string): unknown;
}

const json = JSON as JSON & SourceTextAccess;

/** Text with a number that a double may change: 16 digits and more, an exponent, a negative zero. */
const MAY_LOSE = /[\d.]{16}|\d[eE]|-0/;

/** The value, with numbers that a double does not hold kept as they are written; the text itself if it is not JSON. */
export function parseExact(text: string): unknown {
  try {
    return MAY_LOSE.test(text) ? json.parse(text, keepNumber) : JSON.parse(text);
  } catch {
    return text;
  }
}

function keepNumber(_key: string, value: unknown, { source }: { source?: string }): unknown {
  return typeof value === "number" && source !== undefined && String(value) !== source
    ? json.rawJSON(source)
    : value;
}
