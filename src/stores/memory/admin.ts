/** Changing things by hand. `life.ts` says what a state allows; a refused act writes nothing. */
import type { ActResult, TaskEdit } from "../../store/facets.ts";
import { allows, isWaiting } from "../../task/life.ts";
import type { TaskState } from "../../task/task.ts";
import type { Data } from "./data.ts";
import { type Entry, toTask } from "./entry.ts";
import * as moves from "./moves.ts";

export function retry(data: Data, id: string): ActResult {
  return act(
    data,
    id,
    (state) => allows(state, "retry"),
    (entry, now) => moves.retry(entry, now),
  );
}

export function cancel(data: Data, id: string): ActResult {
  return act(
    data,
    id,
    (state) => allows(state, "cancel"),
    (entry, now) => moves.cancel(entry, now),
  );
}

export function runNow(data: Data, id: string): ActResult {
  return act(
    data,
    id,
    (state) => allows(state, "runNow"),
    (entry, now) => moves.runNow(entry, now),
  );
}

export function edit(data: Data, id: string, change: TaskEdit): ActResult {
  return act(data, id, isWaiting, (entry, now) => rewrite(entry, change, now));
}

/** Answers the task as it was. */
export function remove(data: Data, id: string): ActResult {
  const entry = data.entries.get(id);
  if (entry === undefined) return { status: "missing" };
  if (entry.state === "running") return { status: "refused", state: "running" };
  const task = toTask(entry);
  data.remove(entry, data.now());
  return { status: "applied", task };
}

export function pause(data: Data, name: string): void {
  data.queue(name).paused = true;
}

export function resume(data: Data, name: string): void {
  data.queues.get(name)?.resume();
}

export function purge(data: Data, name: string, states: readonly TaskState[]): number {
  const queue = data.queues.get(name);
  if (queue === undefined) return 0;
  const now = data.now();
  let purged = 0;
  for (const state of states) {
    if (state === "running") continue;
    for (const entry of queue.inState(state)) {
      data.remove(entry, now);
      purged++;
    }
  }
  // The object stays, for its keys: their windows outlive the tasks.
  if (!queue.paused && Object.values(queue.counts).every((count) => count === 0)) queue.listed = false;
  return purged;
}

function act(
  data: Data,
  id: string,
  allowed: (state: TaskState) => boolean,
  apply: (entry: Entry, now: number) => void,
): ActResult {
  const entry = data.entries.get(id);
  if (entry === undefined) return { status: "missing" };
  if (!allowed(entry.state)) return { status: "refused", state: entry.state };
  apply(entry, data.now());
  return { status: "applied", task: toTask(entry) };
}

/** A pending task keeps its place in line unless its priority or its time changes. */
function rewrite(entry: Entry, change: TaskEdit, now: number): void {
  const runAt = change.runAt ?? (change.delayMs === undefined ? undefined : now + change.delayMs);
  if (change.payload !== undefined) entry.payload = change.payload;
  if (runAt === undefined && (change.priority ?? entry.priority) === entry.priority) return;
  entry.queue.take(entry);
  entry.priority = change.priority ?? entry.priority;
  entry.runAt = runAt ?? entry.runAt;
  entry.queue.put(entry, stateAfterEdit(entry.state, runAt, now));
}

function stateAfterEdit(state: TaskState, runAt: number | undefined, now: number): TaskState {
  if (runAt === undefined) return state;
  if (runAt <= now) return "pending";
  return state === "retrying" ? "retrying" : "scheduled";
}
