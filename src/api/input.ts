/** Checks of input: what a schema refuses becomes one clear error with the place in the input. */
import * as z from "zod";
import { WindlassError } from "../task/errors.ts";
import { quote } from "../task/names.ts";
import { checkKeys } from "../task/options.ts";

/**
 * A checker for `schema`, compiled once. It fails with `UNKNOWN_OPTION` for a field that the schema does not have, and
 * with `INVALID_OPTION` for the first one of the wrong kind. A schema's `error` text says what was expected.
 */
export function inputChecker<S extends z.ZodObject>(schema: S, what: string): (input: object) => z.output<S> {
  const known = Object.keys(schema.shape);
  return (input) => {
    checkKeys(input, known, what);
    const parsed = schema.safeParse(input);
    if (parsed.success) return parsed.data;
    throw fromIssue(input, parsed.error.issues[0]!);
  };
}

/**
 * A field whose value the engine checks, with its own error. `meta` documents it as JSON Schema; here it only has
 * a type, so that no value is checked twice and by two rules.
 */
export function checkedByEngine<T>(meta: z.GlobalMeta): z.ZodOptional<z.ZodType<T>> {
  return (z.unknown().meta(meta) as unknown as z.ZodType<T>).optional();
}

/** A whole number in bounds; what is refused says them. */
export function wholeNumber(min: number, max: number): z.ZodInt {
  const error = `a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** A JSON pointer (RFC 6901) to a place in the input. */
export function toPointer(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function fromIssue(input: object, issue: z.core.$ZodIssue): WindlassError {
  const name = issue.path.map(String).join(".");
  const value = valueAt(input, issue.path);
  return new WindlassError(
    "INVALID_OPTION",
    `${name} is ${value === undefined ? "missing" : quote(value)}; expected ${issue.message}`,
    { pointer: toPointer(issue.path) },
  );
}

function valueAt(input: object, path: readonly PropertyKey[]): unknown {
  let value: unknown = input;
  for (const step of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[step];
  return value;
}
