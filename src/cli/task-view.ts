/** A task as the command line shows it: instants as text, payload and result as the JSON that they are. */
import { PRIORITY_NAMES } from "../task/priority.ts";
import type { Task, TaskDetail } from "../task/task.ts";
import type { Column } from "./output.ts";

/** One task, with its failed attempts if it has them. */
export function taskView(task: Task | TaskDetail): object {
  return {
    id: task.id,
    type: task.type,
    queue: task.queue,
    state: task.state,
    deadReason: task.deadReason,
    cancelRequested: task.cancelRequested,
    priority: task.priority,
    createdAt: instant(task.createdAt),
    runAt: instant(task.runAt),
    startedAt: instant(task.startedAt),
    leaseUntil: instant(task.leaseUntil),
    finishedAt: instant(task.finishedAt),
    worker: task.worker,
    failures: task.failures,
    retryLimit: task.retryLimit,
    crashes: task.crashes,
    crashLimit: task.crashLimit,
    key: task.key,
    payload: parsed(task.payload),
    result: parsed(task.result),
    error: task.error,
    attempts:
      "attempts" in task
        ? task.attempts.map((attempt) => ({
            ...attempt,
            startedAt: instant(attempt.startedAt),
            endedAt: instant(attempt.endedAt),
          }))
        : undefined,
  };
}

/** The columns of a list of tasks. */
export const TASK_COLUMNS: readonly Column<Task>[] = [
  { title: "id", cell: (task) => task.id },
  { title: "type", cell: (task) => task.type },
  { title: "queue", cell: (task) => task.queue },
  { title: "state", cell: (task) => task.state },
  { title: "priority", cell: (task) => priorityName(task.priority) },
  { title: "failures", cell: (task) => task.failures },
  { title: "created", cell: (task) => instant(task.createdAt) },
  { title: "error", cell: (task) => task.error?.message },
];

/** The columns of a list of dead tasks. */
export const DEAD_COLUMNS: readonly Column<Task>[] = [
  { title: "id", cell: (task) => task.id },
  { title: "type", cell: (task) => task.type },
  { title: "queue", cell: (task) => task.queue },
  { title: "reason", cell: (task) => task.deadReason },
  { title: "failures", cell: (task) => task.failures },
  { title: "died", cell: (task) => instant(task.finishedAt) },
  { title: "error", cell: (task) => task.error?.message },
];

function instant(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

function priorityName(priority: number): string {
  const name = Object.entries(PRIORITY_NAMES).find(([, number]) => number === priority)?.[0];
  return name === undefined ? String(priority) : `${priority} (${name})`;
}

/** What cannot be read as JSON is shown as the text that it is: a broken record must not hide itself. */
function parsed(json: string | undefined): unknown {
  if (json === undefined) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
