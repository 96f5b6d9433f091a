/**
 * What an error means. Pure: no clock, no dice, so that the law of retries can be read and tested in one place.
 * The only write that follows is a settlement, which carries the fence.
 */
import { backoffMs, type Backoff, RETRY_SHAPE, SHORTEST_DELAY_MS } from "./backoff.ts";
import { toMs } from "./duration.ts";
import { WindlassError } from "./errors.ts";
import { Discard, Retry, Snooze } from "./control-errors.ts";
import type { Outcome } from "./outcome.ts";
import type { TaskError } from "./task.ts";

export interface RetryPolicy extends Backoff {
  /** Retries after the first try. */
  readonly limit: number;
}

/** What is to become of an attempt that threw. */
export type Judgement = Extract<Outcome, { kind: "retry" | "dead" | "snooze" }>;

/**
 * Judges what a handler threw. `failures` counts the failed attempts before this one; `random` is in [0, 1).
 * Payloads that the task's schema refuses, or that are not JSON, cannot get better: they are dead at once.
 */
export function judge(failures: number, thrown: unknown, policy: RetryPolicy, random: number): Judgement {
  const asked = askedDelay(thrown);
  if (thrown instanceof Snooze && asked !== undefined) return { kind: "snooze", delayMs: asked };
  const error = toTaskError(thrown);
  if (thrown instanceof Discard) return { kind: "dead", reason: "discarded", error };
  if (thrown instanceof WindlassError && (error.code === "INVALID_PAYLOAD" || error.code === "UNREADABLE")) {
    return { kind: "dead", reason: "invalid", error };
  }
  if (failures >= policy.limit) return { kind: "dead", reason: "exhausted", error };
  return {
    kind: "retry",
    delayMs: asked ?? backoffMs(failures + 1, policy, RETRY_SHAPE, random),
    error,
  };
}

/** The delay that a Snooze or Retry asks for. One that was tampered with asks for none, and is a failure like any other. */
function askedDelay(thrown: unknown): number | undefined {
  if (!(thrown instanceof Snooze || thrown instanceof Retry)) return undefined;
  try {
    const { delayMs } = thrown;
    return delayMs === undefined ? undefined : Math.max(SHORTEST_DELAY_MS, toMs(delayMs, "delay"));
  } catch {
    return undefined;
  }
}

const LONGEST_MESSAGE = 2_048;
const LONGEST_STACK = 8_192;

/** Anything thrown, as an error that can be stored: handlers throw strings, null and worse. */
export function toTaskError(thrown: unknown): TaskError {
  try {
    if (!(thrown instanceof Error))
      return { name: "NonError", message: cut(String(thrown), LONGEST_MESSAGE) };
    const code: unknown = (thrown as { code?: unknown }).code;
    return {
      name: cut(String(thrown.name), 128),
      message: cut(String(thrown.message), LONGEST_MESSAGE),
      ...(typeof code === "string" && { code: cut(code, 128) }),
      ...(typeof thrown.stack === "string" && { stack: cut(thrown.stack, LONGEST_STACK) }),
    };
  } catch {
    // A hostile object: a throwing getter, a revoked proxy, no toString.
    return { name: "NonError", message: "something was thrown that cannot be read" };
  }
}

function cut(text: string, length: number): string {
  const well = text.toWellFormed(); // stores keep UTF-8, which has no lone surrogates
  return well.length <= length ? well : `${well.slice(0, length - 1).toWellFormed()}…`;
}
