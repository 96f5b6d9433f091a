/** Housekeeping, a bounded piece at a time. */
import type { Keep, MaintainReply, MaintainRequest, Retention } from "../../store/store.ts";
import { drop, EVERYTHING } from "./moves.ts";
import { promote } from "./promote.ts";
import { forRanges } from "./ranges.ts";
import { expire } from "./settle.ts";
import { type StateIn, statesIn } from "./state-tables.ts";
import type { Transaction } from "./transaction.ts";

/** A day of minutes. */
const MINUTES_KEPT = 1_440;

/** SQLite takes no larger limit for granted, and no call should do more at once. */
const MOST = 1_000_000;

const NOTHING: MaintainReply = { promoted: 0, expired: 0, pruned: 0, more: false };

const FINISHED = statesIn("finished");

/** Finished tasks of one queue and state. */
interface Finished {
  readonly queue: number;
  readonly state: StateIn<"finished">;
  /** How many there were when the transaction began. */
  readonly count: number;
}

/** The answer if there is nothing to do, found by reading alone; undefined if there may be something. */
export function idle(tx: Transaction, { retention }: MaintainRequest): MaintainReply | undefined {
  const { sql, now, time, minute } = tx;
  if (sql.queue.maintainable.get(time, minute - MINUTES_KEPT, now)![0] === 1) return undefined;
  if (retention === undefined) return NOTHING;
  const prunable = sql.queue.forMaintenance
    .all()
    .some(([queue, , ...counts]) =>
      finishedIn(queue, counts).some((finished) => excess(tx, finished, retention, 1).length > 0),
    );
  return prunable ? undefined : NOTHING;
}

export function maintain(tx: Transaction, request: MaintainRequest): MaintainReply {
  const { sql, time, minute } = tx;
  const { retention } = request;
  const limit = Math.max(0, Math.min(request.limit, MOST));
  const { expired, recovered } = expire(tx, limit);
  let promoted = 0;
  let pruned = 0;
  for (const [queue, due, ...counts] of sql.queue.forMaintenance.all()) {
    if (due > 0) promoted += promote(tx, queue, limit - promoted);
    if (retention === undefined) continue;
    for (const finished of finishedIn(queue, counts)) {
      pruned += prune(tx, finished, excess(tx, finished, retention, limit - pruned));
    }
  }
  const keys = sql.key.forget.run(time, limit);
  sql.activity.forget.run(minute - MINUTES_KEPT);
  sql.queue.forget.run();
  const more = [promoted, expired, pruned, keys].some((count) => count >= limit);
  return { promoted, expired, ...(recovered.length > 0 && { recovered }), pruned, more };
}

function finishedIn(queue: number, counts: readonly number[]): Finished[] {
  return FINISHED.map((state, index) => ({ queue, state, count: counts[index]! }));
}

/** The oldest finished tasks that are too many or too old, at most `limit`. */
function excess(
  tx: Transaction,
  { queue, state, count }: Finished,
  retention: Retention,
  limit: number,
): number[] {
  const total = count + tx.counted(queue, state);
  if (total === 0 || limit <= 0) return [];
  const keep: Keep = retention[state];
  const oldest = tx.sql.finished.oldest.all(queue, state, limit);
  // In the order of finishing: the first that may stay ends it, whatever the clock did meanwhile.
  const stays = oldest.findIndex(
    ([, finishedAt], index) => total - index <= keep.count && tx.time - finishedAt < keep.ageMs,
  );
  return oldest.slice(0, stays === -1 ? oldest.length : stays).map(([rid]) => rid);
}

function prune(tx: Transaction, { queue, state }: Finished, rids: readonly number[]): number {
  if (rids.length === 0) return 0;
  forRanges(rids, (first, last) => void tx.sql.finished.drop.run(state, first, last));
  tx.count(queue, state, -rids.length);
  drop(tx, rids, EVERYTHING);
  return rids.length;
}
