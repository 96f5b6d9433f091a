/** When a task is to run, and how long something lasts, as the scripts take it. */
import type { NewTask } from "../../task/task.ts";

/** In the year 4970; beyond it scripts would write numbers with an exponent. */
const LAST_INSTANT = 94_670_856_000_000;

/** 222 years: what begins now ends at an instant of 13 digits, as leases and keys have them. */
const LONGEST_MS = 7e12;

/** True if the script has to look at the time: a delay of 0 is none. */
export function waits({ delayMs, runAt }: NewTask): boolean {
  return runAt !== undefined || (delayMs !== undefined && delayMs > 0);
}

/** `d` and a delay, or `@` and an instant. */
export function dueText(delayMs: number | undefined, runAt: number | undefined): string {
  return runAt === undefined ? `d${durationText(delayMs ?? 0)}` : `@${instantOf(runAt)}`;
}

/** When a task runs that was added at `now`, as the script understands it. */
export function dueAt({ delayMs, runAt }: NewTask, now: number): number {
  return runAt === undefined ? now + durationOf(delayMs ?? 0) : instantOf(runAt);
}

/** A duration that scripts add to the time. Never early: a part of a millisecond is a whole one. */
export function durationText(ms: number): string {
  return String(durationOf(ms));
}

function durationOf(ms: number): number {
  return Math.min(Math.max(0, Math.ceil(ms)), LONGEST_MS);
}

function instantOf(instant: number): number {
  return Math.min(Math.max(0, Math.ceil(instant)), LAST_INSTANT);
}
