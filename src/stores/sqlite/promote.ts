/** Tasks whose time has come. */
import { DUE } from "../../task/life.ts";
import { enter, leave } from "./moves.ts";
import type { Transaction } from "./transaction.ts";

/** Promotes up to `limit` tasks of one queue in the order in which they fell due. Answers how many. */
export function promote(tx: Transaction, queue: number, limit: number): number {
  const due = limit > 0 ? tx.sql.due.now.all(queue, tx.now, limit) : [];
  for (const [rid, state] of due) {
    leave(tx, { rid, queue }, state);
    enter(tx, { rid, queue }, DUE.to);
  }
  return due.length;
}
