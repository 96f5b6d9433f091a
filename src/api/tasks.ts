/** Looking at tasks and changing them by hand. */
import * as z from "zod";
import { encodePayload } from "../engine/request.ts";
import type { ActResult, TaskEdit } from "../store/facets.ts";
import { type Duration, toMs } from "../task/duration.ts";
import { WindlassError } from "../task/errors.ts";
import { type Instant, toInstantMs } from "../task/instant.ts";
import { isWaiting, statesThatAllow } from "../task/life.ts";
import { checkId, checkName } from "../task/names.ts";
import { type Priority, toPriority } from "../task/priority.ts";
import { TASK_STATES, type TaskState } from "../task/task.ts";
import { taskFields } from "./enqueue.ts";
import { checkedByEngine, wholeNumber } from "./input.ts";
import { type ApiContext, defineOperation, type Method, type Operation } from "./operation.ts";
import { showDetail, showListed, showTask, taskDetailView, taskView } from "./views.ts";

const id = checkedByEngine<string>({ type: "string", format: "uuid" });
const text = z.string({ error: "text" });

export const listTasks = defineOperation({
  name: "tasks.list",
  method: "GET",
  path: "/v1/tasks",
  permission: "tasks.read",
  summary: "Lists tasks, a page at a time, newest first where the store can.",
  input: z.object({
    state: z.enum(TASK_STATES as [TaskState, ...TaskState[]], { error: TASK_STATES.join(", ") }).optional(),
    queue: text.optional(),
    type: text.optional(),
    q: text.min(1, "text to look for").max(256, "at most 256 characters").optional().meta({
      description: "Matches a part of the payload's text, to the letter, in a bounded number of tasks a page",
    }),
    limit: wholeNumber(1, 500).default(50),
    cursor: text.optional().meta({ description: "`nextCursor` of the page before, with the same filter" }),
  }),
  output: z.object({
    items: z.array(taskView),
    nextCursor: z.string().optional(),
    searched: z.int().optional().meta({ description: "With q: how many tasks were looked at" }),
  }),
  run: async ({ client: { store } }, { q, queue, type, ...rest }) => {
    const { items, nextCursor, searched } = await store.list({
      ...rest,
      queue: queue === undefined ? undefined : checkName(queue, "queue"),
      type: type === undefined ? undefined : checkName(type, "type"),
      text: q,
    });
    return { items: items.map(showListed), nextCursor, searched };
  },
});

export const getTask = defineOperation({
  name: "tasks.get",
  method: "GET",
  path: "/v1/tasks/{id}",
  permission: "tasks.read",
  summary: "Shows a task with its failed attempts.",
  input: z.object({ id }),
  output: taskDetailView,
  run: async ({ client: { store } }, input) => {
    const task = await store.get(checkId(input.id));
    if (task === undefined) throw notFound(checkId(input.id));
    return showDetail(task);
  },
});

export const retryTask = act("retry", "Makes a dead task pending again, with fresh budgets.", {
  method: "POST",
  path: "/v1/tasks/{id}/retry",
  states: statesThatAllow("retry"),
  run: ({ client: { store } }, task) => store.retry(task),
});

export const cancelTask = act("cancel", "Cancels a waiting task; asks a running one to stop.", {
  method: "POST",
  path: "/v1/tasks/{id}/cancel",
  states: statesThatAllow("cancel"),
  run: ({ client: { store } }, task) => store.cancel(task),
});

export const runTaskNow = act("runNow", "Makes a scheduled or retrying task pending.", {
  method: "POST",
  path: "/v1/tasks/{id}/run-now",
  states: statesThatAllow("runNow"),
  run: ({ client: { store } }, task) => store.runNow(task),
});

export const deleteTask = act("delete", "Removes a task that is not running; answers it as it was.", {
  method: "DELETE",
  path: "/v1/tasks/{id}",
  states: TASK_STATES.filter((state) => state !== "running"),
  run: ({ client: { store } }, task) => store.remove(task),
});

export const editTask = defineOperation({
  name: "tasks.edit",
  method: "PATCH",
  path: "/v1/tasks/{id}",
  permission: "tasks.manage",
  summary: "Changes the payload, the priority or the time of a waiting task.",
  input: z.object({
    id,
    payload: taskFields.payload,
    priority: checkedByEngine<Priority>({ type: ["integer", "string"] }),
    delay: checkedByEngine<Duration>({ type: ["integer", "string"], description: "From now" }),
    runAt: checkedByEngine<Instant>({ type: ["string", "integer"] }),
  }),
  output: taskView,
  run: async ({ client: { store } }, { id: given, ...change }) => {
    const task = checkId(given);
    return showTask(
      applied(task, await store.edit(task, toEdit(change)), TASK_STATES.filter(isWaiting), "edit"),
    );
  },
});

interface Change {
  readonly payload?: unknown;
  readonly priority?: Priority | undefined;
  readonly delay?: Duration | undefined;
  readonly runAt?: Instant | undefined;
}

function toEdit({ payload, priority, delay, runAt }: Change): TaskEdit {
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

interface Act {
  readonly method: Method;
  readonly path: string;
  readonly states: readonly TaskState[];
  readonly run: (context: ApiContext, id: string) => Promise<ActResult>;
}

/** An operation that does one thing to one task and answers the task. */
function act(verb: string, summary: string, { method, path, states, run }: Act): Operation {
  return defineOperation({
    name: `tasks.${verb}`,
    method,
    path,
    permission: "tasks.manage",
    summary,
    input: z.object({ id }),
    output: taskView,
    run: async (context, input) => {
      const task = checkId(input.id);
      return showTask(applied(task, await run(context, task), states, verb));
    },
  });
}

function applied(task: string, result: ActResult, states: readonly TaskState[], verb: string) {
  if (result.status === "applied") return result.task;
  if (result.status === "missing") throw notFound(task);
  throw new WindlassError(
    "WRONG_STATE",
    `task ${task} is ${result.state}; ${verb} needs a task that is ${states.join(", ")}`,
    { pointer: "id" },
  );
}

function notFound(task: string): WindlassError {
  return new WindlassError("TASK_NOT_FOUND", `no task has the id ${task}`, { pointer: "id" });
}
