/** The verb `add`. */
import type { AddResult } from "../../store/store.ts";
import { firstState } from "../../task/life.ts";
import type { NewTask } from "../../task/task.ts";
import type { Data } from "./data.ts";
import { newEntry } from "./entry.ts";

export function add(data: Data, tasks: readonly NewTask[]): AddResult[] {
  const now = data.now();
  return tasks.map((task) => addOne(data, task, now));
}

function addOne(data: Data, task: NewTask, now: number): AddResult {
  if (data.entries.has(task.id)) return { status: "duplicate", id: task.id };
  const queue = data.queue(task.queue);
  const holder = task.key && queue.keys.holder(task.key.value, now);
  if (holder !== undefined) {
    const same = holder.fingerprint === task.key?.fingerprint;
    return { status: same ? "duplicate" : "conflict", id: holder.id };
  }
  const entry = newEntry(task, queue, data.nextSequence(), now);
  if (task.key !== undefined) entry.key = queue.keys.hold(task.key, task.id, now);
  data.entries.set(task.id, entry);
  data.count(queue, "added", now);
  const state = firstState(entry.runAt, now);
  queue.put(entry, state);
  return { status: "added", id: task.id, state };
}
