/** What comes of an enqueue: the store's answer for each new task, and what the producer hears. */
import type { AddResult } from "../store/store.ts";
import { WindlassError } from "../task/errors.ts";
import { quote } from "../task/names.ts";
import type { NewTask } from "../task/task.ts";

/** What `enqueue` answers. */
export interface EnqueuedTask {
  readonly id: string;
  readonly type: string;
  readonly queue: string;
  /** True if the task was already there (same key or id): `id` names the one that stands. */
  readonly duplicate: boolean;
  /**
   * Its state when it was added, by the store's clock. Undefined if it was already there, and after a lost reply: then
   * it was added by the call that was not answered.
   */
  readonly state?: "scheduled" | "pending" | undefined;
}

/** What became of a new task. As a store's `AddResult`; without `state` if it was added by a call whose reply was lost. */
export type EnqueueResult =
  | AddResult
  | { readonly status: "added"; readonly id: string; readonly state?: undefined };

/** What the producer hears of a task, or fails with `KEY_CONFLICT`. */
export function toEnqueued({ type, queue, key }: NewTask, result: EnqueueResult): EnqueuedTask {
  if (result.status === "conflict") {
    throw new WindlassError(
      "KEY_CONFLICT",
      `the key ${quote(key?.value)} of queue ${queue} stands for task ${result.id} with another type or payload`,
      { pointer: "key" },
    );
  }
  const { id } = result;
  return result.status === "added"
    ? { id, type, queue, duplicate: false, state: result.state }
    : { id, type, queue, duplicate: true };
}
