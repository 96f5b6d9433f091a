/** The ends of attempts, as the law has them: settled by their worker, released, or run out. */
import type { LeaseRef, Recovered, Settlement, Verdict } from "../../store/store.ts";
import { afterExpiry, EXPIRY, moveOf, type RestState } from "../../task/life.ts";
import type { Outcome } from "../../task/outcome.ts";
import { countAttempt, recordAttempt, recordResult } from "./attempts.ts";
import { dropLeases, findHeld, type HeldLease, readHeld } from "./held-lease.ts";
import { countArrival, drop, enter } from "./moves.ts";
import { dropDangling } from "./quarantine.ts";
import { TABLE_OF } from "./state-tables.ts";
import type { Transaction } from "./transaction.ts";

/** A task that goes back to the head of its line. */
interface Returning {
  readonly lease: HeldLease;
  readonly state: RestState;
}

/** Applies the outcomes. Tasks that nobody keeps go together: the common batch costs five statements in all. */
export function settle(tx: Transaction, settlements: readonly Settlement[]): Verdict[] {
  if (settlements.length === 0) return [];
  const held = findHeld(tx, settlements);
  const gone: HeldLease[] = [];
  const back: Returning[] = [];
  const verdicts = settlements.map(({ outcome }, index): Verdict => {
    const lease = held[index];
    if (lease === undefined) return "lost";
    if (outcome.kind === "completed" && !outcome.keep) gone.push(lease);
    else end(tx, lease, outcome, back);
    return "applied";
  });
  if (gone.length > 0) dropCompleted(tx, gone);
  returnToHead(tx, back);
  dropLeases(
    tx,
    held.filter((lease) => lease !== undefined),
  );
  return verdicts;
}

/** Releases, without cost, what a worker holds in this queue and does not know of. */
export function releaseUnknown(
  tx: Transaction,
  queue: number,
  worker: string,
  holding: readonly LeaseRef[],
): void {
  const known = new Set(holding.map(({ token }) => token));
  const tokens = tx.sql.lease.ofWorker.all(worker, queue).map(([token]) => token);
  const unknown = readHeld(
    tx,
    tokens.filter((token) => !known.has(token)),
  );
  const back: Returning[] = [];
  for (const lease of unknown) end(tx, lease, { kind: "release" }, back);
  returnToHead(tx, back);
  dropLeases(tx, unknown);
}

/** Leases that ran out. Answers how many there were, at most `limit`, and what was taken back; a dangling one brings nothing. */
export function expire(
  tx: Transaction,
  limit: number,
): { readonly expired: number; readonly recovered: readonly Recovered[] } {
  const tokens = tx.sql.lease.expired.all(tx.time, limit).map(([token]) => token);
  if (tokens.length === 0) return { expired: 0, recovered: [] };
  dropDangling(tx, tokens);
  const expired = readHeld(tx, tokens);
  const recovered: Recovered[] = [];
  const back: Returning[] = [];
  for (const lease of expired) {
    const { worker, crashes, crashLimit } = recordAttempt(tx, lease, EXPIRY.costs);
    const state = afterExpiry(crashes, crashLimit, lease.cancelRequested);
    recovered.push({ id: lease.id, queue: tx.sql.queue.name.get(lease.queue)![0], worker, state });
    if (TABLE_OF[state] === "ready") back.push({ lease, state });
    else enter(tx, lease, state, { reason: EXPIRY.reason });
  }
  returnToHead(tx, back);
  dropLeases(tx, expired);
  return { expired: tokens.length, recovered };
}

/** Applies one outcome. A task that goes back to the head is left to `returnToHead`, because it minds the order of several. */
function end(tx: Transaction, lease: HeldLease, outcome: Outcome, back: Returning[]): void {
  const { to, ifCancelled, costs, putsBack, counts } = moveOf(outcome);
  if (costs !== undefined) recordAttempt(tx, lease, costs, "error" in outcome ? outcome.error : undefined);
  if ("result" in outcome && outcome.result !== undefined) recordResult(tx, lease.rid, outcome.result);
  if (counts !== undefined && !lease.cancelRequested) tx.event(lease.queue, counts);
  const state = lease.cancelRequested ? ifCancelled : to;
  if (TABLE_OF[state] === "ready") {
    back.push({ lease, state });
    return;
  }
  enter(tx, lease, state, {
    at: "delayMs" in outcome ? Math.ceil(tx.now + outcome.delayMs) : undefined,
    putsBack,
    ageMs: "ageMs" in outcome ? outcome.ageMs : undefined,
    reason: "reason" in outcome ? outcome.reason : undefined,
  });
}

/** The last one first, so that they stand there in the order of the call. */
function returnToHead(tx: Transaction, tasks: readonly Returning[]): void {
  for (const { lease, state } of tasks.toReversed()) enter(tx, lease, state, { end: "head" });
}

/** As if each had come to its state and the retention had taken it at once. */
function dropCompleted(tx: Transaction, leases: readonly HeldLease[]): void {
  const { to, ifCancelled, costs } = moveOf({ kind: "completed" });
  for (const { queue, cancelRequested } of leases) {
    countArrival(tx, queue, cancelRequested ? ifCancelled : to);
    if (costs !== undefined) countAttempt(tx, queue, costs);
  }
  const keys = leases.some(({ hasKey }) => hasKey);
  const details = leases.some(({ hasDetails }) => hasDetails);
  drop(
    tx,
    leases.map(({ rid }) => rid),
    { keys, details },
  );
}
