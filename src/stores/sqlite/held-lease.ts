/** Leases that stand. One that is not the newest of its task is not there any more. */
import type { LeaseRef } from "../../store/store.ts";
import type { TaskRow } from "./moves.ts";
import { forRanges } from "./ranges.ts";
import type { Transaction } from "./transaction.ts";

/** The bits of the last column of `lease.held`. */
const KEY = 1;
const CANCEL = 2;
const DETAILS = 4;

export interface HeldLease extends TaskRow {
  readonly token: number;
  readonly id: string;
  readonly hasKey: boolean;
  readonly hasDetails: boolean;
  readonly cancelRequested: boolean;
}

/** The lease of each reference; undefined where there is none, or where an earlier one names the same. */
export function findHeld(tx: Transaction, refs: readonly LeaseRef[]): readonly (HeldLease | undefined)[] {
  const byToken = new Map<number, HeldLease>();
  const tokens = refs.map(({ token }) => token);
  for (const held of readHeld(tx, tokens)) byToken.set(held.token, held);
  return refs.map(({ id, token, queue }) => {
    const held = byToken.get(token);
    if (held?.id !== id || tx.findQueue(queue) !== held.queue) return undefined;
    byToken.delete(token);
    return held;
  });
}

/** Those of the leases that stand, by token. */
export function readHeld(tx: Transaction, tokens: readonly number[]): HeldLease[] {
  const leases: HeldLease[] = [];
  forRanges(tokens.filter(Number.isSafeInteger), (first, last) => {
    for (const [token, rid, queue, id, marks] of tx.sql.lease.held.all(first, last)) {
      const hasKey = (marks & KEY) !== 0;
      const hasDetails = (marks & DETAILS) !== 0;
      const cancelRequested = (marks & CANCEL) !== 0;
      leases.push({ token, rid, queue, id, hasKey, hasDetails, cancelRequested });
    }
  });
  return leases;
}

/** Ends the leases; what their tasks come to is up to the caller. */
export function dropLeases(tx: Transaction, leases: readonly Pick<HeldLease, "token" | "queue">[]): void {
  for (const { queue } of leases) tx.count(queue, "running", -1);
  forRanges(
    leases.map(({ token }) => token),
    (first, last) => void tx.sql.lease.drop.run(first, last),
  );
}
