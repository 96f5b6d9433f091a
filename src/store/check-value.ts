/** The checks of single values that `check.ts` is made of. Each fails with `INVALID_OPTION`, which names the value and what was expected. */
import { WindlassError } from "../task/errors.ts";
import { LAST_INSTANT_MS } from "../task/instant.ts";
import { quote } from "../task/names.ts";
import { isList } from "../task/reading.ts";
import { PAYLOAD_LIMIT, PRIORITIES, TASK_STATES } from "../task/task.ts";

export function checkPriority(priority: unknown): void {
  if (Number.isInteger(priority) && (priority as number) >= 0 && (priority as number) < PRIORITIES) return;
  throw invalid("priority", priority, `a whole number from 0 to ${PRIORITIES - 1}`);
}

export function checkState(state: unknown): void {
  if (!(TASK_STATES as readonly unknown[]).includes(state)) {
    throw invalid("state", state, TASK_STATES.join(", "));
  }
}

export function checkMs(ms: unknown, option: string): void {
  if (typeof ms === "number" && ms >= 0 && ms <= LAST_INSTANT_MS) return;
  throw invalid(option, ms, `milliseconds from 0 to ${LAST_INSTANT_MS}`);
}

export function checkInstant(instant: unknown, option: string): void {
  if (typeof instant === "number" && instant >= 0 && instant <= LAST_INSTANT_MS) return;
  throw invalid(option, instant, `milliseconds since 1970, from 0 to ${LAST_INSTANT_MS}`);
}

/** Infinity is fine: it bounds nothing. */
export function checkAtLeastZero(value: unknown, option: string): void {
  if (typeof value !== "number" || !(value >= 0)) throw invalid(option, value, "a number from 0 on");
}

export function checkText(text: unknown, option: string): void {
  if (typeof text !== "string" || !text.isWellFormed()) {
    throw invalid(option, text, "text that UTF-8 can write");
  }
}

/** Text that is kept with a task has the bound of a payload. Fails with `PAYLOAD_TOO_LARGE`, too. */
export function checkKeptText(text: unknown, option: string): void {
  checkText(text, option);
  // A UTF-16 unit is at most 3 bytes of UTF-8: most texts are short enough not to be counted.
  if ((text as string).length * 3 <= PAYLOAD_LIMIT) return;
  const bytes = Buffer.byteLength(text as string);
  if (bytes <= PAYLOAD_LIMIT) return;
  throw new WindlassError(
    "PAYLOAD_TOO_LARGE",
    `${option} has ${bytes} bytes; expected at most ${PAYLOAD_LIMIT}`,
    { pointer: option },
  );
}

export function checkList(list: unknown, option: string): void {
  if (!isList(list)) throw invalid(option, list, "a list");
}

export function checkObject(value: unknown, option: string): void {
  if (typeof value !== "object" || value === null) throw invalid(option, value, "an object");
}

/** One of a list of objects; a gap in the list is none. */
export function checkElement(element: unknown, list: string, index: number): void {
  if (typeof element !== "object" || element === null)
    throw invalid(`${list}[${index}]`, element, "an object");
}

export function bothTimes(): WindlassError {
  return new WindlassError("INVALID_OPTION", "delayMs and runAt are both given; expected one of them", {
    pointer: "runAt",
  });
}

export function invalid(option: string, value: unknown, expected: string): WindlassError {
  return new WindlassError("INVALID_OPTION", `${option} is ${quote(value)}; expected ${expected}`, {
    pointer: option,
  });
}
