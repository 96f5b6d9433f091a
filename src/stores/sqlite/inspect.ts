/** Looking without touching, but for lists (see list.ts). */
import type { ActivityQuery, MinuteActivity, QueueInfo, StateCounts } from "../../store/facets.ts";
import { TASK_STATES, type TaskDetail, type TaskRef } from "../../task/task.ts";
import type { Transaction } from "./transaction.ts";
import { findRow, toDetail } from "./view.ts";

const MINUTE_MS = 60_000;

/** Behind every name of a queue: those begin with a letter or a digit. */
const LAST_NAME = "~";

export function get(tx: Transaction, task: TaskRef): TaskDetail | undefined {
  const row = findRow(tx, task);
  return row && toDetail(row);
}

export function queues(tx: Transaction): QueueInfo[] {
  return infos(tx, "", LAST_NAME);
}

export function queue(tx: Transaction, name: string): QueueInfo | undefined {
  return infos(tx, name, name)[0];
}

function infos({ sql, now }: Transaction, first: string, last: string): QueueInfo[] {
  return sql.queue.infos.all(first, last).map(([name, paused, oldest, ...counts]) => ({
    name,
    paused: paused === 1,
    counts: toCounts(counts),
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

/** From the columns, which are in the order of the states. */
function toCounts(counts: readonly number[]): StateCounts {
  const entries = TASK_STATES.map((state, index) => [state, counts[index]!] as const);
  return Object.fromEntries(entries) as StateCounts;
}
