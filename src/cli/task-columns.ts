/** Lists of tasks as tables. As JSON, a task looks as it does over HTTP: see `api/views.ts`. */
import type { OutputOf } from "../api/call.ts";
import { PRIORITY_NAMES } from "../task/priority.ts";
import type { Column } from "./output.ts";

type Task = OutputOf<"tasks.list">["items"][number];

/** The columns of a list of tasks. */
export const TASK_COLUMNS: readonly Column<Task>[] = [
  { title: "id", cell: (task) => task.id, whole: true },
  { title: "type", cell: (task) => task.type },
  { title: "queue", cell: (task) => task.queue },
  { title: "state", cell: (task) => task.state },
  { title: "priority", cell: (task) => priorityName(task.priority), spare: 3 },
  { title: "failures", cell: (task) => task.failures, spare: 1 },
  { title: "created", cell: (task) => task.createdAt, spare: 2 },
  { title: "error", cell: (task) => task.error?.message },
];

/** The columns of a list of dead tasks. */
export const DEAD_COLUMNS: readonly Column<Task>[] = [
  { title: "id", cell: (task) => task.id, whole: true },
  { title: "type", cell: (task) => task.type },
  { title: "queue", cell: (task) => task.queue },
  { title: "reason", cell: (task) => task.deadReason },
  { title: "failures", cell: (task) => task.failures, spare: 1 },
  { title: "died", cell: (task) => task.finishedAt, spare: 2 },
  { title: "error", cell: (task) => task.error?.message },
];

function priorityName(priority: number): string {
  const name = Object.entries(PRIORITY_NAMES).find(([, number]) => number === priority)?.[0];
  return name === undefined ? String(priority) : `${priority} (${name})`;
}
