/** A task as this store keeps it: the one mutable record behind every copy that is handed out. */
import type { Lease } from "../../store/store.ts";
import {
  ATTEMPTS_KEPT,
  type DeadReason,
  DEFAULT_CRASH_LIMIT,
  type FailedAttempt,
  type NewTask,
  type Task,
  type TaskDetail,
  type TaskError,
  type TaskState,
} from "../../task/task.ts";
import type { KeyRecord } from "./keys.ts";
import type { Queue } from "./queue.ts";

/** Who runs a task, and under which fence. */
export interface Tenure {
  readonly entry: Entry;
  readonly token: number;
  readonly worker: string;
  readonly startedAt: number;
  until: number;
  cancelRequested: boolean;
}

export interface Entry {
  readonly id: string;
  readonly type: string;
  readonly queue: Queue;
  readonly createdAt: number;
  readonly retryLimit: number | undefined;
  readonly crashLimit: number;
  /** Its place among all tasks ever added: the order of lists, and of tasks that fall due together. */
  readonly sequence: number;
  payload: string;
  priority: number;
  /** Written by `Queue.put` alone, so that state, shelf and count always agree. */
  state: TaskState;
  runAt: number;
  failures: number;
  crashes: number;
  key: KeyRecord | undefined;
  /** While it runs, and only then. */
  tenure: Tenure | undefined;
  finishedAt: number | undefined;
  deadReason: DeadReason | undefined;
  error: TaskError | undefined;
  result: string | undefined;
  /** Made with the first attempt that fails: most tasks never need it. */
  attempts: FailedAttempt[] | undefined;
  /** Neighbours on its line, and its place in a heap (see `line.ts`, `heap.ts`). */
  previous: Entry | undefined;
  next: Entry | undefined;
  slot: number;
}

/** A record for a new task that is on no shelf yet. */
export function newEntry(task: NewTask, queue: Queue, sequence: number, now: number): Entry {
  return {
    id: task.id,
    type: task.type,
    queue,
    createdAt: now,
    retryLimit: task.retryLimit,
    crashLimit: task.crashLimit ?? DEFAULT_CRASH_LIMIT,
    sequence,
    payload: task.payload,
    priority: task.priority,
    state: "pending",
    runAt: task.runAt ?? now + (task.delayMs ?? 0),
    failures: 0,
    crashes: 0,
    key: undefined,
    tenure: undefined,
    finishedAt: undefined,
    deadReason: undefined,
    error: undefined,
    result: undefined,
    attempts: undefined,
    previous: undefined,
    next: undefined,
    slot: -1,
  };
}

/** Notes an attempt that did not succeed; `error` is undefined for a crash. */
export function noteFailure(tenure: Tenure, now: number, error: TaskError | undefined): void {
  const { entry } = tenure;
  const attempt: FailedAttempt = {
    attempt: entry.failures + entry.crashes + 1,
    outcome: error === undefined ? "crashed" : "failed",
    startedAt: tenure.startedAt,
    endedAt: now,
    worker: tenure.worker,
    error,
  };
  entry.attempts = [...(entry.attempts ?? []), Object.freeze(attempt)].slice(-ATTEMPTS_KEPT);
  if (error === undefined) entry.crashes++;
  else entry.failures++;
}

export function toTask(entry: Entry): Task {
  return {
    id: entry.id,
    type: entry.type,
    queue: entry.queue.name,
    payload: entry.payload,
    priority: entry.priority,
    state: entry.state,
    createdAt: entry.createdAt,
    runAt: entry.runAt,
    failures: entry.failures,
    crashes: entry.crashes,
    retryLimit: entry.retryLimit,
    crashLimit: entry.crashLimit,
    key: entry.key?.value,
    worker: entry.tenure?.worker,
    startedAt: entry.tenure?.startedAt,
    leaseUntil: entry.tenure?.until,
    cancelRequested: entry.tenure?.cancelRequested || undefined,
    finishedAt: entry.finishedAt,
    deadReason: entry.deadReason,
    error: entry.error,
    result: entry.result,
  };
}

export function toDetail(entry: Entry): TaskDetail {
  return { ...toTask(entry), attempts: [...(entry.attempts ?? [])] };
}

export function toLease({ entry, token }: Tenure): Lease {
  return {
    id: entry.id,
    queue: entry.queue.name,
    token,
    type: entry.type,
    payload: entry.payload,
    priority: entry.priority,
    createdAt: entry.createdAt,
    runAt: entry.runAt,
    failures: entry.failures,
    crashes: entry.crashes,
    retryLimit: entry.retryLimit,
  };
}
