/** How the API shows things: payloads as JSON, instants as RFC 3339 in UTC, durations in ms. */
import * as z from "zod";
import type { MinuteActivity, QueueInfo } from "../store/facets.ts";
import { type FailedAttempt, type Task, TASK_STATES, type TaskDetail, type TaskState } from "../task/task.ts";
import { parseExact } from "./exact-json.ts";

/** In a list, a longer payload or result is left out: 500 tasks of 1 MiB are no page. In characters. */
export const LISTED_LIMIT = 4_096;

export const stateView = z.enum(TASK_STATES as [TaskState, ...TaskState[]]);

const instantView = z.iso.datetime().meta({ description: "RFC 3339, UTC, with milliseconds" });

const errorView = z.object({
  name: z.string(),
  message: z.string(),
  code: z.string().optional(),
  stack: z.string().optional(),
});

export const taskView = z.object({
  id: z.string(),
  type: z.string(),
  queue: z.string(),
  state: stateView,
  priority: z.int().meta({ description: "0 (first) to 9 (last)" }),
  payload: z
    .unknown()
    .optional()
    .meta({ description: "As JSON; as a string if it is stored text that is not JSON" }),
  result: z.unknown().optional().meta({ description: "What the handler returned" }),
  omitted: z
    .array(z.enum(["payload", "result"]))
    .optional()
    .meta({ description: `In a list: what is left out because it has more than ${LISTED_LIMIT} characters` }),
  createdAt: instantView,
  runAt: instantView,
  startedAt: instantView.optional(),
  leaseUntil: instantView.optional(),
  finishedAt: instantView.optional(),
  failures: z.int(),
  crashes: z.int(),
  retryLimit: z.int().optional(),
  crashLimit: z.int(),
  key: z.string().optional(),
  worker: z.string().optional(),
  cancelRequested: z.boolean().optional(),
  deadReason: z.enum(["exhausted", "crashed", "discarded", "expired", "invalid"]).optional(),
  error: errorView.optional().meta({ description: "The last failure" }),
});

const attemptView = z.object({
  attempt: z.int(),
  outcome: z.enum(["failed", "crashed"]),
  startedAt: instantView,
  endedAt: instantView,
  worker: z.string(),
  error: errorView.optional(),
});

export const taskDetailView = taskView.extend({
  attempts: z.array(attemptView).meta({ description: "The attempts that did not succeed, oldest first" }),
});

const countsView = z.record(stateView, z.int());

export const queueView = z.object({
  name: z.string(),
  paused: z.boolean(),
  counts: countsView,
  oldestPendingMs: z.number().optional(),
});

export const activityView = z.object({
  minute: instantView,
  added: z.int(),
  completed: z.int(),
  failed: z.int(),
  crashed: z.int(),
  dead: z.int(),
});

export type TaskView = z.output<typeof taskView>;
export type TaskDetailView = z.output<typeof taskDetailView>;
export type QueueView = z.output<typeof queueView>;

/** A task by itself. */
export function showTask(task: Task): TaskView {
  const { payload, result } = task;
  return { ...showRest(task), payload: parseExact(payload), result: result && parseExact(result) };
}

/** A task in a list: what is long is left out, stacks are. */
export function showListed(task: Task): TaskView {
  const { payload, result, error } = task;
  const omitted: ("payload" | "result")[] = [];
  if (payload.length > LISTED_LIMIT) omitted.push("payload");
  if (result !== undefined && result.length > LISTED_LIMIT) omitted.push("result");
  return {
    ...showRest(task),
    payload: omitted.includes("payload") ? undefined : parseExact(payload),
    result: result === undefined || omitted.includes("result") ? undefined : parseExact(result),
    omitted: omitted.length === 0 ? undefined : omitted,
    error: error && { name: error.name, message: error.message, code: error.code },
  };
}

/** A task with its failed attempts. */
export function showDetail(task: TaskDetail): TaskDetailView {
  return { ...showTask(task), attempts: task.attempts.map(showAttempt) };
}

export function showQueue({ name, paused, counts, oldestPendingMs }: QueueInfo): QueueView {
  return { name, paused, counts: { ...counts }, oldestPendingMs };
}

export function showActivity(activity: MinuteActivity): z.output<typeof activityView> {
  return { ...activity, minute: showInstant(activity.minute) };
}

function showRest(task: Task): TaskView {
  const { id, type, queue, state, priority, failures, crashes, retryLimit, crashLimit, key, worker } = task;
  return {
    id,
    type,
    queue,
    state,
    priority,
    payload: undefined,
    result: undefined,
    createdAt: showInstant(task.createdAt),
    runAt: showInstant(task.runAt),
    startedAt: showOptional(task.startedAt),
    leaseUntil: showOptional(task.leaseUntil),
    finishedAt: showOptional(task.finishedAt),
    failures,
    crashes,
    retryLimit,
    crashLimit,
    key,
    worker,
    cancelRequested: task.cancelRequested,
    deadReason: task.deadReason,
    error: task.error,
  };
}

function showAttempt({ startedAt, endedAt, ...attempt }: FailedAttempt): TaskDetailView["attempts"][number] {
  return { ...attempt, startedAt: showInstant(startedAt), endedAt: showInstant(endedAt) };
}

function showInstant(ms: number): string {
  return new Date(ms).toISOString();
}

function showOptional(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : showInstant(ms);
}
