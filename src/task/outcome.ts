/** What became of an attempt. Data, so that it can be stored, sent, printed and compared. `life.ts` says where each leads. */
import type { DeadReason, TaskError } from "./task.ts";

export type Outcome =
  /** `keep: false` removes the task at once, as a retention of zero would. */
  | { readonly kind: "completed"; readonly keep: boolean; readonly result?: string | undefined }
  /** Failed, and budget is left. */
  | { readonly kind: "retry"; readonly delayMs: number; readonly error: TaskError }
  /** Failed for good. */
  | { readonly kind: "dead"; readonly reason: DeadReason; readonly error: TaskError }
  /** The handler asks to be run later. */
  | { readonly kind: "snooze"; readonly delayMs: number }
  /**
   * Not by this worker, or not now: put back, without cost, and `putBackAt` tells since when that goes on. `why`: there is no
   * handler for its type here, or it crashed before and has to run alone. The law reads that, and no store. `ageMs` moves
   * `putBackAt` to so long before now: by default it stays where the first of them in a row set it.
   */
  | {
      readonly kind: "requeue";
      readonly delayMs: number;
      readonly why: "unhandled" | "suspect";
      readonly ageMs?: number | undefined;
    }
  /** The worker gives the lease back. */
  | { readonly kind: "release" }
  /** The handler stopped because it was asked to. */
  | { readonly kind: "cancelled" };

export type OutcomeKind = Outcome["kind"];
