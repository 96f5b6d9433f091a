/** Pages of tasks, newest first. Each state has a way to walk it that does not pass the tasks of the others. */
import { decodeCursor, encodeCursor, invalidCursor } from "../../store/cursor.ts";
import type { TaskFilter, TaskPage } from "../../store/facets.ts";
import type { Task } from "../../task/task.ts";
import { TABLE_OF } from "./state-tables.ts";
import type { Transaction } from "./transaction.ts";
import { toTask } from "./view.ts";

/** Tasks that are looked at for one page: about 40 ms. */
const MOST_LOOKED_AT = 10_000;

/** Bytes of payload that are searched for one page: about 20 ms, too. */
const MOST_BYTES = 16 * 2 ** 20;

/** With no more pending tasks than this, sorting them is cheaper than meeting them among the others. */
const FEW = 10_000;

/** Beyond every row id. */
const END = Number.MAX_SAFE_INTEGER;

export function list(tx: Transaction, filter: TaskFilter): TaskPage {
  const before = position(filter);
  const queue = filter.queue === undefined ? null : tx.findQueue(filter.queue);
  if (queue === undefined) return { items: [] };
  const { type = null, createdFrom = null, createdBefore = null, text = null, limit } = filter;
  const { sql } = tx;
  const items: Task[] = [];
  let last = before;
  let looked = 0;
  let searched = 0;
  let bytes = 0;
  let more = false;
  for (const [rid] of walk(tx, filter, before)) {
    if (looked >= MOST_LOOKED_AT || bytes >= MOST_BYTES) {
      more = true;
      break;
    }
    looked++;
    const fits = sql.list.fits.get(rid, queue, type, createdFrom, createdBefore, text);
    if (fits !== undefined) {
      if (items.length >= limit) {
        more = true;
        break;
      }
      searched++;
      bytes += fits[1];
      const row = fits[0] === 1 ? sql.list.view.get(rid) : undefined;
      if (row !== undefined) items.push(toTask(tx, row));
    }
    last = rid;
  }
  return {
    items,
    nextCursor: more ? encodeCursor(filter, String(last)) : undefined,
    // Said whenever a page may be short because looking was cut off.
    searched: text !== null ? searched : looked >= MOST_LOOKED_AT ? looked : undefined,
  };
}

function walk({ sql }: Transaction, { state }: TaskFilter, before: number): Iterable<readonly [rid: number]> {
  if (state === undefined) return sql.list.walkAll.iterate(before);
  switch (TABLE_OF[state]) {
    case "ready":
      return sql.queue.pendingTotal.get()![0] <= FEW
        ? sql.list.walkFewReady.iterate(before)
        : sql.list.walkReady.iterate(before);
    case "due":
      return sql.list.walkDue.iterate(before, state);
    case "lease":
      return sql.list.walkLeases.iterate(before);
    case "finished":
    default:
      return sql.list.walkFinished.iterate(before, state);
  }
}

function position(filter: TaskFilter): number {
  const text = decodeCursor(filter);
  if (text === undefined) return END;
  if (!/^[1-9]\d{0,15}$/.test(text)) throw invalidCursor();
  return Number(text);
}
