/** Queues by hand: their switch, and emptying them. */
import type { TaskState } from "../../task/task.ts";
import type { Data } from "./data.ts";

/** Makes the queue known. */
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
