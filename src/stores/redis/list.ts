/**
 * Pages of tasks: queue by queue, state by state, the newest first within a state. A cursor names the place of the
 * last task that was looked at, so a task that stays where it is comes on exactly one page.
 */
import { decodeCursor, encodeCursor, invalidCursor } from "../../store/cursor.ts";
import type { TaskFilter, TaskPage } from "../../store/facets.ts";
import { type Task, TASK_STATES, type TaskState } from "../../task/task.ts";
import type { Caller } from "./caller.ts";
import { ID_BYTES, packId, packIds, readId } from "./id.ts";
import type { Suffix } from "./layout.ts";
import type { Reply } from "./net/client.ts";
import { readView } from "./view.ts";

/** With a filter that no key answers, a page looks at this many tasks at most: about 100 ms. */
const SEARCH_LIMIT = 10_000;

/** Ids per round trip: records of 1 MB would make 100 MB. */
const STEP = 100;

interface Place {
  readonly queue: string;
  readonly state: TaskState;
  /** Within the state, as its source writes it; "" for the beginning. */
  readonly at: string;
}

interface Found {
  readonly id: string;
  readonly at: string;
}

export async function list(caller: Caller, filter: TaskFilter): Promise<TaskPage> {
  const start = readPlace(filter);
  const { limit, state: wanted } = filter;
  const searches = filter.text !== undefined || filter.type !== undefined || hasBounds(filter);
  const names = filter.queue === undefined ? await caller.queues() : [filter.queue];
  const states = wanted === undefined ? TASK_STATES : [wanted];
  const items: Task[] = [];
  let searched = 0;
  let last: Place | undefined;
  for (const queue of names) {
    if (start !== undefined && queue < start.queue) continue;
    for (const state of states) {
      const resumes = start?.queue === queue;
      if (resumes && states.indexOf(state) < states.indexOf(start.state)) continue;
      let at = resumes && state === start.state ? start.at : "";
      for (;;) {
        const step = searches ? STEP : Math.min(STEP, limit - items.length + 1);
        const found = await nextIds(caller, queue, state, at, step);
        if (found.length === 0) break;
        const tasks = await views(caller, queue, found);
        for (const each of found) {
          if (items.length === limit || (searches && searched >= SEARCH_LIMIT)) {
            return page(filter, items, last, searches, searched);
          }
          searched++;
          last = { queue, state, at: each.at };
          const task = tasks.get(each.id);
          if (task?.state === state && matches(task, filter)) items.push(task);
        }
        at = found.at(-1)!.at;
      }
    }
  }
  return page(filter, items, undefined, searches, searched);
}

function page(
  filter: TaskFilter,
  items: readonly Task[],
  last: Place | undefined,
  searches: boolean,
  searched: number,
): TaskPage {
  return {
    items,
    ...(last !== undefined && { nextCursor: encodeCursor(filter, `${last.queue} ${last.state} ${last.at}`) }),
    ...(searches && { searched }),
  };
}

function readPlace(filter: TaskFilter): Place | undefined {
  const text = decodeCursor(filter);
  if (text === undefined) return undefined;
  const parts = /^(\S+) ([a-z]+) (-|\d:-?\d+|[\d.e+]+:[0-9a-f-]{36}|[0-9a-f-]{36})$/.exec(text);
  const state = parts?.[2] as TaskState | undefined;
  if (parts === null || state === undefined || !TASK_STATES.includes(state)) throw invalidCursor();
  return { queue: parts[1]!, state, at: parts[3]! };
}

/** What is left to look at: a page cannot say so without looking. */
function hasBounds({ createdFrom, createdBefore }: TaskFilter): boolean {
  return createdFrom !== undefined || createdBefore !== undefined;
}

function matches(
  task: Task,
  { type, text, createdFrom = -Infinity, createdBefore = Infinity }: TaskFilter,
): boolean {
  return (
    (type === undefined || task.type === type) &&
    (text === undefined || task.payload.includes(text)) &&
    task.createdAt >= createdFrom &&
    task.createdAt < createdBefore
  );
}

const SHELVES: Partial<Record<TaskState, Suffix>> = {
  scheduled: "s",
  retrying: "y",
  completed: "c",
  cancelled: "x",
  dead: "d",
};

async function nextIds(
  caller: Caller,
  queue: string,
  state: TaskState,
  at: string,
  want: number,
): Promise<Found[]> {
  const shelf = SHELVES[state];
  if (shelf !== undefined) return fromShelf(caller, queue, shelf, at, want);
  return state === "pending" ? fromLists(caller, queue, at, want) : fromLeases(caller, queue, at, want);
}

async function fromShelf(
  caller: Caller,
  queue: string,
  shelf: Suffix,
  at: string,
  want: number,
): Promise<Found[]> {
  const keys = caller.keys(queue);
  const [score = "", after] = at.split(":");
  const reply = await caller.run(
    "list-shelf",
    keys.slot,
    [keys.key(shelf)],
    [score, after === undefined ? "" : packId(after), String(want)],
  );
  const [ids, scores] = reply as readonly [Buffer, readonly Buffer[]];
  return scores.map((text, i) => {
    const id = readId(ids, ID_BYTES * i);
    return { id, at: `${String(text)}:${id}` };
  });
}

async function fromLists(caller: Caller, queue: string, at: string, want: number): Promise<Found[]> {
  const keys = caller.keys(queue);
  for (;;) {
    const levels = caller.levels(queue);
    const reply = await caller.run("list-pending", keys.slot, keys.all(levels), [levels, at, String(want)]);
    const [stale, ids, places] = reply as readonly [Buffer, Buffer, Buffer];
    if (stale.length > 0) {
      caller.learn(queue, String(stale));
      continue;
    }
    if (ids.length === 0) return [];
    return String(places)
      .split(" ")
      .map((place, i) => ({ id: readId(ids, ID_BYTES * i), at: place }));
  }
}

/** Running tasks by id, highest first. There are as many as attempts run at once, so they can be sorted here. */
async function fromLeases(caller: Caller, queue: string, at: string, want: number): Promise<Found[]> {
  const keys = caller.keys(queue);
  const fields = (await caller.send(keys.slot, ["HKEYS", keys.key("l")])) as readonly Buffer[];
  return fields
    .filter((field) => field.length === ID_BYTES)
    .map((field) => readId(field))
    .filter((id) => at === "" || id < at)
    .toSorted((a, b) => (a < b ? 1 : -1))
    .slice(0, want)
    .map((id) => ({ id, at: id }));
}

async function views(caller: Caller, queue: string, found: readonly Found[]): Promise<Map<string, Task>> {
  const keys = caller.keys(queue);
  const ids = packIds(found);
  const replies = (await caller.run("views", keys.slot, keys.fixed, [ids, "1"])) as readonly Reply[];
  return new Map(
    replies.map((reply) => {
      const { attempts: _, ...task } = readView(queue, reply);
      return [task.id, task];
    }),
  );
}
