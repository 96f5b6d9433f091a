/** Due tasks become pending, at the end of their line. */
import { toTail } from "./moves.ts";
import type { Transaction } from "./transaction.ts";

/** Promotes up to `limit` tasks of one queue in the order in which they fell due. Answers how many. */
export function promote(tx: Transaction, queue: number, limit: number): number {
  const due = limit > 0 ? tx.sql.due.now.all(queue, tx.now, limit) : [];
  for (const [rid, state] of due) {
    tx.sql.due.drop.run(rid);
    tx.count(queue, state, -1);
    toTail(tx, { rid, queue });
  }
  return due.length;
}
