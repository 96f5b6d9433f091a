/** Reads values that may come as text (flags, environment) or as what they are (configuration files). */
import { WindlassError } from "../task/errors.ts";
import { quote } from "../task/names.ts";
import { checkInteger, nearest } from "../task/options.ts";

/** Text that is not empty. */
export function toText(value: unknown, name: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw invalid(value, name, "text that is not empty");
}

export function toBoolean(value: unknown, name: string): boolean {
  if (typeof value === "boolean") return value;
  throw invalid(value, name, "true or false");
}

/** True or false, also as text: a variable has nothing else. */
export function toSwitch(value: unknown, name: string): boolean {
  if (value === "true") return true;
  return value === "false" ? false : toBoolean(value, name);
}

/** A whole number from `min` to `max`, also as text. */
export function toInteger(value: unknown, name: string, min: number, max: number): number {
  return checkInteger(typeof value === "string" ? numberIfDigits(value) : value, min, max, name);
}

/** On the command line everything is text: digits alone are a number. */
export function numberIfDigits(text: string | undefined): number | string | undefined {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : text;
}

/** 0 lets the system choose. */
export function toPort(value: unknown, name: string): number {
  return toInteger(value, name, 0, 65_535);
}

export function toConcurrency(value: unknown, name: string): number {
  return toInteger(value, name, 1, 10_000);
}

/** A list, or text with commas. */
export function toList(value: unknown, name: string): readonly string[] {
  const list: unknown = typeof value === "string" ? value.split(",") : value;
  if (!Array.isArray(list)) throw invalid(value, name, "a list");
  return list.map((item: unknown, index) => toText(item, `${name}[${index}]`));
}

/** Queues with or without weights: `a:5,b`, `["a", "b"]` or `{ a: 5, b: 1 }`. */
export function toQueues(value: unknown, name: string): readonly string[] | Readonly<Record<string, number>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, number>>; // the worker checks names and weights
  }
  if (typeof value !== "string") return toList(value, name);
  const weights = value.split(",").map((part): [string, number] => {
    const [queue = "", weight = "1", ...rest] = part.trim().split(":");
    if (queue === "" || rest.length > 0)
      throw invalid(value, name, "names with weights such as mail:5,reports");
    return [queue, toInteger(weight, `the weight of ${quote(queue)} in ${name}`, 1, 1_000)];
  });
  return Object.fromEntries(weights);
}

/** A reader of one of these words. */
export function oneOf<const Word extends string>(words: readonly Word[]) {
  return (value: unknown, name: string): Word => {
    const word = words.find((candidate) => candidate === value);
    if (word !== undefined) return word;
    const near = typeof value === "string" ? nearest(value, words) : undefined;
    throw invalid(value, name, words.join(", "), near);
  };
}

function invalid(value: unknown, name: string, expected: string, near?: string): WindlassError {
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  return new WindlassError("INVALID_OPTION", `${name} is ${quote(value)}; expected ${expected}${hint}`, {
    pointer: name,
  });
}
