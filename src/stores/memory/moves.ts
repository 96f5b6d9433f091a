/** The moves of a task from state to state. `task/life.ts` decides where each leads; here it is carried out. */
import {
  afterExpiry,
  type AttemptMove,
  DUE,
  EXPIRY,
  isCounted,
  isTerminal,
  isTimed,
  moveOf,
  type RestState,
} from "../../task/life.ts";
import type { Outcome } from "../../task/outcome.ts";
import type { DeadReason, TaskError } from "../../task/task.ts";
import type { Data } from "./data.ts";
import { type Entry, type HeldLease, recordAttempt } from "./entry.ts";

export interface Claimer {
  readonly worker: string;
  readonly until: number;
}

/** Leases a pending task: its new token outranks every earlier one. */
export function claim(data: Data, entry: Entry, { worker, until }: Claimer, now: number): HeldLease {
  const held = { entry, token: data.nextToken(), worker, startedAt: now, until, cancelRequested: false };
  entry.queue.take(entry);
  entry.held = held;
  entry.queue.put(entry, "running");
  return held;
}

/** Its time has come. */
export function promote(entry: Entry): void {
  entry.queue.take(entry);
  entry.queue.put(entry, DUE.to);
}

/**
 * Applies what became of an attempt. Answers true if the task is to go back to the head of its line, which is left to
 * `returnToHead`, because it minds the order of several.
 */
export function settle(data: Data, held: HeldLease, outcome: Outcome, now: number): boolean {
  const { entry, cancelRequested } = held;
  const { to, ifCancelled, costs, putsBack, counts } = moveOf(outcome);
  if (costs !== undefined) record(data, held, costs, now, "error" in outcome ? outcome.error : undefined);
  if (counts !== undefined && !cancelRequested) data.count(entry.queue, counts, now);
  const target = cancelRequested ? ifCancelled : to;
  if (outcome.kind === "completed") {
    if (!outcome.keep) {
      if (isCounted(target)) data.count(entry.queue, target, now);
      data.remove(entry, now);
      return false;
    }
    entry.result = outcome.result;
  }
  const ageMs = "ageMs" in outcome ? outcome.ageMs : undefined;
  const since = ageMs === undefined ? (entry.putBackAt ?? now) : now - ageMs;
  entry.putBackAt = putsBack ? since : undefined;
  if (target === "pending") return true;
  entry.queue.take(entry);
  if (isTimed(target)) entry.runAt = now + ("delayMs" in outcome ? outcome.delayMs : 0);
  enter(data, entry, target, now, "reason" in outcome ? outcome.reason : undefined);
  return false;
}

/** Leases that ran out: their workers cannot speak any more, which costs crash budget. */
export function expire(data: Data, leases: readonly HeldLease[], now: number): void {
  const back = leases.filter((held) => {
    const { entry } = held;
    record(data, held, EXPIRY.costs, now);
    entry.putBackAt = undefined;
    const target = afterExpiry(entry.crashes, entry.crashLimit, held.cancelRequested);
    if (target === "pending") return true;
    entry.queue.take(entry);
    if (isTimed(target)) entry.runAt = now;
    enter(data, entry, target, now, EXPIRY.reason);
    return false;
  });
  returnToHead(back);
}

/** What these leases stand for goes back to the head of its line; the first of them runs first. */
export function returnToHead(leases: readonly HeldLease[]): void {
  for (const { entry } of leases.toReversed()) {
    entry.queue.take(entry);
    entry.held = undefined;
    entry.queue.put(entry, "pending", "head");
  }
}

/** Puts a task that was taken out of its state set into that of `to`. */
export function enter(data: Data, entry: Entry, to: RestState, now: number, reason?: DeadReason): void {
  const { key, queue } = entry;
  entry.held = undefined;
  if (isTerminal(to)) {
    entry.finishedAt = now;
    if (key !== undefined) queue.keys.end(key, now);
  } else if (entry.finishedAt !== undefined) {
    entry.finishedAt = undefined;
    if (key !== undefined) queue.keys.revive(key);
  }
  entry.deadReason = to === "dead" ? reason : undefined;
  if (isCounted(to)) data.count(queue, to, now);
  queue.put(entry, to);
}

function record(
  data: Data,
  held: HeldLease,
  costs: NonNullable<AttemptMove["costs"]>,
  now: number,
  error?: TaskError,
): void {
  const { outcome } = recordAttempt(held, costs, now, error);
  data.count(held.entry.queue, outcome, now);
}
