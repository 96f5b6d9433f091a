/** Looking without touching: one task, counts, and what happened per minute. `list.ts` has the pages. */
import {
  type ActivityQuery,
  COUNTED_EVENTS,
  type MinuteActivity,
  type QueueInfo,
  type QueuePage,
  type QueueQuery,
  type QueueTotals,
  type StateCounts,
} from "../../store/facets.ts";
import { TASK_STATES, type TaskDetail } from "../../task/task.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { readAttemptState } from "./attempt-state.ts";
import { packId } from "./id.ts";
import { STATE_SETS } from "./layout.ts";
import { isPartial } from "./several-queues.ts";
import { locate } from "./locate.ts";
import type { Reply } from "./net/client.ts";
import { readRecord } from "./record.ts";
import { readView } from "./view.ts";

const MINUTE_MS = 60_000;

/** Calls under way at once: enough to keep Redis busy. */
const STEP = 250;

/** Of so many minutes each counter is asked for by name; of more, all of a day are read, which of a quiet queue are few. */
const NAMED_MINUTES = 10;

/** Queues that were purged away, of which a page looks at no more: another one goes on there. */
const MOST_UNLISTED = 1_000;

export async function get(
  runner: ScriptRunner,
  id: string,
  queue: string | undefined,
): Promise<TaskDetail | undefined> {
  const [home] = await locate(runner, [{ id, queue }]);
  if (home === undefined) return undefined;
  const keys = runner.keys(home);
  const views = (await runner.run("views", keys.slot, keys.fixed, [packId(id), "0"])) as readonly Reply[];
  return views.length === 0 ? undefined : readView(home, views[0]!);
}

/**
 * Asks about the queues of the page and one more, which tells whether there is another page; in their place about further ones,
 * if some of them are not listed.
 */
export async function queues(runner: ScriptRunner, { limit, cursor = "" }: QueueQuery): Promise<QueuePage> {
  const names = await namesBehind(runner, cursor, limit + MOST_UNLISTED);
  const known: QueueInfo[] = [];
  let looked = 0;
  while (known.length <= limit && looked < names.length) {
    const some = names.slice(looked, looked + limit + 1 - known.length);
    looked += some.length;
    for (const info of await inSteps(some, (name) => countOrMark(runner, name))) {
      if (info !== undefined) known.push(info);
    }
  }
  if (known.length > 0 && known.every(({ unreachable }) => unreachable === true))
    await count(runner, known[0]!.name);
  const items = known.slice(0, limit);
  if (known.length > limit) return { items, nextCursor: items.at(-1)!.name };
  return { items, nextCursor: names.length < limit + MOST_UNLISTED ? undefined : names.at(-1) };
}

/** The first `most` names of queues behind this one, in order, listed or not. */
async function namesBehind(runner: ScriptRunner, cursor: string, most: number): Promise<readonly string[]> {
  const names = await runner.knownQueues("added to");
  const first = cursor === "" ? 0 : names.findIndex((name) => name > cursor);
  return first < 0 ? [] : names.slice(first, first + most);
}

function countOrMark(runner: ScriptRunner, name: string): Promise<QueueInfo | undefined> {
  return count(runner, name).catch((error: unknown) => unreached(runner, name, error));
}

/** Asks about each, some at once: 100,000 calls under way took 2.4 GB. */
async function inSteps<T>(names: readonly string[], ask: (name: string) => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  for (let first = 0; first < names.length; first += STEP) {
    for (const answer of await Promise.all(names.slice(first, first + STEP).map(ask))) answers.push(answer);
  }
  return answers;
}

/** A queue of a shard that is out of reach, while those of the others may not be. */
function unreached(runner: ScriptRunner, name: string, error: unknown): QueueInfo {
  if (!isPartial(runner, error)) throw error;
  const counts = Object.fromEntries(TASK_STATES.map((state) => [state, 0])) as StateCounts;
  const totals = Object.fromEntries(COUNTED_EVENTS.map((event) => [event, 0])) as unknown as QueueTotals;
  return { name, paused: false, counts, totals, unreachable: true };
}

/** How many tasks of a queue are in which state; undefined if it is not listed. */
export async function count(runner: ScriptRunner, queue: string): Promise<QueueInfo | undefined> {
  const keys = runner.keys(queue);
  for (;;) {
    const priorities = runner.priorities(queue);
    const reply = (await runner.run("count", keys.slot, keys.all(priorities), [
      priorities,
    ])) as readonly Reply[];
    const stale = String(reply[0]);
    if (stale !== "") {
      runner.learn(queue, stale);
      continue;
    }
    const [listed, paused, pending, running] = reply.slice(1, 5) as readonly number[];
    const [record, state, now] = reply.slice(5, 8) as readonly Buffer[];
    const sizes = reply.slice(8, 8 + STATE_SETS.length) as readonly number[];
    const totals = reply.slice(8 + STATE_SETS.length) as readonly number[];
    if (listed !== 1) return undefined;
    const runAt = readAttemptState(state).runAt ?? readRecord(record!)?.runAt;
    const kept = Object.fromEntries(STATE_SETS.map((each, i) => [each, sizes[i]!]));
    return {
      name: queue,
      paused: paused === 1,
      counts: { pending: pending!, running: running!, ...kept } as StateCounts,
      totals: Object.fromEntries(
        COUNTED_EVENTS.map((event, i) => [event, totals[i]!]),
      ) as unknown as QueueTotals,
      ...(runAt !== undefined && { oldestPendingMs: Math.max(0, Number(String(now)) - runAt) }),
    };
  }
}

/** By the first server that answers: any will do for a minute. */
async function nowOf(runner: ScriptRunner, names: readonly string[]): Promise<number> {
  for (const name of runner.router.clustered ? names : []) {
    try {
      return await runner.now(name);
    } catch (error) {
      if (!isPartial(runner, error)) throw error;
    }
  }
  return runner.now();
}

type Counters = { -readonly [K in keyof MinuteActivity]: number };

export async function activity(
  runner: ScriptRunner,
  { queues: wanted, minutes }: ActivityQuery,
): Promise<MinuteActivity[]> {
  const names = [...new Set(wanted)];
  const last = Math.floor((await nowOf(runner, names)) / MINUTE_MS);
  const from = last - minutes + 1;
  const found = new Map<number, Counters>();
  const failures = await inSteps(names, async (name): Promise<unknown> => {
    try {
      for (const [field, value] of await countersOf(runner, name, { from, last }))
        add(found, field, value, from);
      return undefined;
    } catch (error) {
      if (isPartial(runner, error)) return error;
      throw error;
    }
  });
  if (failures.every((failure) => failure !== undefined)) throw failures[0];
  return [...found.values()].toSorted((a, b) => a.minute - b.minute);
}

/** The counters of a queue by their fields; perhaps also older ones. */
async function countersOf(
  runner: ScriptRunner,
  queue: string,
  { from, last }: { readonly from: number; readonly last: number },
): Promise<(readonly [field: string, value: Buffer | null])[]> {
  const keys = runner.keys(queue);
  const key = keys.key("activity");
  if (last - from < NAMED_MINUTES) {
    const minutes = Array.from({ length: last - from + 1 }, (_, i) => from + i);
    const fields = minutes.flatMap((minute) => COUNTED_EVENTS.map((event) => `${minute}:${event}`));
    const values = (await runner.send(keys.slot, ["HMGET", key, ...fields])) as readonly (Buffer | null)[];
    return fields.map((field, i) => [field, values[i] ?? null]);
  }
  const all = (await runner.send(keys.slot, ["HGETALL", key])) as readonly Buffer[];
  return Array.from({ length: all.length / 2 }, (_, i) => [String(all[2 * i]), all[2 * i + 1]!]);
}

/** Adds a counter, if it is of an event and from this minute on. */
function add(found: Map<number, Counters>, field: string, value: Buffer | null, from: number): void {
  const [minuteText, name] = field.split(":", 2);
  const event = COUNTED_EVENTS.find((each) => each === name);
  if (value === null || !(Number(minuteText) >= from) || event === undefined) return;
  const minute = Number(minuteText) * MINUTE_MS;
  let counters = found.get(minute);
  if (counters === undefined) {
    counters = { minute, added: 0, completed: 0, failed: 0, crashed: 0, dead: 0, unhandled: 0 };
    found.set(minute, counters);
  }
  counters[event] += Number(String(value));
}
