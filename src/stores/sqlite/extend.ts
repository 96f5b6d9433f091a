/** Heartbeats. */
import type { ExtendVerdict, LeaseRef } from "../../store/store.ts";
import type { Work } from "./work.ts";

export function extend(work: Work, leases: readonly LeaseRef[], leaseMs: number): ExtendVerdict[] {
  const until = Math.ceil(work.now + leaseMs);
  return leases.map(({ id, queue, token }): ExtendVerdict => {
    const cancel = work.s.extend.get(token, id, queue, until)?.[0];
    if (cancel === undefined) return "lost";
    return cancel === 1 ? "cancelled" : "applied";
  });
}
