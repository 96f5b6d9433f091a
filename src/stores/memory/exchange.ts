/** The verb `exchange`: settle, add the followers, promote what is due, claim. So a slot freed here can be filled here. */
import type {
  Claim,
  Exchange,
  ExchangeReply,
  FollowerResults,
  Lease,
  LeaseRef,
  Settlement,
  Verdict,
} from "../../store/store.ts";
import { add } from "./add.ts";
import type { Data } from "./data.ts";
import type { HeldLease } from "./entry.ts";
import { promoteDue } from "./maintain.ts";
import { claim, returnToHead, settle } from "./moves.ts";
import type { Queue } from "./queue.ts";
import { toLease } from "./view.ts";

export function exchange(data: Data, { settle: settlements, claim: wanted }: Exchange): ExchangeReply {
  const now = data.now();
  const verdicts = settleAll(data, settlements, now);
  const followers = addFollowers(data, settlements, verdicts);
  if (wanted === undefined) return { verdicts, leases: [], followers };
  // A paused queue is as good as not there, except that leases of a lost call come back.
  const known = wanted.queues.flatMap((name) => data.queues.get(name) ?? []);
  for (const queue of known) {
    if (wanted.holding !== undefined) releaseUnknown(data, queue, wanted, wanted.holding);
    promoteDue(queue, Infinity, now);
  }
  const open = known.filter((queue) => !queue.paused);
  const leases = claimFrom(data, open, wanted, now);
  const due = Math.min(...open.map((queue) => queue.nextDue?.runAt ?? Infinity));
  return { verdicts, leases, followers, nextDueMs: due === Infinity ? undefined : due - now };
}

function settleAll(data: Data, settlements: readonly Settlement[], now: number): Verdict[] {
  // Back together: in the order of the call, before anything else that waits. Until then their leases still stand.
  const back = new Set<HeldLease>();
  const verdicts = settlements.map((settlement): Verdict => {
    const held = data.held(settlement);
    if (held === undefined || back.has(held)) return "lost";
    if (settle(data, held, settlement.outcome, now)) back.add(held);
    return "applied";
  });
  returnToHead([...back]);
  return verdicts;
}

function addFollowers(
  data: Data,
  settlements: readonly Settlement[],
  verdicts: readonly Verdict[],
): FollowerResults[] | undefined {
  let added: FollowerResults[] | undefined;
  for (let settlement = 0; settlement < settlements.length; settlement++) {
    const { followers } = settlements[settlement]!;
    if (followers === undefined) continue;
    added ??= [];
    if (verdicts[settlement] === "applied") added.push({ settlement, results: add(data, followers) });
  }
  return added;
}

/** Releases, without cost, what a worker holds in this queue and does not know of. */
function releaseUnknown(data: Data, queue: Queue, { worker }: Claim, holding: readonly LeaseRef[]): void {
  const known = new Set(holding.map(({ token }) => token));
  const unknown = [...queue.running.values()].filter(
    (held) => held.worker === worker && !known.has(held.token),
  );
  const now = data.now();
  returnToHead(unknown.filter((held) => settle(data, held, { kind: "release" }, now)));
}

function claimFrom(
  data: Data,
  queues: readonly Queue[],
  { worker, leaseMs, max }: Claim,
  now: number,
): Lease[] {
  const leases: Lease[] = [];
  for (const queue of queues) {
    for (let entry = queue.first; entry !== undefined && leases.length < max; entry = queue.first) {
      leases.push(toLease(claim(data, entry, { worker, until: now + leaseMs }, now)));
    }
  }
  return leases;
}
