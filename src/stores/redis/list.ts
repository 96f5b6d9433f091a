/**
 * Pages of tasks: queue by queue, state by state, the newest first within a state. A cursor names the position of
 * the last task that was looked at, so a task that stays where it is comes on exactly one page.
 */
import { decodeCursor, encodeCursor, invalidCursor } from "../../store/cursor.ts";
import type { TaskFilter, TaskPage } from "../../store/facets.ts";
import { type Task, TASK_STATES, type TaskState } from "../../task/task.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { ID_BYTES, packId, packIds, readId } from "./id.ts";
import { isPartial } from "./several-queues.ts";
import { hasSet, type KeyName, type QueueKeys } from "./layout.ts";
import type { Reply } from "./net/client.ts";
import { readView } from "./view.ts";

/** With a filter that no key answers, a page looks at this many tasks at most: about 100 ms. */
const SEARCH_LIMIT = 10_000;

/** Ids per round trip: records of 1 MB would make 100 MB. */
const STEP = 100;

interface Position {
  readonly queue: string;
  readonly state: TaskState;
  /** Within the state, as its source writes it; "" for the beginning. */
  readonly at: string;
}

interface Found {
  readonly id: string;
  readonly at: string;
}

export async function list(runner: ScriptRunner, filter: TaskFilter): Promise<TaskPage> {
  const { limit } = filter;
  const searches = filter.text !== undefined || filter.type !== undefined || hasBounds(filter);
  const items: Task[] = [];
  let searched = 0;
  let last: Position | undefined;
  let nextCursor: string | undefined;
  const missing = { any: false };
  const stepSize = (): number => (searches ? STEP : Math.min(STEP, limit - items.length + 1));
  for await (const { position, task } of walk(runner, filter, { stepSize, missing })) {
    if (items.length === limit || (searches && searched >= SEARCH_LIMIT)) {
      nextCursor = last && encodeCursor(filter, `${last.queue} ${last.state} ${last.at}`);
      break;
    }
    searched++;
    last = position;
    if (task?.state === position.state && matches(task, filter)) items.push(task);
  }
  return {
    items,
    ...(nextCursor !== undefined && { nextCursor }),
    ...(searches && { searched }),
    ...(missing.any && { incomplete: true }),
  };
}

/** Every task of the filter's queues and states behind its cursor, in the order of pages. One that has gone is undefined. */
async function* walk(
  runner: ScriptRunner,
  filter: TaskFilter,
  { stepSize, missing }: { readonly stepSize: () => number; readonly missing: { any: boolean } },
): AsyncGenerator<{ readonly position: Position; readonly task: Task | undefined }> {
  const start = readPosition(filter);
  const names = filter.queue === undefined ? await runner.list.knownNames("added to") : [filter.queue];
  missing.any = filter.queue === undefined && runner.list.isOld;
  const states = filter.state === undefined ? TASK_STATES : [filter.state];
  let failed = 0;
  for (const queue of names) {
    if (start !== undefined && queue < start.queue) continue;
    try {
      yield* walkQueue(runner, queue, states, { start, stepSize });
    } catch (error) {
      // A shard is out of reach: the tasks of the others are listed.
      failed += 1;
      missing.any = true;
      if (!isPartial(runner, error) || failed === names.length) throw error;
    }
  }
}

async function* walkQueue(
  runner: ScriptRunner,
  queue: string,
  states: readonly TaskState[],
  { start, stepSize }: { readonly start: Position | undefined; readonly stepSize: () => number },
): AsyncGenerator<{ readonly position: Position; readonly task: Task | undefined }> {
  const resumes = start?.queue === queue;
  for (const state of states) {
    if (resumes && states.indexOf(state) < states.indexOf(start.state)) continue;
    let at = resumes && state === start.state ? start.at : "";
    for (;;) {
      const found = await nextIds(runner, queue, state, { at, want: stepSize() });
      if (found.length === 0) break;
      const tasks = await views(runner, queue, found);
      for (const each of found) {
        yield { position: { queue, state, at: each.at }, task: tasks.get(each.id) };
      }
      at = found.at(-1)!.at;
    }
  }
}

function readPosition(filter: TaskFilter): Position | undefined {
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

/** Up to `want` ids behind `at`. */
interface Step {
  readonly at: string;
  readonly want: number;
}

async function nextIds(runner: ScriptRunner, queue: string, state: TaskState, step: Step): Promise<Found[]> {
  const keys = runner.keys(queue);
  if (hasSet(state)) return fromSet(runner, keys, state, step);
  return state === "pending" ? fromLists(runner, keys, step) : fromLeases(runner, keys, step);
}

async function fromSet(
  runner: ScriptRunner,
  keys: QueueKeys,
  set: KeyName,
  { at, want }: Step,
): Promise<Found[]> {
  const [score = "", after] = at.split(":");
  const reply = await runner.run(
    "list-set",
    keys.slot,
    [keys.key(set)],
    [score, after === undefined ? "" : packId(after), String(want)],
  );
  const [ids, scores] = reply as readonly [Buffer, readonly Buffer[]];
  return scores.map((text, i) => {
    const id = readId(ids, ID_BYTES * i);
    return { id, at: `${String(text)}:${id}` };
  });
}

async function fromLists(runner: ScriptRunner, keys: QueueKeys, { at, want }: Step): Promise<Found[]> {
  for (let from = at; ;) {
    const priorities = runner.priorities(keys.queue);
    const args = [priorities, from, String(want)];
    const reply = await runner.run("list-pending", keys.slot, keys.all(priorities), args);
    const [stale, ids, positions, goOn] = reply as readonly [Buffer, Buffer, Buffer, Buffer];
    if (stale.length > 0) {
      runner.learn(keys.queue, String(stale));
    } else if (ids.length > 0) {
      return String(positions)
        .split(" ")
        .map((position, i) => ({ id: readId(ids, ID_BYTES * i), at: position }));
    } else if (goOn.length > 0) {
      from = String(goOn);
    } else {
      return [];
    }
  }
}

/** Running tasks by id, highest first. There are as many as attempts run at once, so they can be sorted here. */
async function fromLeases(runner: ScriptRunner, keys: QueueKeys, { at, want }: Step): Promise<Found[]> {
  const fields = (await runner.send(keys.slot, ["HKEYS", keys.key("leases")])) as readonly Buffer[];
  return fields
    .filter((field) => field.length === ID_BYTES)
    .map((field) => readId(field))
    .filter((id) => at === "" || id < at)
    .toSorted((a, b) => (a < b ? 1 : -1))
    .slice(0, want)
    .map((id) => ({ id, at: id }));
}

async function views(
  runner: ScriptRunner,
  queue: string,
  found: readonly Found[],
): Promise<Map<string, Task>> {
  const keys = runner.keys(queue);
  const ids = packIds(found);
  const replies = (await runner.run("views", keys.slot, keys.fixed, [ids, "1"])) as readonly Reply[];
  return new Map(
    replies.map((reply) => {
      const { attempts: _, ...task } = readView(queue, reply);
      return [task.id, task];
    }),
  );
}
