/** Looking without touching. Every answer is a copy. */
import { decodeCursor, encodeCursor, invalidCursor } from "../../store/cursor.ts";
import type {
  ActivityQuery,
  MinuteActivity,
  QueueInfo,
  QueuePage,
  QueueQuery,
  TaskFilter,
  TaskPage,
} from "../../store/facets.ts";
import type { TaskDetail } from "../../task/task.ts";
import type { Data } from "./data.ts";
import type { Entry } from "./entry.ts";
import type { Queue } from "./queue.ts";
import { sumOfMinutes } from "./activity.ts";
import { toDetail, toTask } from "./view.ts";

/** A text filter looks at this many tasks for a page: about 10 ms with payloads of 1 KB. */
const SEARCH_LIMIT = 10_000;

export function get(data: Data, id: string, name: string | undefined): TaskDetail | undefined {
  const entry = data.find({ id, queue: name });
  return entry && toDetail(entry);
}

/** Newest first. A page costs one look at every task: 1,000,000 take about 15 ms, and nothing pays to keep an index. */
export function list(data: Data, filter: TaskFilter): TaskPage {
  const candidates = matching(data, filter).toReversed();
  const { text, limit } = filter;
  const page: Entry[] = [];
  let searched = 0;
  while (page.length < limit && searched < candidates.length) {
    if (text !== undefined && searched >= SEARCH_LIMIT) break;
    const entry = candidates[searched++]!;
    if (text === undefined || entry.payload.includes(text)) page.push(entry);
  }
  const last = searched < candidates.length ? candidates[searched - 1] : undefined;
  return {
    items: page.map(toTask),
    nextCursor: last && encodeCursor(filter, String(last.sequence)),
    searched: text === undefined ? undefined : searched,
  };
}

/** A page costs a look at the name of every queue: 100,000 take about 50 ms. */
export function queues(data: Data, { limit, cursor = "" }: QueueQuery): QueuePage {
  const now = data.now();
  const rest = [...data.queues.values()]
    .filter(({ listed, name }) => listed && name > cursor)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const items = rest.slice(0, limit).map((each) => toInfo(each, now));
  return { items, nextCursor: rest.length > limit ? items.at(-1)!.name : undefined };
}

export function queue(data: Data, name: string): QueueInfo | undefined {
  const found = data.queues.get(name);
  return found?.listed === true ? toInfo(found, data.now()) : undefined;
}

export function activity(data: Data, { queues: names, minutes }: ActivityQuery): MinuteActivity[] {
  const now = data.now();
  const found = [...new Set(names)].map((name) => data.queues.get(name)?.activity.since(minutes, now) ?? []);
  return sumOfMinutes(found.flat());
}

function toInfo({ name, paused, counts, activity: { totals }, first }: Queue, now: number): QueueInfo {
  const oldestPendingMs = first && Math.max(0, now - first.runAt);
  return { name, paused, counts: { ...counts }, totals, oldestPendingMs };
}

/** What the filter asks for, but for the text, oldest first. */
function matching(data: Data, filter: TaskFilter): Entry[] {
  const end = pageEnd(filter);
  const { queue: name, state, type, createdFrom = -Infinity, createdBefore = Infinity } = filter;
  const found: Entry[] = [];
  for (const entry of data.entries.values()) {
    if (entry.sequence >= end) break;
    if (
      (name === undefined || entry.queue.name === name) &&
      (state === undefined || entry.state === state) &&
      (type === undefined || entry.type === type) &&
      entry.createdAt >= createdFrom &&
      entry.createdAt < createdBefore
    ) {
      found.push(entry);
    }
  }
  return found;
}

/** The sequence number at which the page before ended. */
function pageEnd(filter: TaskFilter): number {
  const text = decodeCursor(filter);
  if (text === undefined) return Infinity;
  if (!/^[1-9]\d{0,15}$/.test(text)) throw invalidCursor();
  return Number(text);
}
