/** Acts and edits by hand. `task/life.ts` says what a state allows and where it leads; a refused one writes nothing. */
import type { ActResult, TaskEdit } from "../../store/facets.ts";
import { type Act, ACTS, afterAct, afterEdit } from "../../task/life.ts";
import type { TaskRef } from "../../task/task.ts";
import type { Data } from "./data.ts";
import type { Entry } from "./entry.ts";
import { enter } from "./moves.ts";
import { toTask } from "./view.ts";

export function act(data: Data, tasks: readonly TaskRef[], name: Act): ActResult[] {
  const now = data.now();
  return tasks.map((task) => actOn(data, task, name, now));
}

export function edit(data: Data, task: TaskRef, change: TaskEdit): ActResult {
  const now = data.now();
  const entry = data.find(task);
  if (entry === undefined) return { status: "missing" };
  const runAt = change.runAt ?? (change.delayMs === undefined ? undefined : now + change.delayMs);
  const to = afterEdit(entry.state, runAt === undefined ? "kept" : runAt <= now ? "due" : "later");
  if (to === undefined) return { status: "refused", state: entry.state };
  const { payload = entry.payload, priority = entry.priority } = change;
  entry.payload = payload;
  // A pending task keeps its position in line unless its priority or its time changes.
  if (runAt !== undefined || priority !== entry.priority) {
    entry.queue.take(entry);
    entry.priority = priority;
    if (runAt !== undefined) setTime(entry, runAt);
    enter(data, entry, to, now);
  }
  return { status: "applied", task: toTask(entry) };
}

function actOn(data: Data, task: TaskRef, name: Act, now: number): ActResult {
  const entry = data.find(task);
  if (entry === undefined) return { status: "missing" };
  const to = afterAct(name, entry.state);
  if (to === undefined) return { status: "refused", state: entry.state };
  if (to === "removed") {
    const before = toTask(entry);
    data.remove(entry, now);
    return { status: "applied", task: before };
  }
  const { renews, due, reason } = ACTS[name];
  if (due) setTime(entry, now);
  if (renews) entry.failures = entry.crashes = 0;
  // Its worker hears of it when it extends.
  if (to === "running") entry.held!.cancelRequested = true;
  else {
    entry.queue.take(entry);
    enter(data, entry, to, now, reason);
  }
  return { status: "applied", task: toTask(entry) };
}

/** By hand: whoever put it back before, that is over. */
function setTime(entry: Entry, runAt: number): void {
  entry.runAt = runAt;
  entry.putBackAt = undefined;
}
