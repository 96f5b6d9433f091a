/** Adding tasks: one, or up to 1,000 at once. The client checks every value; here it is asked and answered. */
import type { EnqueuedTask } from "../engine/enqueued.ts";
import { encodePayload, type TaskRequest, taskTemplate } from "../engine/request.ts";
import { hasCode, WindlassError } from "../task/errors.ts";
import { DEFAULT_QUEUE, quote } from "../task/names.ts";
import { atIndex } from "../task/options.ts";
import { TASK_STATES, type TaskState } from "../task/task.ts";
import {
  BATCH_LIMIT,
  checkTasks,
  durationField,
  instantField,
  payloadField,
  priorityField,
} from "./fields.ts";
import { type ApiContext, defineOperation } from "./operation.ts";
import { settingFields } from "./settings.ts";
import { flag, list, object, optional, text, type TypeOf, value } from "./schema.ts";

/** What may be said about a new task; `EnqueueOptions` has the defaults and bounds. */
const newTask = object({
  type: text({ description: "Picks the handler", examples: ["email.send"] }),
  payload: payloadField,
  queue: optional(text({ default: DEFAULT_QUEUE })),
  priority: priorityField({ default: "normal" }),
  delay: durationField({ description: "Not before this long from now" }),
  runAt: instantField("Not before this instant"),
  key: optional(
    text({ description: "One task per queue and key; the header Idempotency-Key says the same" }),
  ),
  keyWindow: durationField({ default: "24h" }),
  id: optional(text({ format: "uuid", description: "Made by whoever calls" })),
  ...settingFields,
});

const enqueuedView = object({
  id: text(),
  state: value<TaskState | null>({
    enum: [...TASK_STATES, null],
    description: "null: the task that the key or id stands for is not kept any more",
  }),
  queue: text(),
  duplicate: flag({ description: "True if the task was there already" }),
});

export type EnqueuedView = TypeOf<typeof enqueuedView>;

export const enqueue = defineOperation({
  name: "tasks.enqueue",
  permission: "tasks.enqueue",
  changes: true,
  summary: "Adds a task. It is written when the answer comes.",
  input: newTask,
  output: enqueuedView,
  http: { method: "POST", path: "/v1/tasks", status: 202, location: ({ id }) => `tasks/${id}` },
  run: async (context, request) => {
    const [added] = await context.client.enqueueAll([request]);
    return toEnqueuedView(context, request, added!);
  },
});

export const enqueueBatch = defineOperation({
  name: "tasks.enqueueBatch",
  permission: "tasks.enqueue",
  changes: true,
  summary: "Adds up to 1,000 tasks. All are checked before any is added.",
  input: object({ tasks: list(newTask, { minItems: 1, maxItems: BATCH_LIMIT }) }),
  output: object({ results: list(enqueuedView) }),
  http: { method: "POST", path: "/v1/tasks/batch", status: 202, list: "tasks" },
  run: async (context, { tasks }) => {
    checkTasks(tasks);
    checkObjects(tasks);
    const added = await addAll(context, tasks);
    return {
      results: await Promise.all(
        added.map(async (task, index) => toEnqueuedView(context, tasks[index]!, task)),
      ),
    };
  },
});

/** The client reads the fields of each; that there are fields is for us to see. */
function checkObjects(tasks: readonly unknown[]): void {
  for (const [index, task] of tasks.entries()) {
    if (typeof task === "object" && task !== null && !Array.isArray(task)) continue;
    throw new WindlassError("INVALID_OPTION", `tasks[${index}] is ${quote(task)}; expected an object`, {
      pointer: `/tasks/${index}`,
    });
  }
}

async function addAll(context: ApiContext, requests: readonly TaskRequest[]): Promise<EnqueuedTask[]> {
  try {
    return await context.client.enqueueAll(requests);
  } catch (error) {
    throw error instanceof WindlassError && isRefusal(error) ? blame(requests, error) : error;
  }
}

/** The fault of one task, not of the store. */
function isRefusal({ kind }: WindlassError): boolean {
  return kind === "invalid" || kind === "conflict";
}

/** Only a refused batch pays for finding out which task it was, unless the error says so. */
function blame(requests: readonly TaskRequest[], error: WindlassError): WindlassError {
  if (error.pointer?.startsWith("/tasks/") === true) return error;
  if (hasCode(error, "KEY_CONFLICT")) {
    const keyed = requests.flatMap(({ key }, index) => (key === undefined ? [] : [index]));
    return keyed.length === 1 ? atIndex("tasks", keyed[0]!, error) : error;
  }
  for (const [index, { type, payload, ...options }] of requests.entries()) {
    try {
      taskTemplate(type, options);
      encodePayload(payload);
    } catch (cause) {
      if (cause instanceof WindlassError) return atIndex("tasks", index, cause);
    }
  }
  return error;
}

async function toEnqueuedView(
  { client }: ApiContext,
  request: TaskRequest,
  { id, queue, state, duplicate }: EnqueuedTask,
): Promise<EnqueuedView> {
  if (state !== undefined) return { id, state, queue, duplicate };
  // What a key stands for is in the same queue; only an id of the caller's own may have been used in another.
  const standing =
    (await client.get(id, { queue })) ?? (request.id === undefined ? undefined : await client.get(id));
  return { id, state: standing?.state ?? null, queue: standing?.queue ?? queue, duplicate };
}
