/** Which table keeps the tasks of which state. Where a task may go is decided in `task/life.ts`; here is only where it lies. */
import { TASK_STATES, type TaskState } from "../../task/task.ts";

/**
 * `ready`: in line to be claimed. `due`: until its time comes. `lease`: with a worker. `finished`: until the retention
 * takes it.
 */
export const TABLE_OF = {
  pending: "ready",
  scheduled: "due",
  retrying: "due",
  running: "lease",
  completed: "finished",
  cancelled: "finished",
  dead: "finished",
} as const satisfies Readonly<Record<TaskState, string>>;

export type StateTable = (typeof TABLE_OF)[TaskState];

/** The states whose tasks are in this table. */
export type StateIn<T extends StateTable> = {
  [S in TaskState]: (typeof TABLE_OF)[S] extends T ? S : never;
}[TaskState];

export function statesIn<T extends StateTable>(table: T): readonly StateIn<T>[] {
  return TASK_STATES.filter((state): state is StateIn<T> => TABLE_OF[state] === table);
}
