/** The moves of a task from state to state. Each is checked against `life.ts`: a reference must not bend the law. */
import type { Outcome } from "../../store/store.ts";
import { WindlassError } from "../../task/errors.ts";
import { isTerminal, type LifeEvent, mayMove } from "../../task/life.ts";
import type { DeadReason, TaskError, TaskState } from "../../task/task.ts";
import type { Data } from "./data.ts";
import { type Entry, noteFailure, type Tenure } from "./entry.ts";

export interface ClaimTerms {
  readonly worker: string;
  readonly until: number;
}

/** Leases a pending task: its new token outranks every earlier one. */
export function claim(data: Data, entry: Entry, terms: ClaimTerms, now: number): Tenure {
  const { worker, until } = terms;
  const tenure = { entry, token: data.nextToken(), worker, startedAt: now, until, cancelRequested: false };
  entry.tenure = tenure;
  move(entry, "claim", "running", now);
  return tenure;
}

/** Its time has come. */
export function promote(entry: Entry, now: number): void {
  move(entry, "due", "pending", now);
}

/** Applies what became of an attempt. `release` is left to `giveBack`, which minds the order of several. */
export function settle(
  data: Data,
  tenure: Tenure,
  outcome: Exclude<Outcome, { kind: "release" }>,
  now: number,
): void {
  const { entry, cancelRequested } = tenure;
  switch (outcome.kind) {
    case "completed":
      data.count(entry.queue, "completed", now);
      if (!outcome.keep) return data.remove(entry, now);
      entry.result = outcome.result;
      return move(entry, "complete", "completed", now);
    case "retry":
      fail(data, tenure, outcome.error, now);
      if (cancelRequested) return move(entry, "fail", "cancelled", now);
      entry.runAt = now + outcome.delayMs;
      return move(entry, "fail", "retrying", now);
    case "dead":
      fail(data, tenure, outcome.error, now);
      if (cancelRequested) return move(entry, "fail", "cancelled", now);
      return bury(data, entry, "fail", outcome.reason, now);
    case "snooze":
      if (cancelRequested) return move(entry, "snooze", "cancelled", now);
      entry.runAt = now + outcome.delayMs;
      return move(entry, "snooze", "scheduled", now);
    case "cancelled":
      return move(entry, "stop", "cancelled", now);
  }
}

/** A worker gives leases back without cost. They return to the head, in the order in which they come here. */
export function giveBack(tenures: readonly Tenure[], now: number): void {
  for (const { entry, cancelRequested } of tenures.toReversed()) {
    if (cancelRequested) move(entry, "release", "cancelled", now);
    else move(entry, "release", "pending", now, "head");
  }
}

/** Leases that ran out, as `giveBack` for workers that cannot speak any more: this costs crash budget. */
export function expire(data: Data, tenures: readonly Tenure[], now: number): void {
  for (const tenure of tenures.toReversed()) {
    const { entry, cancelRequested } = tenure;
    noteFailure(tenure, now, undefined);
    data.count(entry.queue, "crashed", now);
    if (cancelRequested) move(entry, "expire", "cancelled", now);
    else if (entry.crashes > entry.crashLimit) bury(data, entry, "expire", "crashed", now);
    else move(entry, "expire", "pending", now, "head");
  }
}

/** By hand: a waiting task is cancelled at once, a running one is asked to stop. */
export function cancel(entry: Entry, now: number): void {
  if (entry.tenure !== undefined) entry.tenure.cancelRequested = true;
  else move(entry, "cancel", "cancelled", now);
}

/** By hand: a new life with fresh budgets. */
export function retry(entry: Entry, now: number): void {
  entry.failures = 0;
  entry.crashes = 0;
  entry.deadReason = undefined;
  entry.finishedAt = undefined;
  entry.runAt = now;
  move(entry, "retry", "pending", now);
  if (entry.key !== undefined) entry.queue.keys.revive(entry.key);
}

/** By hand: its time comes early. */
export function runNow(entry: Entry, now: number): void {
  // Off the heap before its order there changes.
  move(entry, "runNow", "pending", now);
  entry.runAt = now;
}

function fail(data: Data, tenure: Tenure, error: TaskError, now: number): void {
  const { entry } = tenure;
  entry.error = Object.freeze({ ...error });
  noteFailure(tenure, now, entry.error);
  data.count(entry.queue, "failed", now);
}

function bury(data: Data, entry: Entry, event: LifeEvent, reason: DeadReason, now: number): void {
  entry.deadReason = reason;
  data.count(entry.queue, "dead", now);
  move(entry, event, "dead", now);
}

function move(entry: Entry, event: LifeEvent, to: TaskState, now: number, end?: "head"): void {
  const from = entry.state;
  if (!mayMove(from, event, to)) {
    throw new WindlassError("INTERNAL", `task ${entry.id}: ${event} must not lead from ${from} to ${to}`);
  }
  entry.queue.take(entry);
  if (to !== "running") entry.tenure = undefined;
  if (isTerminal(to)) {
    entry.finishedAt = now;
    if (entry.key !== undefined) entry.queue.keys.end(entry.key, now);
  }
  entry.queue.put(entry, to, end);
}
