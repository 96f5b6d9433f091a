/** Pages of tasks, newest first. Each state has a way to walk it that does not pass the tasks of the others. */
import { decodeCursor, encodeCursor, invalidCursor } from "../../store/cursor.ts";
import type { TaskFilter, TaskPage } from "../../store/facets.ts";
import type { Task } from "../../task/task.ts";
import type { QueueNumbers } from "./queues.ts";
import { toTask } from "./show.ts";
import type { Work } from "./work.ts";

/** Tasks that are looked at for one page: about 40 ms. */
const LOOKS = 10_000;

/** Bytes of payload that are searched for one page: about 20 ms, too. */
const BYTES = 16 * 2 ** 20;

/** With no more pending tasks than this, sorting them is cheaper than meeting them among the others. */
const FEW = 10_000;

/** Beyond every row id. */
const END = Number.MAX_SAFE_INTEGER;

export function list(work: Work, numbers: QueueNumbers, filter: TaskFilter): TaskPage {
  const before = position(filter);
  const queue = filter.queue === undefined ? null : numbers.find(work, filter.queue);
  if (queue === undefined) return { items: [] };
  const { type = null, createdFrom = null, createdBefore = null, text = null, limit } = filter;
  const items: Task[] = [];
  let last = before;
  let looked = 0;
  let searched = 0;
  let bytes = 0;
  let more = false;
  for (const [rid] of walk(work, filter, before)) {
    if (looked >= LOOKS || bytes >= BYTES) {
      more = true;
      break;
    }
    looked++;
    const fits = work.s.fits.get(rid, queue, type, createdFrom, createdBefore, text);
    if (fits !== undefined) {
      if (items.length >= limit) {
        more = true;
        break;
      }
      searched++;
      bytes += fits[1];
      const row = fits[0] === 1 ? work.s.lookAt.get(rid) : undefined;
      if (row !== undefined) items.push(toTask(row));
    }
    last = rid;
  }
  return {
    items,
    nextCursor: more ? encodeCursor(filter, String(last)) : undefined,
    // Said whenever a page may be short because looking was cut off.
    searched: text !== null ? searched : looked >= LOOKS ? looked : undefined,
  };
}

function walk(work: Work, { state }: TaskFilter, before: number): Iterable<readonly [rid: number]> {
  const { s } = work;
  switch (state) {
    case "pending":
      return s.pendingTotal.get()![0] <= FEW
        ? s.walkFewPending.iterate(before)
        : s.walkPending.iterate(before);
    case "running":
      return s.walkRunning.iterate(before);
    case "scheduled":
    case "retrying":
      return s.walkDue.iterate(before, state);
    case "completed":
    case "cancelled":
    case "dead":
      return s.walkFinished.iterate(before, state);
    case undefined:
    default:
      return s.walkAll.iterate(before);
  }
}

function position(filter: TaskFilter): number {
  const text = decodeCursor(filter);
  if (text === undefined) return END;
  if (!/^[1-9]\d{0,15}$/.test(text)) throw invalidCursor();
  return Number(text);
}
