/** Fields that the inputs of several operations have. */
import type { Duration } from "../task/duration.ts";
import { WindlassError } from "../task/errors.ts";
import type { Instant } from "../task/instant.ts";
import { quote } from "../task/names.ts";
import type { Priority } from "../task/priority.ts";
import { type JsonSchema, optional, text, value } from "./schema.ts";

/** Most tasks in one call. */
export const BATCH_LIMIT = 1_000;

export const idField = text({ format: "uuid" });

export const payloadField = optional(
  value<unknown>({ description: "Any JSON, up to 1 MiB; null if it is left out" }),
);

export function priorityField(notes: JsonSchema = {}) {
  return optional(
    value<Priority>({
      type: ["integer", "string"],
      description: "0 (first) to 9 (last), or critical, high, normal, low, bulk",
      ...notes,
    }),
  );
}

export function durationField(notes: JsonSchema) {
  return optional(value<Duration>({ type: ["integer", "string"], examples: [5_000, "5m"], ...notes }));
}

export function instantField(description: string) {
  return optional(
    value<Instant>({
      type: ["string", "integer"],
      description: `${description}: RFC 3339 with an offset, or ms since 1970`,
      examples: ["2026-12-24T18:00:00Z"],
    }),
  );
}

/** A client takes any number of tasks, and one as well as several; that it is a list, and not too long, is for us to see. */
export function checkTasks(tasks: unknown): void {
  if (Array.isArray(tasks) && tasks.length > 0 && tasks.length <= BATCH_LIMIT) return;
  const found = Array.isArray(tasks)
    ? `has ${tasks.length}`
    : `is ${tasks === undefined ? "missing" : quote(tasks)}`;
  throw new WindlassError("INVALID_OPTION", `tasks ${found}; expected a list of 1 to 1,000 tasks`, {
    pointer: "tasks",
  });
}
