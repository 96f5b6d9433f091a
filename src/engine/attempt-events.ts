/** What an attempt says of itself, if somebody listens. */
import type { Clock } from "../store/clock.ts";
import type { LeaseRef } from "../store/store.ts";
import type { Outcome } from "../task/outcome.ts";
import type { Attempt } from "./attempt.ts";
import { attemptEnded, type AttemptFacts, attemptStarted, leaseLost, tell } from "./events.ts";

/** Says that the attempt begins, and notes when, if somebody will want to know how long it took. */
export function announceStart(attempt: Attempt, worker: string, clock: Clock): void {
  if (attemptEnded.hasSubscribers) attempt.startedAt = clock.monotonic();
  if (attemptStarted.hasSubscribers) tell(attemptStarted, factsOf(attempt, worker));
}

/** Says that the attempt is over. */
export function announceEnd(attempt: Attempt, outcome: Outcome, worker: string, clock: Clock): void {
  if (!attemptEnded.hasSubscribers) return;
  const { startedAt } = attempt;
  // It is still to be written: a listener must not change it by the way.
  if ("error" in outcome) Object.freeze(outcome.error);
  tell(attemptEnded, {
    ...factsOf(attempt, worker),
    outcome: Object.freeze(outcome),
    durationMs: startedAt === undefined ? undefined : clock.monotonic() - startedAt,
  });
}

/** Says that a lease is lost. `running`: the attempt had not ended. */
export function announceLoss({ id, queue, token }: LeaseRef, worker: string, running: boolean): void {
  if (leaseLost.hasSubscribers) tell(leaseLost, { id, queue, token, worker, running });
}

function factsOf({ lease, headers, number }: Attempt, worker: string): AttemptFacts {
  const { id, type, queue, priority, token, createdAt, runAt } = lease;
  return { id, type, queue, priority, attempt: number, token, createdAt, runAt, headers, worker };
}
