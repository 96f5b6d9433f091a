/** What became of attempts. A lease that is not the newest of its task is not there any more: it is `lost`. */
import type { LeaseRef, Outcome, Settlement, Verdict } from "../../store/store.ts";
import { ATTEMPTS_KEPT, DEFAULT_CRASH_LIMIT, type FailedAttempt, type TaskError } from "../../task/task.ts";
import { bury, drop, finish, type Place, toDue, toHead } from "./moves.ts";
import { dropDangling } from "./quarantine.ts";
import type { QueueNumbers } from "./queues.ts";
import type { Work } from "./work.ts";

interface Held extends Place {
  readonly token: number;
  readonly keyed: boolean;
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
    drop(
      work,
      gone.map(({ rid }) => rid),
      gone.some(({ keyed }) => keyed),
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
      if (outcome.result !== undefined) work.s.noteResult.run(rid, outcome.result);
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
  const held = Array.from<Held | undefined>({ length: refs.length });
  const seen = new Set<number>();
  for (const [index, token, rid, queue, id, key, cancel] of work.s.held.all(tokensOf(refs))) {
    const ref = refs[index]!;
    if (ref.id !== id || ref.token !== token || numbers.find(work, ref.queue) !== queue || seen.has(token))
      continue;
    seen.add(token);
    held[index] = { token, rid, queue, keyed: key !== null, cancelRequested: cancel === 1 };
  }
  return held;
}

function readHeld(work: Work, tokens: readonly number[]): Held[] {
  if (tokens.length === 0) return [];
  return work.s.held.all(JSON.stringify(tokens)).map(([, token, rid, queue, , key, cancel]) => ({
    token,
    rid,
    queue,
    keyed: key !== null,
    cancelRequested: cancel === 1,
  }));
}

function dropLeases(work: Work, leases: readonly Held[]): void {
  if (leases.length > 0) work.s.leaseDrop.run(tokensOf(leases));
}

function tokensOf(leases: readonly { readonly token: number }[]): string {
  return JSON.stringify(leases.map(({ token }) => token));
}
