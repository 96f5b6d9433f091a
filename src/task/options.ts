/** Checks that options hold nothing unknown and nothing out of range: a misspelt option must not live for ever. */
import { WindlassError } from "./errors.ts";
import { quote } from "./names.ts";
import { pointerTo } from "./pointer.ts";
import { isList, unreadable } from "./reading.ts";

/**
 * Fails with `INVALID_OPTION` if `options` is no object that can hold some, and with `UNKNOWN_OPTION` for its first key that
 * is not in `known`, naming the nearest one that is.
 */
export function checkKeys(options: object, known: readonly string[], what: string): void {
  if (typeof options !== "object" || options === null || isList(options)) {
    throw noOptions(quote(options), what);
  }
  const keys = keysOf(options, what);
  for (const key of keys) {
    if (!known.includes(key)) throw unknownOption(key, known, what);
  }
  // A promise that nobody waited for, a Map, a Date: what it holds is elsewhere, and it would pass for no options at all.
  if (keys.length === 0 && !isPlain(options)) throw noOptions(Object.prototype.toString.call(options), what);
}

/** Their names; each is read once, so that one that cannot be read fails here. */
function keysOf(options: object, what: string): readonly string[] {
  try {
    const keys = Object.keys(options);
    for (const key of keys) void (options as Readonly<Record<string, unknown>>)[key];
    return keys;
  } catch (error) {
    throw unreadable(`what ${what} was given`, error);
  }
}

function noOptions(given: string, what: string): WindlassError {
  return new WindlassError("INVALID_OPTION", `${what} was given ${given}; expected an object of options`);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The error for an option that does not exist. `what` says whose option, e.g. `the worker`. */
export function unknownOption(key: string, known: readonly string[], what: string): WindlassError {
  const near = nearest(key, known);
  const hint = near === undefined ? `it has ${known.join(", ")}` : `did you mean ${near}?`;
  return new WindlassError("UNKNOWN_OPTION", `${what} has no ${quote(key)}; ${hint}`, {
    pointer: pointerTo(key),
  });
}

/** A whole number from `min` to `max`, or fails with `INVALID_OPTION`. */
export function checkInteger(value: unknown, min: number, max: number, option: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalidOption(option, value, `a whole number from ${min} to ${max}`);
}

/** True or false, or fails with `INVALID_OPTION`. */
export function checkBoolean(value: unknown, option: string): boolean {
  if (typeof value === "boolean") return value;
  throw invalidOption(option, value, "true or false");
}

/** Fails with `INVALID_OPTION` for what cannot be called. */
export function checkFunction(value: unknown, option: string): void {
  if (typeof value !== "function") throw invalidOption(option, value, "a function");
}

/** Fails with `INVALID_OPTION` for what is no list, and for one with a gap, which `map` and `forEach` would pass over. */
export function checkList(list: unknown, option: string): void {
  if (!isList(list)) throw invalidOption(option, list, "a list");
  for (let index = 0; index < list.length; index++) {
    if (list[index] === undefined && !(index in list)) {
      throw new WindlassError(
        "INVALID_OPTION",
        `${option} has nothing at ${index}; expected a list without gaps`,
        { pointer: `${option}/${index}` },
      );
    }
  }
}

/** Fails with `INVALID_OPTION` for what lacks one of these methods. */
export function checkMethods(value: unknown, names: readonly PropertyKey[], option: string): void {
  const all = names.map(String).join(", ");
  if ((typeof value !== "object" || value === null) && typeof value !== "function") {
    throw invalidOption(option, value, `an object with the methods ${all}`);
  }
  for (const name of names) {
    if (hasMethod(value, name)) continue;
    throw new WindlassError(
      "INVALID_OPTION",
      `${option} has no method ${String(name)}; expected an object with the methods ${all}`,
      { pointer: option },
    );
  }
}

/** True if the value has a function of this name; false for a value that cannot be asked. */
export function hasMethod(value: unknown, name: PropertyKey): boolean {
  try {
    return typeof (value as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[name] === "function";
  } catch {
    return false;
  }
}

/** The error for a value that an option cannot have. */
export function invalidOption(option: string, value: unknown, expected: string): WindlassError {
  return new WindlassError("INVALID_OPTION", `${option} is ${quote(value)}; expected ${expected}`, {
    pointer: option,
  });
}

/** What `check` makes of each element; the error for one says where in the list it is: `tasks[3]: …`. */
export function checkEach<Item, Checked>(
  items: readonly Item[],
  list: string,
  check: (item: Item) => Checked,
): Checked[] {
  // Not `map`, which passes over a gap.
  return Array.from(items, (item, index) => {
    try {
      return check(item);
    } catch (error) {
      if (!(error instanceof WindlassError)) throw error;
      // What an element that is no object says of itself is said of all of it.
      const part = typeof item === "object" ? error.pointer : "";
      throw atIndex(list, index, error, part);
    }
  });
}

/** An error about an element of a list, as one about the list. `part` is where in the element, as a pointer or a name. */
export function atIndex(
  list: string,
  index: number,
  error: WindlassError,
  part = error.pointer ?? "",
): WindlassError {
  const { code, message, remedy } = error;
  const below = part === "" || part.startsWith("/") ? part : `/${part}`;
  return new WindlassError(code, `${list}[${index}]: ${message}`, {
    cause: error,
    remedy,
    pointer: `/${list}/${index}${below}`,
  });
}

/** No name of ours is half as long; what is longer is no slip of the hand, and comparing costs its length. */
const LONGEST_HINTED = 64;

/** The name that differs least, if it is near enough to be a slip of the hand. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  if (name.length > LONGEST_HINTED) return undefined;
  let best: string | undefined;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of names) {
    // No distance is less than this one.
    if (Math.abs(name.length - candidate.length) >= least) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
