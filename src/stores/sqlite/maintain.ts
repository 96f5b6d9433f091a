/** Housekeeping, a bounded piece at a time. */
import type { Keep, MaintainReply, MaintainRequest, Retention } from "../../store/store.ts";
import { drop, EVERYTHING, type Terminal } from "./moves.ts";
import { promote } from "./promote.ts";
import { forRuns } from "./runs.ts";
import { expire } from "./settle.ts";
import type { Work } from "./work.ts";

/** A day of minutes. */
const MINUTES_KEPT = 1_440;

/** SQLite takes no larger limit for granted, and no call should do more at once. */
const MOST = 1_000_000;

const NOTHING: MaintainReply = { promoted: 0, expired: 0, pruned: 0, more: false };

/** The answer if there is nothing to do, found by reading alone; undefined if there may be something. */
export function idle(work: Work, { retention }: MaintainRequest): MaintainReply | undefined {
  const { s, now } = work;
  if (s.maintainable.get(now, Math.floor(now / 60_000) - MINUTES_KEPT)![0] === 1) return undefined;
  if (retention === undefined) return NOTHING;
  const prunable = s.queueAll
    .all()
    .some(([queue, , ...counts]) =>
      ENDS.some((state, index) => excess(work, queue, state, counts[index]!, retention, 1).length > 0),
    );
  return prunable ? undefined : NOTHING;
}

export function maintain(work: Work, request: MaintainRequest): MaintainReply {
  const { s, now } = work;
  const { retention } = request;
  const limit = Math.max(0, Math.min(request.limit, MOST));
  const expired = expire(work, limit);
  let promoted = 0;
  let pruned = 0;
  for (const [queue, waiting, ...counts] of s.queueAll.all()) {
    if (waiting > 0) promoted += promote(work, queue, limit - promoted);
    if (retention === undefined) continue;
    for (const [index, state] of ENDS.entries()) {
      pruned += prune(
        work,
        queue,
        state,
        excess(work, queue, state, counts[index]!, retention, limit - pruned),
      );
    }
  }
  const keys = s.keyForget.run(now, limit);
  s.activityForget.run(Math.floor(now / 60_000) - MINUTES_KEPT);
  const more = [promoted, expired, pruned, keys].some((count) => count >= limit);
  return { promoted, expired, pruned, more };
}

const ENDS = ["completed", "cancelled", "dead"] as const satisfies Terminal[];

/** The oldest finished tasks that are too many or too old, at most `limit`. */
function excess(
  work: Work,
  queue: number,
  state: Terminal,
  count: number,
  retention: Retention,
  limit: number,
): number[] {
  const total = count + work.counted(queue, state);
  if (total === 0 || limit <= 0) return [];
  const keep: Keep = retention[state];
  const oldest = work.s.finishedOldest.all(queue, state, limit);
  // In the order of finishing: the first that may stay ends it, whatever the clock did meanwhile.
  const stays = oldest.findIndex(
    ([, finishedAt], index) => total - index <= keep.count && work.now - finishedAt < keep.ageMs,
  );
  return oldest.slice(0, stays === -1 ? oldest.length : stays).map(([rid]) => rid);
}

function prune(work: Work, queue: number, state: Terminal, rids: readonly number[]): number {
  if (rids.length === 0) return 0;
  forRuns(rids, (first, last) => void work.s.finishedDrop.run(state, first, last));
  work.count(queue, state, -rids.length);
  drop(work, rids, EVERYTHING);
  return rids.length;
}
