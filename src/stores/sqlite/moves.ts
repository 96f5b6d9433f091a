/**
 * From state to state: the row leaves one table and enters another, and counts, keys and wake-ups follow. Whether a move
 * is allowed and where it leads is decided in `task/life.ts`, before these are called.
 */
import { isCounted, type RestState } from "../../task/life.ts";
import type { DeadReason, TaskState } from "../../task/task.ts";
import { forRanges } from "./ranges.ts";
import { head, tail } from "./rank.ts";
import { type StateIn, TABLE_OF } from "./state-tables.ts";
import type { Transaction } from "./transaction.ts";

/** A task by the numbers that stand for it in the tables. */
export interface TaskRow {
  readonly rid: number;
  readonly queue: number;
}

/** What a state takes from who leads a task to it. */
export interface Arrival {
  /** Pending: which end of the line; the tail by default. Of several that go to the head the last one goes first. */
  readonly end?: "head" | "tail" | undefined;
  /** Scheduled, retrying: when its time comes, as an instant of the wall clock; now by default. */
  readonly at?: number | undefined;
  /** Scheduled, retrying: `at` was given as an instant, and moves with the wall clock. By default it is the end of a delay. */
  readonly wall?: boolean | undefined;
  /** Scheduled, retrying: a worker put it back. */
  readonly putsBack?: boolean | undefined;
  /** For how long that goes on, if the task's own memory of it is not to count. */
  readonly ageMs?: number | undefined;
  /** Dead: why. */
  readonly reason?: DeadReason | undefined;
}

/** Of a new task. */
export interface NewArrival {
  readonly state: "scheduled" | "pending";
  /** Scheduled: its time was given as an instant. */
  readonly wall: boolean;
}

/** Puts a task that no table of a state has into that of `state`. */
export function enter(tx: Transaction, task: TaskRow, state: RestState, arrival: Arrival = {}): void {
  switch (TABLE_OF[state]) {
    case "ready":
      return enterReady(tx, task, state, arrival);
    case "due":
      return enterDue(tx, task, state as StateIn<"due">, arrival);
    case "finished":
      return enterFinished(tx, task, state, arrival);
  }
}

/** Takes a task out of the table of its state. What runs leaves with its lease: see held-lease.ts. */
export function leave(tx: Transaction, { rid, queue }: TaskRow, state: RestState): void {
  // By what was there: a task that no table has, in a damaged store, was not counted either.
  tx.count(queue, state, -remove(tx, rid, state));
}

/** New tasks of one state, by a range of row ids without others in it. They are not counted here. */
export function enterNew(
  { sql, shift }: Transaction,
  { state, wall }: NewArrival,
  first: number,
  last: number,
): void {
  if (TABLE_OF[state] === "ready") sql.ready.addRange.run(first, last);
  else sql.due.addRange.run(first, last, state, wall ? 0 : shift, wall ? 1 : 0);
}

/** For the minute's counts, when a task comes to this state and when it would have and is removed at once. */
export function countArrival(tx: Transaction, queue: number, state: TaskState): void {
  if (isCounted(state)) tx.event(queue, state);
}

/** True if the queue's idle workers have to be told: they wait for the first task that falls due, and this is earlier. */
export function fallsDueFirst(tx: Transaction, queue: number, at: number): boolean {
  return at + tx.shift < tx.firstDue(...tx.sql.due.first.get(queue)!);
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

function enterReady(tx: Transaction, { rid, queue }: TaskRow, state: TaskState, { end }: Arrival): void {
  const hadItsTurn = end === "head";
  const position = hadItsTurn ? head(tx.next()) : tail(tx.next());
  tx.sql.task.setPosition.run(rid, position, hadItsTurn ? 1 : 0);
  // No row if the task itself is missing: nothing to run, and nothing to count.
  tx.count(queue, state, tx.sql.ready.put.run(rid));
}

function enterDue(
  tx: Transaction,
  { rid, queue }: TaskRow,
  state: StateIn<"due">,
  { at = tx.now, wall = false, putsBack = false, ageMs }: Arrival,
): void {
  const { sql } = tx;
  if (fallsDueFirst(tx, queue, at)) tx.notify(queue);
  if (ageMs !== undefined) sql.task.setTime.run(rid, at, null); // forgets since when, which else would stand
  sql.task.setTime.run(rid, at, putsBack ? tx.now - Math.floor(ageMs ?? 0) : null);
  sql.due.put.run(rid, state, wall ? at : at + tx.shift, wall ? 1 : 0);
  tx.count(queue, state, 1);
}

/** Its key holds only as long as its window from here on. */
function enterFinished(
  tx: Transaction,
  { rid, queue }: TaskRow,
  state: TaskState,
  { reason }: Arrival,
): void {
  const { sql, time } = tx;
  sql.finished.put.run(state, rid, tx.next(), time, state === "dead" ? (reason ?? null) : null);
  sql.key.end.run(rid, rid);
  tx.count(queue, state, 1);
  countArrival(tx, queue, state);
}

function remove({ sql }: Transaction, rid: number, state: RestState): number {
  const table = TABLE_OF[state];
  if (table === "ready") return sql.ready.drop.run(rid);
  if (table === "due") return sql.due.drop.run(rid);
  return sql.finished.drop.run(state, rid, rid);
}
