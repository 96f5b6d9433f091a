/** Due tasks become pending, at the end of their line. */
import { toTail } from "./moves.ts";
import type { Work } from "./work.ts";

/** Promotes up to `limit` tasks of one queue in the order in which they fell due. Answers how many. */
export function promote(work: Work, queue: number, limit: number): number {
  const due = limit > 0 ? work.s.dueNow.all(queue, work.now, limit) : [];
  for (const [rid, state] of due) {
    work.s.dueDrop.run(rid);
    work.count(queue, state, -1);
    toTail(work, { rid, queue });
  }
  return due.length;
}
