/** Looking without touching, but for lists (see list.ts). */
import {
  type ActivityQuery,
  COUNTED_EVENTS,
  type CountedEvent,
  type MinuteActivity,
  type QueueInfo,
  type QueuePage,
  type QueueQuery,
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

/** One more than the page holds is looked at: it tells whether there is another page. */
export function queues(tx: Transaction, { limit, cursor = "" }: QueueQuery): QueuePage {
  const found = infos(tx, { first: cursor, last: LAST_NAME, but: cursor, limit: limit + 1 });
  const items = found.slice(0, limit);
  return { items, nextCursor: found.length > limit ? items.at(-1)!.name : undefined };
}

export function queue(tx: Transaction, name: string): QueueInfo | undefined {
  return infos(tx, { first: name, last: name, but: "", limit: 1 })[0];
}

interface Names {
  readonly first: string;
  readonly last: string;
  readonly but: string;
  readonly limit: number;
}

function infos({ sql, now }: Transaction, { first, last, but, limit }: Names): QueueInfo[] {
  return sql.queue.infos.all(first, last, but, limit).map(([name, paused, oldest, ...numbers]) => ({
    name,
    paused: paused === 1,
    counts: byName<TaskState>(TASK_STATES, numbers),
    totals: byName<CountedEvent>(COUNTED_EVENTS, numbers.slice(TASK_STATES.length)),
    oldestPendingMs: oldest === null ? undefined : Math.max(0, now - oldest),
  }));
}

export function activity(tx: Transaction, { queues: names, minutes }: ActivityQuery): MinuteActivity[] {
  return tx.sql.activity.read
    .all(tx.minute - minutes + 1, JSON.stringify(names))
    .map(([minute, added, completed, failed, crashed, dead, unhandled]) => ({
      minute: minute * MINUTE_MS,
      added,
      completed,
      failed,
      crashed,
      dead,
      unhandled,
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
