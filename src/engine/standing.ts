/** What an id of the caller's own stands for already. */
import { hasFacet } from "../store/facets.ts";
import type { Store } from "../store/store.ts";
import { WindlassError } from "../task/errors.ts";
import type { NewTask } from "../task/task.ts";
import { inspectable } from "./facet.ts";
import type { EnqueueResult } from "./enqueued.ts";

/**
 * That a task which was there by its own id is the same as the new one, in type, queue and payload. Stores answer a duplicate
 * without looking at more than the id, which keeps adding fast; only who repeats an id pays for this look. A task that is
 * not kept any more, or in a store that cannot be looked into, passes. `at` is where in a list the task is. Fails with
 * `KEY_CONFLICT`, and with the store's codes.
 */
export async function checkStanding(
  store: Store,
  task: NewTask,
  result: EnqueueResult,
  at?: number,
): Promise<void> {
  const { id, queue, type, payload } = task;
  if (result.status !== "duplicate" || result.id !== id || !hasFacet(store, "inspectable")) return;
  const inside = inspectable(store);
  const standing = (await inside.get(id, queue)) ?? (await inside.get(id)); // in its own queue it is found faster
  if (standing === undefined) return;
  if (standing.type === type && standing.queue === queue && standing.payload === payload) return;
  throw new WindlassError(
    "KEY_CONFLICT",
    `${at === undefined ? "" : `tasks[${at}]: `}the id ${id} stands for a task of type ${standing.type} in queue ${standing.queue}, with another type, queue or payload`,
    {
      pointer: at === undefined ? "id" : `/tasks/${at}/id`,
      remedy: "Give each task an id of its own, or none.",
    },
  );
}
