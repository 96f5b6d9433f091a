/** The attempts that a task's record keeps. */
import { readSettings } from "../../store/settings-text.ts";
import type { AttemptMove } from "../../task/life.ts";
import { ATTEMPTS_KEPT, DEFAULT_CRASH_LIMIT, type FailedAttempt, type TaskError } from "../../task/task.ts";
import type { HeldLease } from "./held-lease.ts";
import type { Transaction } from "./transaction.ts";

type Cost = NonNullable<AttemptMove["costs"]>;

const OUTCOMES = { failure: "failed", crash: "crashed" } as const satisfies Readonly<
  Record<Cost, FailedAttempt["outcome"]>
>;

/** For the minute's counts. */
export function countAttempt(tx: Transaction, queue: number, costs: Cost): void {
  tx.event(queue, OUTCOMES[costs]);
}

/** Records an attempt that did not succeed, and what it cost. Answers whose it was, the crashes so far and their limit. */
export function recordAttempt(
  tx: Transaction,
  { token, rid, queue }: HeldLease,
  costs: Cost,
  error?: TaskError,
): { readonly worker: string; readonly crashes: number; readonly crashLimit: number } {
  const { sql, now } = tx;
  const [worker, startedAt, failures, crashes, settings, attempts] = sql.lease.attempt.get(token)!;
  const attempt: FailedAttempt = {
    attempt: failures + crashes + 1,
    outcome: OUTCOMES[costs],
    startedAt,
    endedAt: now,
    worker,
    error,
  };
  const kept = [...parseAttempts(attempts), attempt].slice(-ATTEMPTS_KEPT);
  sql.detail.recordFailure.run(rid, error === undefined ? null : JSON.stringify(error), JSON.stringify(kept));
  const crashesNow = costs === "crash" ? crashes + 1 : crashes;
  sql.task.setFailed.run(rid, costs === "failure" ? failures + 1 : failures, crashesNow);
  countAttempt(tx, queue, costs);
  const { crashLimit = DEFAULT_CRASH_LIMIT } = (settings !== null && readSettings(settings)) || {};
  return { worker, crashes: crashesNow, crashLimit };
}

export function recordResult({ sql }: Transaction, rid: number, result: string): void {
  sql.detail.recordResult.run(rid, result);
  sql.task.markDetail.run(rid);
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
