/**
 * Input as it is shown in errors and tables: bounded, on one line, with nothing in it that is not seen. Whoever puts a
 * value, a path, an address or the words of another program into a text does it through here.
 */

/** Most characters of a value. */
const VALUE_LENGTH = 60;

/** Most characters of a text that is shown as it is: a path, an address, a reason. */
const TEXT_LENGTH = 200;

/** Kept of the end of a longer one: there is the file's name. */
const TAIL_LENGTH = 79;

/**
 * Control and format characters, among them those that turn the direction of writing; line and paragraph separators;
 * halves of surrogate pairs.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** What a URL in a text can be part of. */
const WORD = /[^\s"'<>]+/g;

/** For an object that cannot be written. */
const NOTHING_TOLD = "[object Object]";

/** A value as it can be shown in an error. Never fails, whatever the value. */
export function quote(value: unknown): string {
  if (typeof value === "string") {
    const text = scrub(value);
    const cut = text.length > VALUE_LENGTH ? `${head(text, VALUE_LENGTH)}…` : text;
    return visible(JSON.stringify(cut));
  }
  const text = scrub(textOf(value));
  return visible(text.length > VALUE_LENGTH ? `${head(text, VALUE_LENGTH)}…` : text);
}

/** A text as it can be shown without quotes: what is longer than 200 characters loses its middle. */
export function shorten(text: string): string {
  return visible(clip(scrub(text)));
}

/** URLs that got into a text by mistake show no password. Those that belong there go through `redact`, which knows more. */
function scrub(text: string): string {
  if (!text.includes("://")) return text;
  // A pattern for the whole would look for the "@" from each "://" anew, through megabytes of them.
  return text.replaceAll(WORD, (word) => {
    const start = word.indexOf("://") + 3;
    const end = word.lastIndexOf("@");
    return start < 3 || end < start ? word : `${word.slice(0, start)}***${word.slice(end)}`;
  });
}

/** `shorten` for programs: short, and otherwise to the letter. */
export function clip(text: string): string {
  if (text.length <= TEXT_LENGTH) return text;
  return `${head(text, TEXT_LENGTH - TAIL_LENGTH - 1)}…${text.slice(-TAIL_LENGTH)}`;
}

/** With escapes in place of what is not seen: it must not drive the terminal, or the eye, of whoever looks at it. */
export function visible(text: string): string {
  return text.replaceAll(UNSEEN, (char) => {
    const code = char.codePointAt(0)!;
    const hex = code.toString(16);
    if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
    return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\u{${hex}}`;
  });
}

/** Why an error of the system happened, short, and without the path or host that Node adds: the text around names that. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : textOf(error);
  return shorten(message.replace(/^(E[A-Z0-9]+: .*?), \w+ '.*$|^(getaddrinfo E\w+) .*$/s, "$1$2"));
}

/** The first `length` characters, without half of a pair. */
export function head(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, "");
}

function textOf(value: unknown): string {
  switch (typeof value) {
    case "bigint":
      return `${value}n`;
    case "function":
      return "a function";
    case "object":
      return objectText(value);
    case "boolean":
    case "number": // JSON has null for NaN and Infinity
    case "string":
    case "symbol":
    case "undefined":
    default:
      return String(value);
  }
}

/** Asking an object itself may fail, whatever is asked. */
function objectText(value: object | null): string {
  try {
    if (value instanceof Date && Number.isNaN(value.getTime())) return "Invalid Date";
    const text = JSON.stringify(value, (_, part: unknown) =>
      typeof part === "number" && !Number.isFinite(part) ? String(part) : part,
    ) as string | undefined;
    return text ?? NOTHING_TOLD;
  } catch {
    return NOTHING_TOLD;
  }
}
