/** The verb `maintain`. */
import type { MaintainReply, MaintainRequest, Recovered, Retention } from "../../store/store.ts";
import type { Data } from "./data.ts";
import type { HeldLease } from "./entry.ts";
import { expire, promote } from "./moves.ts";
import type { Queue } from "./queue.ts";

export function maintain(data: Data, { limit, retention }: MaintainRequest): MaintainReply {
  const now = data.now();
  const done = { promoted: 0, expired: 0, pruned: 0, keys: 0 };
  const recovered: Recovered[] = [];
  for (const queue of data.queues.values()) {
    done.promoted += promoteDue(queue, limit - done.promoted, now);
    recovered.push(...expireLeases(data, queue, limit - done.expired, now));
    done.expired = recovered.length;
    if (retention !== undefined) {
      done.pruned += prune(data, queue, retention, { limit: limit - done.pruned, now });
    }
    done.keys += queue.keys.expire(now, limit - done.keys);
    if (queue.isForgettable(now)) data.queues.delete(queue.name);
  }
  const { promoted, expired, pruned } = done;
  const more = Object.values(done).some((count) => count >= limit);
  return { promoted, expired, ...(expired > 0 && { recovered }), pruned, more };
}

/** Up to `limit` tasks whose time has come become pending, in the order in which they fell due. Answers how many. */
export function promoteDue(queue: Queue, limit: number, now: number): number {
  let promoted = 0;
  for (; promoted < limit; promoted++) {
    const entry = queue.nextDue;
    if (entry === undefined || entry.runAt > now) break;
    promote(entry);
  }
  return promoted;
}

/** Looks at every lease: there are as many as attempts run at once, which is few, and none has to be kept sorted. */
function expireLeases(data: Data, queue: Queue, limit: number, now: number): Recovered[] {
  const expired: HeldLease[] = [];
  for (const held of queue.running.values()) {
    if (expired.length >= limit) break;
    if (held.until <= now) expired.push(held);
  }
  expire(data, expired, now);
  return expired.map(({ entry: { id, state }, worker }) => ({ id, queue: queue.name, worker, state }));
}

function prune(
  data: Data,
  queue: Queue,
  retention: Retention,
  { limit, now }: { readonly limit: number; readonly now: number },
): number {
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
