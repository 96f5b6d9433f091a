/** How the API shows things: payloads as JSON, instants as RFC 3339 in UTC, durations in ms. */
import type { TaskDetailInfo, TaskInfo } from "../engine/task-info.ts";
import type { MinuteActivity, QueueInfo } from "../store/facets.ts";
import { type DeadReason, type FailedAttempt, TASK_STATES } from "../task/task.ts";
import { settingViews, toSettingViews } from "./settings.ts";
import { parseExact } from "./exact-json.ts";
import { flag, instant, integer, list, object, oneOf, optional, text, type TypeOf, value } from "./schema.ts";

/** In a list, a longer payload or result is left out: 500 tasks of 1 MiB are no page. In characters. */
export const LISTED_LIMIT = 4_096;

export const stateView = oneOf(TASK_STATES);

const DEAD_REASONS: readonly DeadReason[] = [
  "exhausted",
  "crashed",
  "discarded",
  "expired",
  "unhandled",
  "invalid",
];

const errorView = object({
  name: text(),
  message: text(),
  code: optional(text()),
  stack: optional(text()),
});

const taskFields = {
  id: text(),
  type: text(),
  queue: text(),
  state: stateView,
  priority: integer({ description: "0 (first) to 9 (last)" }),
  payload: optional(
    value<unknown>({ description: "As JSON; as a string if it is stored text that is not JSON" }),
  ),
  result: optional(value<unknown>({ description: "What the handler returned" })),
  omitted: optional(
    list(oneOf(["payload", "result"]), {
      description: `In a list: what is left out because it has more than ${LISTED_LIMIT} characters`,
    }),
  ),
  ...settingViews,
  createdAt: instant(),
  runAt: instant(),
  startedAt: optional(instant()),
  leaseUntil: optional(instant()),
  finishedAt: optional(instant()),
  putBackAt: optional(
    instant({
      description:
        "Since when workers put it back: they have no handler for its type, or it has to run alone",
    }),
  ),
  failures: integer(),
  crashes: integer(),
  key: optional(text()),
  worker: optional(text()),
  cancelRequested: optional(flag()),
  deadReason: optional(oneOf(DEAD_REASONS)),
  error: optional(value<TypeOf<typeof errorView>>({ ...errorView.json, description: "The last failure" })),
};

export const taskView = object(taskFields);

const attemptView = object({
  attempt: integer(),
  outcome: oneOf(["failed", "crashed"]),
  startedAt: instant(),
  endedAt: instant(),
  worker: text(),
  error: optional(errorView),
});

export const taskDetailView = object({
  ...taskFields,
  attempts: list(attemptView, { description: "The attempts that did not succeed, oldest first" }),
});

/** How many tasks are in each state. */
export const countsView = object({
  pending: integer(),
  scheduled: integer(),
  retrying: integer(),
  running: integer(),
  completed: integer(),
  cancelled: integer(),
  dead: integer(),
});

/** What happened since a queue was first used. */
export const totalsView = object({
  added: integer(),
  completed: integer(),
  failed: integer({ description: "Attempts that failed" }),
  crashed: integer({ description: "Attempts whose lease ran out; their tasks were taken back" }),
  dead: integer({ description: "Tasks that died, once for each time" }),
  unhandled: integer({
    description: "Claims by a worker that has no handler for the type; the tasks were put back",
  }),
});

export const queueView = object({
  name: text(),
  paused: flag(),
  counts: countsView,
  totals: totalsView,
  oldestPendingMs: optional(value<number>({ type: "number" })),
  unreachable: optional(flag()),
});

export const activityView = object({
  minute: instant(),
  added: integer(),
  completed: integer(),
  failed: integer(),
  crashed: integer(),
  dead: integer(),
  unhandled: integer(),
});

export type TaskView = TypeOf<typeof taskView>;
export type TaskDetailView = TypeOf<typeof taskDetailView>;
export type QueueView = TypeOf<typeof queueView>;

/** A task by itself. */
export function toTaskView(task: TaskInfo): TaskView {
  const { payloadText, resultText } = task;
  return {
    ...withoutContent(task),
    payload: parseExact(payloadText),
    result: resultText === undefined ? undefined : parseExact(resultText),
  };
}

/** A task in a list: what is long is left out, stacks are. */
export function toListedView(task: TaskInfo): TaskView {
  const { payloadText: payload, resultText: result, error } = task;
  const omitted: ("payload" | "result")[] = [];
  if (payload.length > LISTED_LIMIT) omitted.push("payload");
  if (result !== undefined && result.length > LISTED_LIMIT) omitted.push("result");
  return {
    ...withoutContent(task),
    payload: omitted.includes("payload") ? undefined : parseExact(payload),
    result: result === undefined || omitted.includes("result") ? undefined : parseExact(result),
    omitted: omitted.length === 0 ? undefined : omitted,
    error: error && { name: error.name, message: error.message, code: error.code },
  };
}

/** A task with its failed attempts. */
export function toDetailView(task: TaskDetailInfo): TaskDetailView {
  return { ...toTaskView(task), attempts: task.attempts.map(toAttemptView) };
}

export function toQueueView(info: QueueInfo): QueueView {
  const { name, paused, counts, totals, oldestPendingMs, unreachable } = info;
  return { name, paused, counts: { ...counts }, totals: { ...totals }, oldestPendingMs, unreachable };
}

export function toActivityView(activity: MinuteActivity): TypeOf<typeof activityView> {
  return { ...activity, minute: toInstant(activity.minute) };
}

/** All but payload and result, which keep their positions among the fields. */
function withoutContent(task: TaskInfo): TaskView {
  const { id, type, queue, state, priority, failures, crashes, key } = task;
  return {
    id,
    type,
    queue,
    state,
    priority,
    payload: undefined,
    result: undefined,
    ...toSettingViews(task),
    createdAt: toInstant(task.createdAt),
    runAt: toInstant(task.runAt),
    startedAt: toOptionalInstant(task.startedAt),
    leaseUntil: toOptionalInstant(task.leaseUntil),
    finishedAt: toOptionalInstant(task.finishedAt),
    putBackAt: toOptionalInstant(task.putBackAt),
    failures,
    crashes,
    key,
    worker: task.worker,
    cancelRequested: task.cancelRequested,
    deadReason: task.deadReason,
    error: task.error,
  };
}

function toAttemptView({ startedAt, endedAt, ...attempt }: FailedAttempt): TypeOf<typeof attemptView> {
  return { ...attempt, startedAt: toInstant(startedAt), endedAt: toInstant(endedAt) };
}

function toInstant(ms: number): string {
  return new Date(ms).toISOString();
}

function toOptionalInstant(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : toInstant(ms);
}
