/** Checks that options hold nothing unknown and nothing out of range: a misspelt option must not live for ever. */
import { WindlassError } from "./errors.ts";
import { quote } from "./names.ts";

/** Fails with `UNKNOWN_OPTION` for the first key of `options` that is not in `known`, naming the nearest one that is. */
export function checkKeys(options: object, known: readonly string[], what: string): void {
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw unknownOption(key, known, what);
  }
}

/** The error for an option that does not exist. `what` says whose option, e.g. `the worker`. */
export function unknownOption(key: string, known: readonly string[], what: string): WindlassError {
  const near = nearest(key, known);
  const hint = near === undefined ? `it has ${known.join(", ")}` : `did you mean ${near}?`;
  return new WindlassError("UNKNOWN_OPTION", `${what} has no ${quote(key)}; ${hint}`, { pointer: key });
}

/** A whole number from `min` to `max`, or fails with `INVALID_OPTION`. */
export function checkInteger(value: unknown, min: number, max: number, option: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new WindlassError(
    "INVALID_OPTION",
    `${option} is ${quote(value)}; expected a whole number from ${min} to ${max}`,
    {
      pointer: option,
    },
  );
}

/** What `check` makes of each element; the error for one says where in the list it is: `tasks[3]: …`. */
export function checkEach<Item, Checked>(
  items: readonly Item[],
  list: string,
  check: (item: Item) => Checked,
): Checked[] {
  return items.map((item, index) => {
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

/** The name that differs least, if it is near enough to be a slip of the hand. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of names) {
    // No distance is less than this one, and a name may be as long as a request.
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
