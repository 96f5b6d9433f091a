/** Adding tasks: one, or up to 1,000 at once. The engine checks every value; here it is asked and answered. */
import * as z from "zod";
import type { EnqueuedTask } from "../engine/client.ts";
import {
  encodePayload,
  type EnqueueOptions,
  JsonText,
  type TaskRequest,
  taskTemplate,
} from "../engine/request.ts";
import type { Duration } from "../task/duration.ts";
import { toMs } from "../task/duration.ts";
import { hasCode, WindlassError } from "../task/errors.ts";
import { type Instant, toInstantMs } from "../task/instant.ts";
import { DEFAULT_QUEUE, quote } from "../task/names.ts";
import type { Priority } from "../task/priority.ts";
import type { TaskState } from "../task/task.ts";
import { checkedByEngine } from "./input.ts";
import { type ApiContext, defineOperation } from "./operation.ts";
import { stateView } from "./views.ts";

/** Most tasks in one batch. */
export const BATCH_LIMIT = 1_000;

const durationMeta = { type: ["integer", "string"], examples: [5_000, "5m"] };

/** What may be said about a new task; `EnqueueOptions` has the defaults and bounds. */
export const taskFields = {
  type: checkedByEngine<string>({
    type: "string",
    description: "Picks the handler",
    examples: ["email.send"],
  }),
  payload: z.unknown().optional().meta({ description: "Any JSON, up to 1 MiB; null if it is left out" }),
  queue: checkedByEngine<string>({ type: "string", default: DEFAULT_QUEUE }),
  priority: checkedByEngine<Priority>({
    type: ["integer", "string"],
    description: "0 (first) to 9 (last), or critical, high, normal, low, bulk",
    default: "normal",
  }),
  delay: checkedByEngine<Duration>({ ...durationMeta, description: "Not before this long from now" }),
  runAt: checkedByEngine<Instant>({
    type: ["string", "integer"],
    description: "Not before this instant: RFC 3339 with an offset, or ms since 1970",
  }),
  key: checkedByEngine<string>({
    type: "string",
    description: "One task per queue and key; the header Idempotency-Key says the same",
  }),
  keyWindow: checkedByEngine<Duration>({ ...durationMeta, default: "24h" }),
  retries: checkedByEngine<number>({ type: "integer", minimum: 0, maximum: 1_000 }),
  crashes: checkedByEngine<number>({ type: "integer", minimum: 0, maximum: 1_000, default: 3 }),
  id: checkedByEngine<string>({ type: "string", format: "uuid", description: "Made by the caller" }),
};

export const enqueuedView = z.object({
  id: z.string(),
  state: stateView
    .nullable()
    .meta({ description: "null: the task that the key or id stands for is not kept any more" }),
  queue: z.string(),
  duplicate: z.boolean().meta({ description: "True if the task was there already" }),
});

export type EnqueuedView = z.output<typeof enqueuedView>;

export const enqueue = defineOperation({
  name: "tasks.enqueue",
  method: "POST",
  path: "/v1/tasks",
  permission: "tasks.enqueue",
  summary: "Adds a task. It is written when the answer comes.",
  status: 202,
  input: z.object(taskFields),
  output: enqueuedView,
  location: ({ id }) => `/v1/tasks/${id}`,
  run: async (context, input) => {
    const request = asRequest(input);
    const [added] = await context.client.enqueueAll([request]);
    return showEnqueued(context, request, added!);
  },
});

export const enqueueBatch = defineOperation({
  name: "tasks.enqueueBatch",
  method: "POST",
  path: "/v1/tasks/batch",
  permission: "tasks.enqueue",
  summary: "Adds up to 1,000 tasks. All are checked before any is added.",
  status: 202,
  list: "tasks",
  input: z.object({
    tasks: z
      .array(z.unknown(), { error: "a list of tasks" })
      .min(1, "1 to 1,000 tasks")
      .max(BATCH_LIMIT, "1 to 1,000 tasks")
      .meta({ items: z.toJSONSchema(z.object(taskFields)) }),
  }),
  output: z.object({ results: z.array(enqueuedView) }),
  run: async (context, input) => {
    const requests = input.tasks.map(asBatchItem);
    refuseContradictions(requests);
    const added = await addAll(context, requests);
    return {
      results: await Promise.all(added.map((task, index) => showEnqueued(context, requests[index]!, task))),
    };
  },
});

/** The types of the fields are the engine's to check: it gets what was given. */
function asRequest(input: z.output<typeof enqueue.input>): TaskRequest {
  return input as unknown as TaskRequest;
}

function asBatchItem(item: unknown, index: number): TaskRequest {
  if (typeof item === "object" && item !== null && !Array.isArray(item)) return item as TaskRequest;
  throw new WindlassError("INVALID_OPTION", `tasks[${index}] is ${quote(item)}; expected an object`, {
    pointer: `/tasks/${index}`,
  });
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

/** Only a refused batch pays for finding out which task it was. */
function blame(requests: readonly TaskRequest[], error: WindlassError): WindlassError {
  if (hasCode(error, "KEY_CONFLICT")) {
    const keyed = requests.flatMap(({ key }, index) => (key === undefined ? [] : [index]));
    return keyed.length === 1 ? atIndex(keyed[0]!, error) : error;
  }
  for (const [index, { type, payload, ...options }] of requests.entries()) {
    try {
      taskTemplate(type, options);
      encodePayload(payload);
    } catch (cause) {
      if (cause instanceof WindlassError) return atIndex(index, cause);
    }
  }
  return error;
}

function atIndex(index: number, error: WindlassError): WindlassError {
  const { code, message, remedy, pointer = "" } = error;
  return new WindlassError(code, `tasks[${index}]: ${message}`, {
    cause: error,
    remedy,
    pointer: `/tasks/${index}${pointer === "" || pointer.startsWith("/") ? "" : "/"}${pointer}`,
  });
}

/** The same key twice in a batch with different tasks cannot be meant; the store would add the first and refuse the second. */
function refuseContradictions(requests: readonly TaskRequest[]): void {
  const first = new Map<string, { readonly index: number; readonly content: string }>();
  for (const [index, { key, queue = DEFAULT_QUEUE, type, payload }] of requests.entries()) {
    if (typeof key !== "string") continue;
    const name = `${queue}\0${key}`;
    const content = `${type}\0${payload instanceof JsonText ? payload.text : JSON.stringify(payload)}`;
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, { index, content });
    else if (earlier.content !== content) {
      throw new WindlassError(
        "KEY_CONFLICT",
        `tasks[${index}] has the key of tasks[${earlier.index}], ${quote(key)}, and another type or payload`,
        { pointer: `/tasks/${index}/key` },
      );
    }
  }
}

async function showEnqueued(
  context: ApiContext,
  options: EnqueueOptions,
  { id, queue, duplicate }: EnqueuedTask,
): Promise<EnqueuedView> {
  if (!duplicate) return { id, state: firstState(context, options), queue, duplicate };
  const standing = await context.client.store.get(id);
  return { id, state: standing?.state ?? null, queue: standing?.queue ?? queue, duplicate };
}

/** For the answer only: the store decides by its own clock. */
function firstState({ clock }: ApiContext, { delay, runAt }: EnqueueOptions): TaskState {
  if (delay !== undefined) return toMs(delay, "delay") > 0 ? "scheduled" : "pending";
  if (runAt !== undefined) return toInstantMs(runAt, "runAt") > clock.now() ? "scheduled" : "pending";
  return "pending";
}
