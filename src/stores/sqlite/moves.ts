/** From state to state: the row leaves one table and enters another, and the counts follow. See life.ts for the law. */
import type { DeadReason, TaskState } from "../../task/task.ts";
import { forRanges } from "./ranges.ts";
import { head, tail } from "./rank.ts";
import type { StateIn } from "./state-tables.ts";
import type { Transaction } from "./transaction.ts";

/** A task by the numbers that stand for it in the tables. */
export interface TaskRow {
  readonly rid: number;
  readonly queue: number;
}

/** To the end of its line. */
export function toTail(tx: Transaction, { rid, queue }: TaskRow): void {
  putReady(tx, rid, queue, tail(tx.next()));
}

/** Back to the head, in the order given: the first of them runs first. */
export function toHead(tx: Transaction, tasks: readonly TaskRow[]): void {
  for (const { rid, queue } of tasks.toReversed()) putReady(tx, rid, queue, head(tx.next()));
}

/** Waits until `at`. */
export function toDue(tx: Transaction, { rid, queue }: TaskRow, state: StateIn<"due">, at: number): void {
  const { sql } = tx;
  const earliest = sql.due.first.get(queue)?.[0] ?? Infinity;
  sql.task.setTime.run(rid, at);
  sql.due.put.run(rid, state, at);
  tx.count(queue, state, 1);
  if (at < earliest) tx.notify(queue);
}

/** Ends; its key holds only as long as its window from here on. */
export function finish(
  tx: Transaction,
  { rid, queue }: TaskRow,
  state: StateIn<"finished">,
  reason?: DeadReason,
): void {
  const { sql, now } = tx;
  sql.finished.put.run(state, rid, tx.next(), now, reason ?? null);
  sql.key.end.run(rid, rid);
  tx.count(queue, state, 1);
}

/** Ends among the dead letters. */
export function markDead(tx: Transaction, task: TaskRow, reason: DeadReason): void {
  finish(tx, task, "dead", reason);
  tx.event(task.queue, "dead");
}

/** Takes a task that does not run out of the table of its state. */
export function leave(tx: Transaction, { rid, queue }: TaskRow, state: Exclude<TaskState, "running">): void {
  const { sql } = tx;
  // By what was there: a task that no table has, in a damaged store, was not counted either.
  const left =
    state === "pending"
      ? sql.ready.drop.run(rid)
      : state === "scheduled" || state === "retrying"
        ? sql.due.drop.run(rid)
        : sql.finished.drop.run(state, rid, rid);
  tx.count(queue, state, -left);
}

/** For `drop`, where nobody has looked. */
export const EVERYTHING = { keys: true, details: true };

/** Removes tasks that no table of a state has any more. `has` says what some of them may have besides. */
export function drop(
  tx: Transaction,
  rids: readonly number[],
  has: { readonly keys: boolean; readonly details: boolean },
): void {
  const { sql } = tx;
  forRanges(rids, (first, last) => {
    // Before the tasks go: it is they who know their keys.
    if (has.keys) sql.key.end.run(first, last);
    if (has.details) sql.detail.drop.run(first, last);
    sql.task.drop.run(first, last);
  });
}

function putReady(tx: Transaction, rid: number, queue: number, position: number): void {
  tx.sql.task.setPosition.run(rid, position);
  // No row if the task itself is missing: nothing to run, and nothing to count.
  tx.count(queue, "pending", tx.sql.ready.put.run(rid));
}
