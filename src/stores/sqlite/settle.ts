/** What became of attempts. A lease that is not the newest of its task is not there any more: it is `lost`. */
import type { LeaseRef, Outcome, Settlement, Verdict } from "../../store/store.ts";
import { ATTEMPTS_KEPT, DEFAULT_CRASH_LIMIT, type FailedAttempt, type TaskError } from "../../task/task.ts";
import { bury, drop, finish, type Place, toDue, toHead } from "./moves.ts";
import { dropDangling } from "./quarantine.ts";
import type { QueueNumbers } from "./queues.ts";
import { forRuns } from "./runs.ts";
import type { Work } from "./work.ts";

/** The bits of the last column of `held.sql`. */
const KEYED = 1;
const CANCEL = 2;
const NOTED = 4;

interface Held extends Place {
  readonly token: number;
  readonly keyed: boolean;
  readonly noted: boolean;
  readonly cancelRequested: boolean;
}

/** Applies the outcomes. Those that just end are done together: the common batch costs five statements in all. */
export function settle(work: Work, numbers: QueueNumbers, settlements: readonly Settlement[]): Verdict[] {
  if (settlements.length === 0) return [];
  const held = findHeld(work, numbers, settlements);
  const gone: Held[] = [];
  const released: Held[] = [];
  const verdicts = settlements.map(({ outcome }, index): Verdict => {
    const lease = held[index];
    if (lease === undefined) return "lost";
    work.count(lease.queue, "running", -1);
    if (outcome.kind === "release") released.push(lease);
    else if (outcome.kind === "completed" && !outcome.keep) gone.push(lease);
    else apply(work, lease, outcome);
    return "applied";
  });
  for (const { queue } of gone) work.event(queue, "completed");
  if (gone.length > 0) {
    const keyed = gone.some((lease) => lease.keyed);
    const noted = gone.some((lease) => lease.noted);
    drop(
      work,
      gone.map(({ rid }) => rid),
      { keyed, noted },
    );
  }
  giveBack(work, released);
  dropLeases(
    work,
    held.filter((lease) => lease !== undefined),
  );
  return verdicts;
}

/** Gives back, without cost, what a worker holds in these queues and does not know of. */
export function giveBackUnknown(
  work: Work,
  queues: readonly number[],
  worker: string,
  holding: readonly LeaseRef[],
): void {
  const known = new Set(holding.map(({ token }) => token));
  for (const queue of queues) {
    const tokens = work.s.heldByWorker.all(worker, queue).map(([token]) => token);
    const unknown = readHeld(
      work,
      tokens.filter((token) => !known.has(token)),
    );
    work.count(queue, "running", -unknown.length);
    giveBack(work, unknown);
    dropLeases(work, unknown);
  }
}

/** Leases that ran out: as a release, but it costs crash budget. Answers how many there were, at most `limit`. */
export function expire(work: Work, limit: number): number {
  const tokens = work.s.heldExpired.all(work.now, limit).map(([token]) => token);
  if (tokens.length === 0) return 0;
  dropDangling(work, tokens);
  const expired = readHeld(work, tokens);
  const back: Held[] = [];
  // Backwards, as they return to the head.
  for (const lease of expired.toReversed()) {
    const { crashes, crashLimit } = noteFailure(work, lease, undefined);
    work.count(lease.queue, "running", -1);
    work.event(lease.queue, "crashed");
    if (lease.cancelRequested) finish(work, lease, "cancelled");
    else if (crashes > crashLimit) bury(work, lease, "crashed");
    else back.push(lease);
  }
  toHead(work, back.toReversed());
  dropLeases(work, expired);
  return tokens.length;
}

function apply(work: Work, lease: Held, outcome: Exclude<Outcome, { kind: "release" }>): void {
  const { rid, queue, cancelRequested } = lease;
  switch (outcome.kind) {
    case "completed":
      work.event(queue, "completed");
      if (outcome.result !== undefined) noteResult(work, rid, outcome.result);
      return finish(work, lease, "completed");
    case "retry":
    case "dead":
      noteFailure(work, lease, outcome.error);
      work.event(queue, "failed");
      if (cancelRequested) return finish(work, lease, "cancelled");
      if (outcome.kind === "dead") return bury(work, lease, outcome.reason);
      return toDue(work, lease, "retrying", Math.ceil(work.now + outcome.delayMs));
    case "snooze":
      if (cancelRequested) return finish(work, lease, "cancelled");
      return toDue(work, lease, "scheduled", Math.ceil(work.now + outcome.delayMs));
    case "cancelled":
      return finish(work, lease, "cancelled");
  }
}

function noteResult({ s }: Work, rid: number, result: string): void {
  s.noteResult.run(rid, result);
  s.taskNoted.run(rid);
}

function giveBack(work: Work, leases: readonly Held[]): void {
  for (const lease of leases.toReversed()) if (lease.cancelRequested) finish(work, lease, "cancelled");
  toHead(
    work,
    leases.filter(({ cancelRequested }) => !cancelRequested),
  );
}

/** Notes an attempt that did not succeed; without an error it crashed. Answers the crashes so far. */
function noteFailure(work: Work, lease: Held, error: TaskError | undefined) {
  const { s, now } = work;
  const [worker, startedAt, failures, crashes, crashLimit, attempts] = s.heldDetail.get(lease.token)!;
  const attempt: FailedAttempt = {
    attempt: failures + crashes + 1,
    outcome: error === undefined ? "crashed" : "failed",
    startedAt,
    endedAt: now,
    worker,
    error,
  };
  const kept = [...parseAttempts(attempts), attempt].slice(-ATTEMPTS_KEPT);
  s.noteFailure.run(lease.rid, error === undefined ? null : JSON.stringify(error), JSON.stringify(kept));
  const crashesNow = crashes + (error === undefined ? 1 : 0);
  s.taskFail.run(lease.rid, failures + (error === undefined ? 0 : 1), crashesNow);
  return { crashes: crashesNow, crashLimit: crashLimit ?? DEFAULT_CRASH_LIMIT };
}

/** Attempts that cannot be read are worth less than the task: it goes on without them. */
export function parseAttempts(text: string | null): FailedAttempt[] {
  try {
    const attempts: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(attempts) ? (attempts as FailedAttempt[]) : [];
  } catch {
    return [];
  }
}

/** The lease of each settlement; undefined where there is none, or where it was settled earlier in the same call. */
function findHeld(
  work: Work,
  numbers: QueueNumbers,
  refs: readonly LeaseRef[],
): readonly (Held | undefined)[] {
  const byToken = new Map<number, Held & { readonly id: string }>();
  for (const held of readHeld(
    work,
    refs.map(({ token }) => token),
  )) {
    byToken.set(held.token, held);
  }
  return refs.map(({ id, token, queue }) => {
    const held = byToken.get(token);
    if (held?.id !== id || numbers.find(work, queue) !== held.queue) return undefined;
    byToken.delete(token);
    return held;
  });
}

/** Those of the leases that stand, by token. */
function readHeld(work: Work, tokens: readonly number[]): (Held & { readonly id: string })[] {
  const held: (Held & { readonly id: string })[] = [];
  forRuns(tokens.filter(Number.isSafeInteger), (first, last) => {
    for (const [token, rid, queue, id, marks] of work.s.held.all(first, last)) {
      const keyed = (marks & KEYED) !== 0;
      const noted = (marks & NOTED) !== 0;
      const cancelRequested = (marks & CANCEL) !== 0;
      held.push({ token, rid, queue, id, keyed, noted, cancelRequested });
    }
  });
  return held;
}

function dropLeases(work: Work, leases: readonly Held[]): void {
  forRuns(
    leases.map(({ token }) => token),
    (first, last) => void work.s.leaseDrop.run(first, last),
  );
}
