/** A task as this store keeps it: the one mutable record behind every copy that is handed out. */
import type { AttemptMove } from "../../task/life.ts";
import { settingsOf, type TaskSettings } from "../../task/settings.ts";
import {
  ATTEMPTS_KEPT,
  type DeadReason,
  DEFAULT_CRASH_LIMIT,
  type FailedAttempt,
  type NewTask,
  type TaskError,
  type TaskState,
} from "../../task/task.ts";
import type { Activity } from "./activity.ts";
import type { KeyRecord, Keys } from "./keys.ts";
import type { LineItem } from "./line.ts";

/** Who runs a task, and under which fence. */
export interface HeldLease {
  readonly entry: Entry;
  readonly token: number;
  readonly worker: string;
  readonly startedAt: number;
  until: number;
  cancelRequested: boolean;
}

/** What an entry knows of its queue (see `queue.ts`). */
export interface EntryQueue {
  readonly name: string;
  readonly keys: Keys;
  readonly activity: Activity;
  /** Puts a task that is in no state set into that of `state`: at the tail, or back at the head. */
  put(entry: Entry, state: TaskState, end?: "head" | "tail"): void;
  /** Takes a task out of its state set. */
  take(entry: Entry): void;
}

export interface Entry extends LineItem<Entry> {
  readonly id: string;
  readonly type: string;
  readonly queue: EntryQueue;
  readonly createdAt: number;
  /** Undefined without any, which most tasks are. */
  readonly settings: TaskSettings | undefined;
  readonly crashLimit: number;
  /** Its number among all tasks ever added: the order of lists, and of tasks that fall due together. */
  readonly sequence: number;
  payload: string;
  priority: number;
  /** Written by `Queue.put` alone, so that state, state set and count always agree. */
  state: TaskState;
  runAt: number;
  putBackAt: number | undefined;
  failures: number;
  crashes: number;
  key: KeyRecord | undefined;
  /** While it runs, and only then. */
  held: HeldLease | undefined;
  finishedAt: number | undefined;
  deadReason: DeadReason | undefined;
  error: TaskError | undefined;
  result: string | undefined;
  /** Made with the first attempt that fails: most tasks never need it. */
  attempts: FailedAttempt[] | undefined;
  /** Its slot in a heap (see `heap.ts`). */
  slot: number;
}

/** A record for a new task that is in no state set yet. */
export function newEntry(task: NewTask, queue: EntryQueue, sequence: number, now: number): Entry {
  return {
    id: task.id,
    type: task.type,
    queue,
    createdAt: now,
    settings: copyOf(task),
    crashLimit: task.crashLimit ?? DEFAULT_CRASH_LIMIT,
    sequence,
    payload: task.payload,
    priority: task.priority,
    state: "pending",
    runAt: task.runAt ?? now + (task.delayMs ?? 0),
    putBackAt: undefined,
    failures: 0,
    crashes: 0,
    key: undefined,
    held: undefined,
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

/** The producer's objects are the producer's, whatever it does to them later. */
function copyOf(task: NewTask): TaskSettings | undefined {
  const settings = settingsOf(task);
  return settings && structuredClone(settings);
}

/** Records an attempt that did not succeed, and what it cost. */
export function recordAttempt(
  held: HeldLease,
  costs: NonNullable<AttemptMove["costs"]>,
  now: number,
  given: TaskError | undefined,
): FailedAttempt {
  const { entry } = held;
  const error = given && Object.freeze({ ...given });
  const attempt: FailedAttempt = {
    attempt: entry.failures + entry.crashes + 1,
    outcome: costs === "crash" ? "crashed" : "failed",
    startedAt: held.startedAt,
    endedAt: now,
    worker: held.worker,
    error,
  };
  entry.attempts = [...(entry.attempts ?? []), Object.freeze(attempt)].slice(-ATTEMPTS_KEPT);
  entry.error = error ?? entry.error;
  if (costs === "crash") entry.crashes++;
  else entry.failures++;
  return attempt;
}
