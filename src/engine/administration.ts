/** Changing tasks and queues by hand. What each act leads to is decided in `task/life.ts`; here it is asked and answered. */
import type { ActResult, QueueInfo, TaskEdit } from "../store/facets.ts";
import type { Store } from "../store/store.ts";
import { type Duration, toMs } from "../task/duration.ts";
import { WindlassError } from "../task/errors.ts";
import { type Instant, toInstantMs } from "../task/instant.ts";
import { type Act, isWaiting, statesThatAllow } from "../task/life.ts";
import { checkId, checkName, quote } from "../task/names.ts";
import { checkEach, checkKeys } from "../task/options.ts";
import { type Priority, toPriority } from "../task/priority.ts";
import { isList, reading } from "../task/reading.ts";
import { TASK_STATES, type TaskRef, type TaskState } from "../task/task.ts";
import { administrable, controllable } from "./facet.ts";
import { checkState, findQueue, knownQueue } from "./inspection.ts";
import { encodePayload } from "./request.ts";
import { TaskInfo } from "./task-info.ts";

/** The answer for one of several tasks that were acted on. */
export type ActAnswer =
  /** The task as it is now; as it was, if it was removed. */
  | { readonly id: string; readonly status: "applied"; readonly task: TaskInfo }
  | { readonly id: string; readonly status: "missing" }
  /** Its state does not allow it; nothing was written. */
  | { readonly id: string; readonly status: "refused"; readonly state: TaskState };

/** What to change in a waiting task. At least one of them. */
export interface TaskChange {
  /** Anything that JSON can write. */
  readonly payload?: unknown;
  readonly priority?: Priority | undefined;
  /** Not before this long from now, by the store's clock. Not together with `runAt`. */
  readonly delay?: Duration | undefined;
  /** Not before this instant, by the store's clock. One that is past means now. */
  readonly runAt?: Instant | undefined;
}

/** Most tasks in one call of the store: it must not hold up others for longer than a few ms. */
const TASKS_AT_ONCE = 1_000;

/** What is purged unless the call says otherwise: all that waits. */
const WAITING = TASK_STATES.filter(isWaiting);

const PURGEABLE = TASK_STATES.filter((state) => state !== "running");

/** One task: it itself, or the error that says why not. Several: an answer for each, in order. */
export async function actOn(
  store: Store,
  act: Act,
  tasks: string | TaskRef | readonly (string | TaskRef)[],
): Promise<TaskInfo | readonly ActAnswer[]> {
  const to = administrable(store);
  if (isOne(tasks)) {
    const task = toRef(tasks);
    const [result] = await to.act([task], act);
    return applied(task.id, result!, act);
  }
  const refs = checkEach(tasks, "tasks", toRef);
  const answers: ActAnswer[] = [];
  for (let from = 0; from < refs.length; from += TASKS_AT_ONCE) {
    const chunk = refs.slice(from, from + TASKS_AT_ONCE);
    const results = await to.act(chunk, act);
    for (const [index, { id }] of chunk.entries()) answers.push(toAnswer(id, results[index]!));
  }
  return answers;
}

export async function editTask(store: Store, task: string | TaskRef, change: TaskChange): Promise<TaskInfo> {
  const ref = toRef(task);
  const edit = toEdit(change);
  return applied(ref.id, await administrable(store).edit(ref, edit), "edit");
}

export async function pauseQueue(store: Store, name: string): Promise<QueueInfo> {
  const to = controllable(store);
  await to.pause(checkName(name, "queue"));
  return knownQueue(to, name);
}

export async function resumeQueue(store: Store, name: string): Promise<QueueInfo> {
  const to = controllable(store);
  const before = await knownQueue(to, name);
  await to.resume(name);
  // A queue without tasks is known only while it is paused.
  return (await findQueue(to, name)) ?? { ...before, paused: false };
}

export async function purgeQueue(
  store: Store,
  name: string,
  options: { readonly states?: readonly TaskState[] | undefined },
): Promise<number> {
  checkKeys(options, ["states"], "purge");
  const states = checkPurgeable(options.states === undefined ? WAITING : options.states);
  const to = controllable(store);
  await knownQueue(to, name);
  return to.purge(name, states);
}

function checkPurgeable(states: unknown): readonly TaskState[] {
  if (!isList(states) || states.length === 0) {
    throw new WindlassError("INVALID_OPTION", `states is ${quote(states)}; expected at least one state`, {
      pointer: "states",
    });
  }
  if (states.includes("running")) {
    throw new WindlassError(
      "INVALID_OPTION",
      `states has running, which must end first; expected some of ${PURGEABLE.join(", ")}`,
      { pointer: "states", remedy: "Cancel the task, or wait until it has ended." },
    );
  }
  return [
    ...new Set(
      Array.from(states, (state, index) =>
        checkState(state, PURGEABLE, `states[${index}]`, `/states/${index}`),
      ),
    ),
  ];
}

function isOne(tasks: string | TaskRef | readonly (string | TaskRef)[]): tasks is string | TaskRef {
  return !isList(tasks);
}

function toRef(task: string | TaskRef): TaskRef {
  if (typeof task !== "object" || task === null) return { id: checkId(task) };
  const { id, queue } = reading("the task", () => ({ id: task.id, queue: task.queue }));
  return { id: checkId(id), ...(queue !== undefined && { queue: checkName(queue, "queue") }) };
}

/** Checked. Fails with `INVALID_OPTION`, `UNKNOWN_OPTION`, `INVALID_PAYLOAD` or `PAYLOAD_TOO_LARGE`. */
function toEdit(change: TaskChange): TaskEdit {
  checkKeys(change, ["payload", "priority", "delay", "runAt"], "edit");
  const { payload, priority, delay, runAt } = change;
  const edit: TaskEdit = {
    payload: payload === undefined ? undefined : encodePayload(payload),
    priority: priority === undefined ? undefined : toPriority(priority),
    delayMs: delay === undefined ? undefined : toMs(delay, "delay"),
    runAt: runAt === undefined ? undefined : toInstantMs(runAt, "runAt"),
  };
  if (delay !== undefined && runAt !== undefined) {
    throw new WindlassError("INVALID_OPTION", "delay and runAt are both given; expected one of them", {
      pointer: "runAt",
    });
  }
  if (Object.values(edit).every((value) => value === undefined)) {
    throw new WindlassError(
      "INVALID_OPTION",
      "nothing to change; expected payload, priority, delay or runAt",
      { pointer: "/" },
    );
  }
  return edit;
}

function toAnswer(id: string, result: ActResult): ActAnswer {
  return result.status === "applied"
    ? { id, status: "applied", task: new TaskInfo(result.task) }
    : { id, ...result };
}

function applied(id: string, result: ActResult, act: Act | "edit"): TaskInfo {
  if (result.status === "applied") return new TaskInfo(result.task);
  throw toActError(id, result, act);
}

/** The error that such an answer stands for: `TASK_NOT_FOUND` or `WRONG_STATE`. */
export function toActError(
  id: string,
  result: Exclude<ActResult, { readonly status: "applied" }>,
  act: Act | "edit",
): WindlassError {
  return result.status === "missing"
    ? new WindlassError("TASK_NOT_FOUND", `no task has the id ${id}`, { pointer: "id" })
    : new WindlassError(
        "WRONG_STATE",
        `task ${id} is ${result.state}; ${act} needs a task that is ${statesThatAllow(act).join(", ")}`,
        { pointer: "id" },
      );
}
