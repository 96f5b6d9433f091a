/** Looking without touching, but for lists (see list.ts). */
import type { ActivityQuery, MinuteActivity, QueueInfo, StateCounts } from "../../store/facets.ts";
import { TASK_STATES, type TaskDetail } from "../../task/task.ts";
import type { Transaction } from "./transaction.ts";
import { toDetail } from "./view.ts";

const MINUTE_MS = 60_000;

export function get({ sql }: Transaction, id: string): TaskDetail | undefined {
  const rid = sql.task.find.get(id)?.[0];
  const row = rid === undefined ? undefined : sql.list.view.get(rid);
  return row && toDetail(row);
}

export function queues({ sql, now }: Transaction): QueueInfo[] {
  return sql.queue.infos.all().map(([name, paused, oldest, ...counts]) => ({
    name,
    paused: paused === 1,
    counts: toCounts(counts),
    oldestPendingMs: oldest === null ? undefined : Math.max(0, now - oldest),
  }));
}

export function activity(tx: Transaction, { queue, minutes }: ActivityQuery): MinuteActivity[] {
  return tx.sql.activity.read
    .all(tx.minute - minutes + 1, queue ?? null)
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
