/** Tasks whose time has come. */
import { DUE } from "../../task/life.ts";
import { enter, leave } from "./moves.ts";
import type { StateIn } from "./state-tables.ts";
import type { Transaction } from "./transaction.ts";

/** Promotes up to `limit` tasks of one queue in the order in which they fell due. Answers how many. */
export function promote(tx: Transaction, queue: number, limit: number): number {
  const due = limit > 0 ? dueNow(tx, queue, limit) : [];
  for (const [rid, state] of due) {
    leave(tx, { rid, queue }, state);
    enter(tx, { rid, queue }, DUE.to);
  }
  return due.length;
}

type DueRow = readonly [rid: number, state: StateIn<"due">, at: number];

/** By both clocks. Where both have some, as they fell due by store time. */
function dueNow({ sql, now, time, shift }: Transaction, queue: number, limit: number): readonly DueRow[] {
  const due = sql.due.now.all(queue, time, limit, 0);
  const wallDue = sql.due.now.all(queue, now, limit, 1);
  if (due.length === 0 || wallDue.length === 0) return due.length === 0 ? wallDue : due;
  const shifted = wallDue.map(([rid, state, at]): DueRow => [rid, state, at + shift]);
  return [...due, ...shifted].toSorted((a, b) => a[2] - b[2] || a[0] - b[0]).slice(0, limit);
}
