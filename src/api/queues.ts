/** Queues: their depths, their switch, and emptying them. */
import * as z from "zod";
import type { QueueInfo } from "../store/facets.ts";
import { WindlassError } from "../task/errors.ts";
import { checkName } from "../task/names.ts";
import { TASK_STATES, type TaskState } from "../task/task.ts";
import { checkedByEngine } from "./input.ts";
import { type ApiContext, defineOperation } from "./operation.ts";
import { queueView, showQueue } from "./views.ts";

const name = checkedByEngine<string>({ type: "string", description: "The queue" });

/** What is purged unless the call says otherwise: all that waits. */
const WAITING: readonly TaskState[] = ["pending", "scheduled", "retrying"];

const purgeable = TASK_STATES.filter((state) => state !== "running");

export const listQueues = defineOperation({
  name: "queues.list",
  method: "GET",
  path: "/v1/queues",
  permission: "queues.read",
  summary: "Lists the queues by name, with their depths.",
  input: z.object({}),
  output: z.object({ items: z.array(queueView) }),
  run: async ({ client: { store } }) => ({ items: (await store.queues()).map(showQueue) }),
});

export const getQueue = defineOperation({
  name: "queues.get",
  method: "GET",
  path: "/v1/queues/{name}",
  permission: "queues.read",
  summary: "Shows a queue with its depths.",
  input: z.object({ name }),
  output: queueView,
  run: async (context, input) => showQueue(await known(context, checkName(input.name, "queue"))),
});

export const pauseQueue = defineOperation({
  name: "queues.pause",
  method: "POST",
  path: "/v1/queues/{name}/pause",
  permission: "queues.manage",
  summary: "Stops claims from a queue; what runs goes on. A queue may be paused before its first task.",
  input: z.object({ name }),
  output: queueView,
  run: async (context, input) => {
    const queue = checkName(input.name, "queue");
    await context.client.store.pause(queue);
    return showQueue(await known(context, queue));
  },
});

export const resumeQueue = defineOperation({
  name: "queues.resume",
  method: "POST",
  path: "/v1/queues/{name}/resume",
  permission: "queues.manage",
  summary: "Lets a paused queue be claimed from again.",
  input: z.object({ name }),
  output: queueView,
  run: async (context, input) => {
    const queue = await known(context, checkName(input.name, "queue"));
    await context.client.store.resume(queue.name);
    // A queue without tasks is known only while it is paused.
    const after = (await context.client.store.queues()).find((info) => info.name === queue.name);
    return showQueue(after ?? { ...queue, paused: false });
  },
});

export const purgeQueue = defineOperation({
  name: "queues.purge",
  method: "POST",
  path: "/v1/queues/{name}/purge",
  permission: "queues.manage",
  summary: "Removes the tasks of a queue that are in the named states; never a running one.",
  input: z.object({
    name,
    states: z
      .array(
        z.enum(purgeable as [TaskState, ...TaskState[]], {
          error: `one of ${purgeable.join(", ")}; a running task must end first`,
        }),
        { error: `a list of states, of ${purgeable.join(", ")}` },
      )
      .min(1, "at least one state")
      .default([...WAITING]),
  }),
  output: z.object({ queue: z.string(), removed: z.int() }),
  run: async (context, input) => {
    const queue = await known(context, checkName(input.name, "queue"));
    return { queue: queue.name, removed: await context.client.store.purge(queue.name, input.states) };
  },
});

async function known({ client: { store } }: ApiContext, queue: string): Promise<QueueInfo> {
  const found = (await store.queues()).find((info) => info.name === queue);
  if (found !== undefined) return found;
  throw new WindlassError("QUEUE_NOT_FOUND", `no queue is named ${queue}`, { pointer: "name" });
}
