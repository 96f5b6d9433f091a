/** Queues: their depths, their switch, and emptying them. */
import { queueNotFound } from "../engine/inspection.ts";
import { TASK_STATES, type TaskState } from "../task/task.ts";
import { defineOperation } from "./operation.ts";
import { integer, list, object, oneOf, optional, text } from "./schema.ts";
import { queueView, toQueueView } from "./views.ts";

const name = text({ description: "The queue" });

const purgeable: readonly TaskState[] = TASK_STATES.filter((state) => state !== "running");

export const listQueues = defineOperation({
  name: "queues.list",
  permission: "queues.read",
  changes: false,
  summary: "Lists the queues by name, a page at a time, with their depths and what happened in them so far.",
  input: object({
    limit: optional(integer({ minimum: 1, maximum: 500, default: 100 })),
    cursor: optional(text({ description: "`nextCursor` of the page before" })),
  }),
  output: object({ items: list(queueView), nextCursor: optional(text()) }),
  http: { method: "GET", path: "/v1/queues" },
  run: async ({ client }, query) => {
    const { items, nextCursor } = await client.queues(query);
    return { items: items.map(toQueueView), nextCursor };
  },
});

export const getQueue = defineOperation({
  name: "queues.get",
  permission: "queues.read",
  changes: false,
  summary: "Shows a queue with its depths and what happened in it so far.",
  input: object({ name }),
  output: queueView,
  http: { method: "GET", path: "/v1/queues/{name}" },
  run: async ({ client }, input) => {
    const found = await client.queue(input.name);
    if (found !== undefined) return toQueueView(found);
    throw queueNotFound(input.name);
  },
});

export const pauseQueue = defineOperation({
  name: "queues.pause",
  permission: "queues.manage",
  changes: true,
  summary: "Stops claims from a queue; what runs goes on. A queue may be paused before its first task.",
  input: object({ name }),
  output: queueView,
  http: { method: "POST", path: "/v1/queues/{name}/pause" },
  run: async ({ client }, input) => toQueueView(await client.pause(input.name)),
});

export const resumeQueue = defineOperation({
  name: "queues.resume",
  permission: "queues.manage",
  changes: true,
  summary: "Lets a paused queue be claimed from again.",
  input: object({ name }),
  output: queueView,
  http: { method: "POST", path: "/v1/queues/{name}/resume" },
  run: async ({ client }, input) => toQueueView(await client.resume(input.name)),
});

export const purgeQueue = defineOperation({
  name: "queues.purge",
  permission: "queues.manage",
  changes: true,
  summary: "Removes the tasks of a queue that are in the named states; never a running one.",
  input: object({
    name,
    states: optional(list(oneOf(purgeable), { minItems: 1, default: ["pending", "scheduled", "retrying"] })),
  }),
  output: object({ queue: text(), removed: integer() }),
  http: { method: "POST", path: "/v1/queues/{name}/purge" },
  run: async ({ client }, { name: queue, states }) => ({
    queue,
    removed: await client.purge(queue, { states }),
  }),
});
