/**
 * The nouns of Windlass: what a task is, wherever it is kept and whoever looks at it.
 *
 * Everything here is data. A payload is JSON text that no store ever interprets; instants are milliseconds
 * since the Unix epoch by the store's clock; durations are milliseconds and end in `Ms`.
 */

import type { TaskSettings } from "./settings.ts";

/** Where a task stands. `completed`, `cancelled` and `dead` are terminal (see `life.ts` for the moves). */
export type TaskState =
  | "scheduled" // waits for its first `runAt` (a delay, or a snooze)
  | "pending" // may be claimed now
  | "running" // leased to a worker
  | "retrying" // failed, waits out its backoff
  | "completed"
  | "cancelled"
  | "dead"; // kept with its reason until someone retries or purges it

/** Every state, in the order in which people read them. */
export const TASK_STATES: readonly TaskState[] = [
  "pending",
  "scheduled",
  "retrying",
  "running",
  "completed",
  "cancelled",
  "dead",
];

/** Why a task is in the dead-letter queue. */
export type DeadReason =
  | "exhausted" // its handler failed more often than its retry budget allows
  | "crashed" // its leases were lost more often than its crash budget allows
  | "discarded" // the handler said: never again
  | "expired" // it was not started in time
  | "unhandled" // no worker that claimed it had a handler for its type, for a whole day or what was said
  | "invalid"; // its payload was refused or its record could not be read

/** What went wrong in an attempt, as it is stored and shown. `stack` is cut to 8 KiB by the engine. */
export interface TaskError {
  readonly name: string;
  readonly message: string;
  /** A stable code (see `errors.ts`), when the failure has one. */
  readonly code?: string;
  readonly stack?: string;
}

/** One task per (queue, value) until `windowMs` after it was added, and for as long as that task is not terminal. */
export interface TaskKey {
  /** 1 to 255 visible ASCII characters. */
  readonly value: string;
  readonly windowMs: number;
  /** A digest of type and payload: the same key with another fingerprint is a conflict, not a duplicate. */
  readonly fingerprint: string;
}

/** A task as a producer hands it to a store. The producer makes the id, so that sending twice is harmless. */
export interface NewTask extends TaskSettings {
  /** A UUID in lower case; the producer makes version 7 (RFC 9562), whose order is that of creation. */
  readonly id: string;
  readonly type: string;
  readonly queue: string;
  /** JSON text. */
  readonly payload: string;
  /** 0 (first) to 9 (last). */
  readonly priority: number;
  /** Not before this long from now, by the store's clock. Not together with `runAt`. */
  readonly delayMs?: number | undefined;
  /** Not before this instant, by the store's clock. */
  readonly runAt?: number | undefined;
  readonly key?: TaskKey | undefined;
}

/** Which task. A caller that knows its queue says so: some stores (Redis) would have to look for it in all of them. */
export interface TaskRef {
  readonly id: string;
  readonly queue?: string | undefined;
}

/** Lost leases that are forgiven before a task is dead with reason `crashed`. */
export const DEFAULT_CRASH_LIMIT = 3;

/** How many priorities there are: 0 (first) to 9 (last). */
export const PRIORITIES = 10;

/** Largest payload, in bytes of JSON text as UTF-8. */
export const PAYLOAD_LIMIT = 1_048_576;

/** An attempt that did not succeed. */
export interface FailedAttempt {
  /** 1 for the first try. */
  readonly attempt: number;
  readonly outcome: "failed" | "crashed";
  readonly startedAt: number;
  readonly endedAt: number;
  readonly worker: string;
  readonly error?: TaskError | undefined;
}

/** A task as a store shows it. */
export interface Task extends TaskSettings {
  readonly id: string;
  readonly type: string;
  readonly queue: string;
  readonly payload: string;
  readonly priority: number;
  readonly state: TaskState;
  readonly createdAt: number;
  /** When it may start, or might have started. */
  readonly runAt: number;
  /** Handler failures since it was added or last retried by hand. */
  readonly failures: number;
  /**
   * Not terminal: since when workers put it back, because they have no handler for its type or it has to run alone; later by what
   * a task that nobody handles waited in line in between, which does not count for `unhandledAfter`. Undefined once it failed, was put off, released or lost, or was given another time by hand.
   */
  readonly putBackAt?: number | undefined;
  /** Lost leases since it was added or last retried by hand. */
  readonly crashes: number;
  readonly crashLimit: number;
  readonly key?: string | undefined;
  /** Running: who has the lease, since when and until when. */
  readonly worker?: string | undefined;
  readonly startedAt?: number | undefined;
  readonly leaseUntil?: number | undefined;
  /** Running, and asked to stop: it will not run again. */
  readonly cancelRequested?: boolean | undefined;
  /** Terminal: since when. */
  readonly finishedAt?: number | undefined;
  readonly deadReason?: DeadReason | undefined;
  /** The last failure, whatever became of the task since. */
  readonly error?: TaskError | undefined;
  /** JSON text of what the handler returned. */
  readonly result?: string | undefined;
}

/** A task with the attempts that did not succeed, oldest first; stores keep at least the last `ATTEMPTS_KEPT`. */
export interface TaskDetail extends Task {
  readonly attempts: readonly FailedAttempt[];
}

/** Failed attempts kept with a task: enough to see a pattern, bounded so that a snoozing task cannot grow for ever. */
export const ATTEMPTS_KEPT = 20;
