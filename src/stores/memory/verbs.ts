/** The verbs of `Store` that move tasks. Each runs to its end without a pause, which makes it atomic. */
import type {
  AddResult,
  Claim,
  Exchange,
  ExchangeReply,
  ExtendVerdict,
  Lease,
  LeaseRef,
  MaintainReply,
  MaintainRequest,
  Retention,
  Settlement,
  Verdict,
} from "../../store/store.ts";
import type { NewTask } from "../../task/task.ts";
import type { Data } from "./data.ts";
import { newEntry, type Tenure, toLease } from "./entry.ts";
import { claim, expire, giveBack, promote, settle } from "./moves.ts";
import type { Queue } from "./queue.ts";

export function add(data: Data, tasks: readonly NewTask[]): AddResult[] {
  const now = data.now();
  return tasks.map((task) => addOne(data, task, now));
}

/** Settles, promotes what is due, claims: in this order, so that a slot freed here can be filled here. */
export function exchange(data: Data, { settle: settlements, claim: terms }: Exchange): ExchangeReply {
  const now = data.now();
  const verdicts = settleAll(data, settlements, now);
  if (terms === undefined) return { verdicts, leases: [] };
  // A paused queue is as good as not there, except that leases of a lost call come back.
  const known = terms.queues.flatMap((name) => data.queues.get(name) ?? []);
  for (const queue of known) {
    if (terms.holding !== undefined) giveBackUnknown(queue, terms, terms.holding, now);
    promoteDue(queue, Infinity, now);
  }
  const open = known.filter((queue) => !queue.paused);
  const leases = claimFrom(data, open, terms, now);
  const due = Math.min(...open.map((queue) => queue.nextDue?.runAt ?? Infinity));
  return { verdicts, leases, nextDueMs: due === Infinity ? undefined : due - now };
}

export function extend(data: Data, leases: readonly LeaseRef[], leaseMs: number): ExtendVerdict[] {
  const until = data.now() + leaseMs;
  return leases.map((lease) => {
    const tenure = data.held(lease);
    if (tenure === undefined) return "lost";
    tenure.until = until;
    return tenure.cancelRequested ? "cancelled" : "applied";
  });
}

export function maintain(data: Data, { limit, retention }: MaintainRequest): MaintainReply {
  const now = data.now();
  const done = { promoted: 0, expired: 0, pruned: 0, keys: 0 };
  for (const queue of data.queues.values()) {
    done.promoted += promoteDue(queue, limit - done.promoted, now);
    done.expired += expireLeases(data, queue, limit - done.expired, now);
    if (retention !== undefined) done.pruned += prune(data, queue, retention, limit - done.pruned, now);
    done.keys += queue.keys.expire(now, limit - done.keys);
  }
  const { promoted, expired, pruned } = done;
  return { promoted, expired, pruned, more: Object.values(done).some((count) => count >= limit) };
}

function addOne(data: Data, task: NewTask, now: number): AddResult {
  if (data.entries.has(task.id)) return { status: "duplicate", id: task.id };
  const queue = data.queue(task.queue);
  const holder = task.key && queue.keys.holder(task.key.value, now);
  if (holder !== undefined) {
    const same = holder.fingerprint === task.key?.fingerprint;
    return { status: same ? "duplicate" : "conflict", id: holder.id };
  }
  const entry = newEntry(task, queue, data.nextSequence(), now);
  if (task.key !== undefined) entry.key = queue.keys.hold(task.key, task.id, now);
  data.entries.set(task.id, entry);
  data.count(queue, "added", now);
  queue.put(entry, entry.runAt > now ? "scheduled" : "pending");
  return { status: "added", id: task.id };
}

function settleAll(data: Data, settlements: readonly Settlement[], now: number): Verdict[] {
  // Released together, back together: in the order of the call, before anything else that waits.
  const released = new Set<Tenure>();
  const verdicts = settlements.map((settlement): Verdict => {
    const tenure = data.held(settlement);
    if (tenure === undefined || released.has(tenure)) return "lost";
    if (settlement.outcome.kind === "release") released.add(tenure);
    else settle(data, tenure, settlement.outcome, now);
    return "applied";
  });
  giveBack([...released], now);
  return verdicts;
}

function giveBackUnknown(queue: Queue, claimer: Claim, holding: readonly LeaseRef[], now: number): void {
  const known = new Set(holding.map((lease) => lease.token));
  const tenures = [...queue.running.values()];
  giveBack(
    tenures.filter(({ worker, token }) => worker === claimer.worker && !known.has(token)),
    now,
  );
}

function claimFrom(data: Data, queues: readonly Queue[], terms: Claim, now: number): Lease[] {
  const { worker, leaseMs, max } = terms;
  const leases: Lease[] = [];
  for (const queue of queues) {
    for (let entry = queue.first; entry !== undefined && leases.length < max; entry = queue.first) {
      leases.push(toLease(claim(data, entry, { worker, until: now + leaseMs }, now)));
    }
  }
  return leases;
}

function promoteDue(queue: Queue, limit: number, now: number): number {
  let promoted = 0;
  for (; promoted < limit; promoted++) {
    const entry = queue.nextDue;
    if (entry === undefined || entry.runAt > now) break;
    promote(entry, now);
  }
  return promoted;
}

/** Looks at every lease: there are as many as attempts run at once, which is few, and none has to be kept sorted. */
function expireLeases(data: Data, queue: Queue, limit: number, now: number): number {
  const expired: Tenure[] = [];
  for (const tenure of queue.running.values()) {
    if (expired.length >= limit) break;
    if (tenure.until <= now) expired.push(tenure);
  }
  expire(data, expired, now);
  return expired.length;
}

function prune(data: Data, queue: Queue, retention: Retention, limit: number, now: number): number {
  let pruned = 0;
  for (const state of ["completed", "cancelled", "dead"] as const) {
    const { ageMs, count } = retention[state];
    const line = queue.finished[state];
    for (let oldest = line.head; oldest !== undefined && pruned < limit; oldest = line.head, pruned++) {
      const age = now - (oldest.finishedAt ?? now);
      if (line.length <= count && age < ageMs) break;
      data.remove(oldest, now);
    }
  }
  return pruned;
}
