/** Looking without touching, but for lists (see list.ts). */
import {
  type ActivityQuery,
  COUNTED_EVENTS,
  type CountedEvent,
  type MinuteActivity,
  type QueueInfo,
} from "../../store/facets.ts";
import { TASK_STATES, type TaskDetail, type TaskRef, type TaskState } from "../../task/task.ts";
import type { Transaction } from "./transaction.ts";
import { findRow, toDetail } from "./view.ts";

const MINUTE_MS = 60_000;

/** Behind every name of a queue: those begin with a letter or a digit. */
const LAST_NAME = "~";

export function get(tx: Transaction, task: TaskRef): TaskDetail | undefined {
  const row = findRow(tx, task);
  return row && toDetail(tx, row);
}

export function queues(tx: Transaction): QueueInfo[] {
  return infos(tx, "", LAST_NAME);
}

export function queue(tx: Transaction, name: string): QueueInfo | undefined {
  return infos(tx, name, name)[0];
}

function infos({ sql, now }: Transaction, first: string, last: string): QueueInfo[] {
  return sql.queue.infos.all(first, last).map(([name, paused, oldest, ...numbers]) => ({
    name,
    paused: paused === 1,
    counts: byName<TaskState>(TASK_STATES, numbers),
    totals: byName<CountedEvent>(COUNTED_EVENTS, numbers.slice(TASK_STATES.length)),
    oldestPendingMs: oldest === null ? undefined : Math.max(0, now - oldest),
  }));
}

export function activity(tx: Transaction, { queue: name, minutes }: ActivityQuery): MinuteActivity[] {
  return tx.sql.activity.read
    .all(tx.minute - minutes + 1, name ?? null)
    .map(([minute, added, completed, failed, crashed, dead]) => ({
      minute: minute * MINUTE_MS,
      added,
      completed,
      failed,
      crashed,
      dead,
    }));
}

/** From the columns, which are in the order of the names. */
function byName<Name extends string>(
  names: readonly Name[],
  numbers: readonly number[],
): Readonly<Record<Name, number>> {
  const entries = names.map((name, index) => [name, numbers[index]!] as const);
  return Object.fromEntries(entries) as Record<Name, number>;
}
