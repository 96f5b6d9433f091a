/** Priorities: 0 runs first, 9 last, FIFO within one. */
import { WindlassError } from "./errors.ts";
import { quote } from "./names.ts";
import { PRIORITIES } from "./task.ts";

export const PRIORITY_NAMES = { critical: 0, high: 2, normal: 5, low: 7, bulk: 9 } as const;

export type PriorityName = keyof typeof PRIORITY_NAMES;

/** 0 to 9, or a name. */
export type Priority = number | PriorityName;

export const DEFAULT_PRIORITY: number = PRIORITY_NAMES.normal;

/** The number of a priority, or fails with `INVALID_OPTION`. */
export function toPriority(priority: unknown): number {
  if (typeof priority === "number" && Number.isInteger(priority) && priority >= 0 && priority < PRIORITIES) {
    return priority === 0 ? 0 : priority; // -0 is an integer, too
  }
  if (typeof priority === "string" && Object.hasOwn(PRIORITY_NAMES, priority)) {
    return PRIORITY_NAMES[priority as PriorityName];
  }
  throw new WindlassError(
    "INVALID_OPTION",
    `priority is ${quote(priority)}; expected 0 (first) to 9 (last), or ${Object.keys(PRIORITY_NAMES).join(", ")}`,
    { pointer: "priority" },
  );
}
