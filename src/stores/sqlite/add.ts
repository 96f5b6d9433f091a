/** Adding tasks. Everything that can be done once per call is: one insert per task remains. */
import type { SQLInputValue } from "node:sqlite";
import type { AddResult } from "../../store/store.ts";
import { writeSettings } from "../../store/settings-text.ts";
import { firstState } from "../../task/life.ts";
import type { NewTask, TaskKey } from "../../task/task.ts";
import { enterNew, fallsDueFirst, type NewArrival } from "./moves.ts";
import { rankOf, tail } from "./rank.ts";
import { ADDED_AT_ONCE } from "./statements.ts";
import type { Transaction } from "./transaction.ts";

/** What one call adds to one queue. */
interface QueueTotal {
  readonly queue: number;
  pending: number;
  scheduled: number;
  /** The earliest of the scheduled ones. */
  earliest: number;
}

/** A task on its way into the table. */
interface NewRow {
  /** Index of the task in the call. */
  readonly index: number;
  readonly task: NewTask;
  readonly total: QueueTotal;
  readonly rid: number;
  readonly runAt: number;
  readonly state: "scheduled" | "pending";
}

export function add(tx: Transaction, tasks: readonly NewTask[]): AddResult[] {
  if (tasks.length === 0) return [];
  const { sql, now } = tx;
  const totals = new Map<string, QueueTotal>();
  const first = tx.next(tasks.length) - tasks.length + 1;
  const answers: AddResult[] = [];
  let rows: NewRow[] = [];
  let total: QueueTotal | undefined;
  for (let index = 0; index < tasks.length; index++) {
    const task = tasks[index]!;
    // Most calls are of one queue.
    if (index === 0 || task.queue !== tasks[index - 1]!.queue) total = totals.get(task.queue);
    if (total === undefined) {
      // A repeated task must not make a queue known, or known again after a purge. It may be one of this very call.
      insert(tx, rows, answers);
      rows = [];
      if (sql.task.find.get(task.id) !== undefined) {
        answers.push({ status: "duplicate", id: task.id });
        continue;
      }
      total = { queue: tx.makeQueue(task.queue), pending: 0, scheduled: 0, earliest: Infinity };
      totals.set(task.queue, total);
    }
    // Whole milliseconds, never early.
    const runAt = Math.ceil(task.runAt ?? now + (task.delayMs ?? 0));
    const state = firstState(runAt, now);
    const row: NewRow = { index, task, total, rid: first + index, runAt, state };
    answers.push({ status: "added", id: task.id, state });
    if (task.key === undefined) rows.push(row);
    if (rows.length === ADDED_AT_ONCE || task.key !== undefined) {
      insert(tx, rows, answers);
      rows = [];
    }
    if (task.key !== undefined) addKeyed(tx, row, task.key, answers);
  }
  insert(tx, rows, answers);
  for (const each of totals.values()) count(tx, each);
  enterAll(tx, first, tasks, answers);
  return answers;
}

/** Looks for the id before the key: a repeated call is answered by its own task, not by the key's. */
function addKeyed(tx: Transaction, row: NewRow, key: TaskKey, answers: AddResult[]): void {
  const { sql } = tx;
  const { index, task, total } = row;
  if (sql.task.find.get(task.id) !== undefined) {
    answers[index] = { status: "duplicate", id: task.id };
    return;
  }
  const holder = sql.key.holder.get(total.queue, key.value, tx.time);
  if (holder !== undefined) {
    const [id, fingerprint] = holder;
    answers[index] = { status: fingerprint === key.fingerprint ? "duplicate" : "conflict", id };
    return;
  }
  sql.key.hold.run(total.queue, key.value, task.id, key.fingerprint, closing(key, tx));
  insert(tx, [row], answers);
}

function insert(tx: Transaction, rows: readonly NewRow[], answers: AddResult[]): void {
  const { sql, now } = tx;
  let inserted = 0;
  if (rows.length === ADDED_AT_ONCE) {
    const values: SQLInputValue[] = [now];
    for (const row of rows) pushValues(values, row, tx);
    inserted = sql.task.addMany.runWith(values);
  } else {
    for (const row of rows) inserted += sql.task.add.runWith(pushValues([now], row, tx));
  }
  for (const { index, task, total, rid, runAt, state } of rows) {
    // Only when fewer were inserted than were sent is it worth asking which.
    if (inserted < rows.length && sql.task.find.get(task.id)?.[0] !== rid) {
      answers[index] = { status: "duplicate", id: task.id };
      continue;
    }
    total[state]++;
    if (state === "scheduled") total.earliest = Math.min(total.earliest, runAt);
  }
}

/** Into the tables of their states, as many at once as follow each other; a row that was not inserted is in nobody's way. */
function enterAll(
  tx: Transaction,
  firstRid: number,
  tasks: readonly NewTask[],
  answers: readonly AddResult[],
): void {
  let arrival: NewArrival | undefined;
  let start = 0;
  for (const [index, answer] of answers.entries()) {
    if (answer.status !== "added") continue;
    const { state } = answer;
    const wall = state === "scheduled" && tasks[index]!.runAt !== undefined;
    if (state === arrival?.state && wall === arrival.wall) continue;
    if (arrival !== undefined) enterNew(tx, arrival, firstRid + start, firstRid + index - 1);
    start = index;
    arrival = { state, wall };
  }
  if (arrival !== undefined) enterNew(tx, arrival, firstRid + start, firstRid + answers.length - 1);
}

/** In the order of `task.add`, without what the rows share. */
function pushValues(
  values: SQLInputValue[],
  { task, total, rid, runAt }: NewRow,
  tx: Transaction,
): SQLInputValue[] {
  const { id, type, priority, key, payload } = task;
  const rank = rankOf(priority, tail(rid));
  const keyed = key === undefined ? null : keyText(key, tx);
  values.push(rid, id, total.queue, type, rank, runAt, keyed, writeSettings(task) ?? null, payload);
  return values;
}

function count(tx: Transaction, { queue, pending, scheduled, earliest }: QueueTotal): void {
  tx.count(queue, "pending", pending);
  tx.count(queue, "scheduled", scheduled);
  tx.event(queue, "added", pending + scheduled);
  if (scheduled > 0 && fallsDueFirst(tx, queue, earliest)) tx.notify(queue);
}

/** The `key` column: what is needed to give the key back to a task that lives again. */
function keyText(key: TaskKey, tx: Transaction): string {
  return JSON.stringify([key.value, key.fingerprint, closing(key, tx)]);
}

function closing(key: TaskKey, tx: Transaction): number {
  return tx.after(key.windowMs);
}
