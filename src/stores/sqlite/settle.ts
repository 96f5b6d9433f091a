/** What became of attempts. */
import type { LeaseRef, Settlement, Verdict } from "../../store/store.ts";
import type { Outcome } from "../../task/outcome.ts";
import { recordFailure, recordResult } from "./attempts.ts";
import { dropLeases, findHeld, type HeldLease, readHeld } from "./held-lease.ts";
import { drop, finish, markDead, toDue, toHead } from "./moves.ts";
import { dropDangling } from "./quarantine.ts";
import type { Transaction } from "./transaction.ts";

/** Applies the outcomes. Those that just end are done together: the common batch costs five statements in all. */
export function settle(tx: Transaction, settlements: readonly Settlement[]): Verdict[] {
  if (settlements.length === 0) return [];
  const held = findHeld(tx, settlements);
  const gone: HeldLease[] = [];
  const released: HeldLease[] = [];
  const verdicts = settlements.map(({ outcome }, index): Verdict => {
    const lease = held[index];
    if (lease === undefined) return "lost";
    tx.count(lease.queue, "running", -1);
    if (outcome.kind === "release") released.push(lease);
    else if (outcome.kind === "completed" && !outcome.keep) gone.push(lease);
    else apply(tx, lease, outcome);
    return "applied";
  });
  for (const { queue } of gone) tx.event(queue, "completed");
  if (gone.length > 0) {
    const keys = gone.some((lease) => lease.hasKey);
    const details = gone.some((lease) => lease.hasDetails);
    drop(
      tx,
      gone.map(({ rid }) => rid),
      { keys, details },
    );
  }
  release(tx, released);
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
  tx.count(queue, "running", -unknown.length);
  release(tx, unknown);
  dropLeases(tx, unknown);
}

/** Leases that ran out: as a release, but it costs crash budget. Answers how many there were, at most `limit`. */
export function expire(tx: Transaction, limit: number): number {
  const tokens = tx.sql.lease.expired.all(tx.now, limit).map(([token]) => token);
  if (tokens.length === 0) return 0;
  dropDangling(tx, tokens);
  const expired = readHeld(tx, tokens);
  const back: HeldLease[] = [];
  // Backwards, as they return to the head.
  for (const lease of expired.toReversed()) {
    const { crashes, crashLimit } = recordFailure(tx, lease, undefined);
    tx.count(lease.queue, "running", -1);
    tx.event(lease.queue, "crashed");
    if (lease.cancelRequested) finish(tx, lease, "cancelled");
    else if (crashes > crashLimit) markDead(tx, lease, "crashed");
    else back.push(lease);
  }
  toHead(tx, back.toReversed());
  dropLeases(tx, expired);
  return tokens.length;
}

function apply(tx: Transaction, lease: HeldLease, outcome: Exclude<Outcome, { kind: "release" }>): void {
  const { rid, queue, cancelRequested } = lease;
  switch (outcome.kind) {
    case "completed":
      tx.event(queue, "completed");
      if (outcome.result !== undefined) recordResult(tx, rid, outcome.result);
      return finish(tx, lease, "completed");
    case "retry":
    case "dead":
      recordFailure(tx, lease, outcome.error);
      tx.event(queue, "failed");
      if (cancelRequested) return finish(tx, lease, "cancelled");
      if (outcome.kind === "dead") return markDead(tx, lease, outcome.reason);
      return toDue(tx, lease, "retrying", Math.ceil(tx.now + outcome.delayMs));
    case "snooze":
      if (cancelRequested) return finish(tx, lease, "cancelled");
      return toDue(tx, lease, "scheduled", Math.ceil(tx.now + outcome.delayMs));
    case "cancelled":
      return finish(tx, lease, "cancelled");
  }
}

function release(tx: Transaction, leases: readonly HeldLease[]): void {
  for (const lease of leases.toReversed()) if (lease.cancelRequested) finish(tx, lease, "cancelled");
  toHead(
    tx,
    leases.filter(({ cancelRequested }) => !cancelRequested),
  );
}
