/** Heartbeats. */
import type { ExtendVerdict, LeaseRef } from "../../store/store.ts";
import type { Transaction } from "./transaction.ts";

export function extend(tx: Transaction, leases: readonly LeaseRef[], leaseMs: number): ExtendVerdict[] {
  const until = tx.after(leaseMs);
  return leases.map(({ id, queue, token }): ExtendVerdict => {
    const cancel = tx.sql.lease.extend.get(token, id, queue, until)?.[0];
    if (cancel === undefined) return "lost";
    return cancel === 1 ? "cancelled" : "applied";
  });
}
