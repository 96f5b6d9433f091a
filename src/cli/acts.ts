/** Acts on tasks by id: one, whose error is the command's, or many, of which some may be refused. */
import type { ActResult, FullStore } from "../store/facets.ts";
import { type ErrorCode, WindlassError } from "../task/errors.ts";
import { type LifeEvent, statesThatAllow } from "../task/life.ts";
import { TASK_STATES, type Task, type TaskState } from "../task/task.ts";
import { Progress } from "./progress.ts";

export type ActName = "retry" | "cancel" | "runNow" | "remove";

/** The act in words: what becomes of the task, for messages and summaries. */
const DONE: Readonly<Record<ActName, string>> = {
  retry: "retried",
  cancel: "cancelled",
  runNow: "run now",
  remove: "deleted",
};

/** Store calls under way at once: enough to hide a round trip, few enough not to crowd out the workers. */
const AT_ONCE = 16;

/** One that did not succeed. */
export interface Refusal {
  readonly id: string;
  readonly code: ErrorCode;
  readonly message: string;
}

export interface ActSummary {
  readonly done: number;
  readonly refused: readonly Refusal[];
}

/** Acts on one task; answers what became of it. Fails with `TASK_NOT_FOUND` or `WRONG_STATE`. */
export async function act(store: FullStore, name: ActName, id: string): Promise<Task> {
  const result: ActResult = await store[name](id);
  if (result.status === "applied") return result.task;
  if (result.status === "missing") throw new WindlassError("TASK_NOT_FOUND", `no task has the id ${id}`);
  throw new WindlassError(
    "WRONG_STATE",
    `task ${id} is ${result.state}; only a task that is ${allowed(name).join(" or ")} can be ${DONE[name]}`,
  );
}

/** Acts on every task; what is refused does not stop the others. A store that fails does. */
export async function actOnAll(
  store: FullStore,
  name: ActName,
  ids: readonly string[],
  quiet: boolean,
): Promise<ActSummary> {
  const refused: Refusal[] = [];
  using progress = new Progress(ids.length, quiet);
  const queue = ids.values();
  const lane = async () => {
    for (const id of queue) {
      try {
        await act(store, name, id);
      } catch (error) {
        if (!(error instanceof WindlassError) || (error.kind !== "missing" && error.kind !== "conflict")) throw error;
        refused.push({ id, code: error.code, message: error.message });
      }
      progress.step(refused.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, ids.length) }, lane));
  return { done: ids.length - refused.length, refused };
}

function allowed(name: ActName): readonly TaskState[] {
  if (name === "remove") return TASK_STATES.filter((state) => state !== "running");
  return statesThatAllow(name satisfies LifeEvent);
}
