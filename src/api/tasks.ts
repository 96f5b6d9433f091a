/** Looking at tasks, and changing what waits. */
import { WindlassError } from "../task/errors.ts";
import { TASK_STATES } from "../task/task.ts";
import { durationField, idField, instantField, payloadField, priorityField } from "./fields.ts";
import { defineOperation } from "./operation.ts";
import { pageOfTasks } from "./page.ts";
import { flag, integer, list, object, oneOf, optional, text } from "./schema.ts";
import { taskDetailView, taskView, toDetailView, toListedView, toTaskView } from "./views.ts";

export const listTasks = defineOperation({
  name: "tasks.list",
  permission: "tasks.read",
  changes: false,
  summary:
    "Lists tasks, a page at a time, newest first where the store can; a page of heavy tasks is shorter.",
  input: object({
    state: optional(oneOf(TASK_STATES)),
    queue: optional(text()),
    type: optional(text()),
    q: optional(
      text({
        minLength: 1,
        maxLength: 256,
        description:
          "Matches a part of the payload's text, to the letter, in a bounded number of tasks a page",
      }),
    ),
    createdFrom: instantField("Only tasks that were added then or later"),
    createdBefore: instantField("Only tasks that were added before"),
    limit: optional(integer({ minimum: 1, maximum: 500, default: 50 })),
    cursor: optional(text({ description: "`nextCursor` of the page before, with the same filter" })),
  }),
  output: object({
    items: list(taskView),
    nextCursor: optional(text()),
    searched: optional(integer({ description: "With q: how many tasks were looked at" })),
    incomplete: optional(
      flag({ description: "True: a part of the store cannot be reached, and its queues were left out" }),
    ),
  }),
  http: { method: "GET", path: "/v1/tasks" },
  run: async ({ client }, { q, ...query }) => {
    try {
      const { items, ...page } = await pageOfTasks(client, { ...query, text: q });
      return { ...page, items: items.map(toListedView) };
    } catch (error) {
      throw error instanceof WindlassError && error.pointer === "text" ? asQ(error) : error;
    }
  },
});

/** The client calls it `text`, which is no field of ours. */
function asQ(error: WindlassError): WindlassError {
  const { code, message, remedy } = error;
  return new WindlassError(code, message.replace(/^text/, "q"), { cause: error, remedy, pointer: "q" });
}

export const getTask = defineOperation({
  name: "tasks.get",
  permission: "tasks.read",
  changes: false,
  summary: "Shows a task with its failed attempts.",
  input: object({ id: idField }),
  output: taskDetailView,
  http: { method: "GET", path: "/v1/tasks/{id}" },
  run: async ({ client }, { id }) => {
    const task = await client.get(id);
    if (task !== undefined) return toDetailView(task);
    throw new WindlassError("TASK_NOT_FOUND", `no task has the id ${id}`, { pointer: "id" });
  },
});

export const editTask = defineOperation({
  name: "tasks.edit",
  permission: "tasks.manage",
  changes: true,
  summary: "Changes the payload, the priority or the time of a waiting task.",
  input: object({
    id: idField,
    payload: payloadField,
    priority: priorityField(),
    delay: durationField({ description: "From now" }),
    runAt: instantField("A new time"),
  }),
  output: taskView,
  http: { method: "PATCH", path: "/v1/tasks/{id}" },
  run: async ({ client }, { id, ...change }) => toTaskView(await client.edit(id, change)),
});
