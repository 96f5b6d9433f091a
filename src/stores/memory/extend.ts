/** The verb `extend`. */
import type { ExtendVerdict, LeaseRef } from "../../store/store.ts";
import type { Data } from "./data.ts";

export function extend(data: Data, leases: readonly LeaseRef[], leaseMs: number): ExtendVerdict[] {
  const until = data.now() + leaseMs;
  return leases.map((lease) => {
    const held = data.held(lease);
    if (held === undefined) return "lost";
    held.until = until;
    return held.cancelRequested ? "cancelled" : "applied";
  });
}
