/**
 * The contract between the engine and a backend: six verbs, all plural, each atomic per queue.
 *
 * What every store promises, and `windlass/testing` checks:
 * - A promise that resolves means: written to the medium that the durability table names.
 * - Only the newest lease of a task can settle or extend it. A stale one is told `lost` and changes nothing.
 * - Nothing is claimed before its `runAt` by the store's own clock; no client clock is ever compared with it.
 * - Repeating a call whose reply was lost is safe: `add` answers `duplicate`, `exchange` answers `lost` for what
 *   it already settled.
 * - Order: lower priority number first, and within one priority in the order in which tasks became pending;
 *   a released or recovered task goes back to the head.
 * - Errors are `WindlassError`s. `UNKNOWN` says that the call may or may not have taken effect; any other code
 *   says that it has not.
 */
import type { WindlassError } from "../task/errors.ts";
import type { Outcome } from "../task/outcome.ts";
import type { TaskSettings } from "../task/settings.ts";
import type { NewTask, TaskState } from "../task/task.ts";
import type { Signal } from "./signal.ts";

export interface Store {
  /** `memory`, `sqlite`, `redis`, … */
  readonly name: string;
  /** Wake-ups. Losing one costs latency, never a task. */
  readonly signal: Signal;
  /**
   * How many calls of `add`, and of `exchange`, are worth having under way at once: 1 where they run one after the other anyway, 2 where
   * a network lies between, so that one is on its way while the other is worked on. A hint for batching.
   */
  readonly callsAtOnce: number;

  /** Migrates, or refuses with a clear error. Idempotent. */
  open(): Promise<void>;

  /** Adds tasks. One answer per task, in order. Tasks of one queue are added together or not at all. */
  add(tasks: readonly NewTask[]): Promise<readonly AddResult[]>;

  /**
   * Settles these attempts, adds their followers and leases up to `claim.max` more tasks: one round trip, one transaction
   * per queue.
   */
  exchange(exchange: Exchange): Promise<ExchangeReply>;

  /** Moves the deadline of leases to `leaseMs` from now. One verdict per lease, in order. */
  extend(leases: readonly LeaseRef[], leaseMs: number): Promise<readonly ExtendVerdict[]>;

  /**
   * Housekeeping, for all queues: due tasks become pending, expired leases go back to pending or to dead,
   * finished tasks beyond the retention go, and queues are forgotten in which there is nothing (no task in any state, no key that
   * holds, no pause) and nothing happened for a day, within another day. Handles at most `limit` of each kind, so that it never holds the store long.
   */
  maintain(request: MaintainRequest): Promise<MaintainReply>;

  /** Closes the store. Idempotent; every call after it fails with `STORE_CLOSED`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** `duplicate` and `conflict` name the task that stands. A conflict is the same key with another fingerprint. */
export type AddResult =
  /** `state` by the store's clock, when it was added. */
  | { readonly status: "added"; readonly id: string; readonly state: "scheduled" | "pending" }
  | { readonly status: "duplicate" | "conflict"; readonly id: string };

/** The right to run one attempt. `token` is the fence: a new claim of the same task has a higher one. */
export interface LeaseRef {
  readonly id: string;
  readonly queue: string;
  readonly token: number;
}

/** A lease with what a worker needs to run the attempt. */
export interface Lease extends LeaseRef, TaskSettings {
  readonly type: string;
  readonly payload: string;
  readonly priority: number;
  readonly createdAt: number;
  readonly runAt: number;
  /** When it was claimed, by the store's clock, as `runAt` is. */
  readonly startedAt: number;
  /** Since when workers put it back (outcome `requeue`, and its `ageMs`), by the same clock; undefined if the last one did not. */
  readonly putBackAt?: number | undefined;
  readonly failures: number;
  readonly crashes: number;
}

export interface Settlement extends LeaseRef {
  readonly outcome: Outcome;
  /**
   * Tasks that are added with this settlement: in its transaction, and not at all if it is `lost`.
   *
   * Where they go to another server than the attempt's queue (slots of a Redis Cluster), they are written just before it
   * instead, if its lease stands then. What fails after that leaves them added, although nothing was settled, and the
   * settlement or the whole attempt is said again. So their ids have to be derived from the attempted task: a repetition
   * then finds them there and adds none. Not if one has ended and been removed meanwhile (a retention of 0, `keep: false`):
   * that one is added again and runs twice. As for every task, the promise is at least once.
   */
  readonly followers?: readonly NewTask[] | undefined;
}

export interface Claim {
  /** Where to look, in order of preference: a later queue is asked only for what the earlier ones did not fill. */
  readonly queues: readonly string[];
  readonly max: number;
  readonly leaseMs: number;
  /** Names the claimer, unique among live workers. */
  readonly worker: string;
  /**
   * Set after a reply was lost: these are all the leases that the worker knows of. Any other that it has in
   * `queues` was claimed by the lost call and is released without cost before claiming.
   */
  readonly holding?: readonly LeaseRef[] | undefined;
}

export interface Exchange {
  readonly settle: readonly Settlement[];
  readonly claim?: Claim | undefined;
}

/** `lost`: the lease was no longer the newest one, and nothing was written. */
export type Verdict = "applied" | "lost";

/**
 * `unknown`: of a store on several servers (shards of a cluster) the one of this lease could not be reached, or did not
 * answer; the others did. `ExchangeReply.failure` says why. Say it again, by itself. A call of which no server answered fails.
 */
export type SettleVerdict = Verdict | "unknown";

/** `cancelled`: extended, but someone asked the task to stop. */
export type ExtendVerdict = SettleVerdict | "cancelled";

export interface ExchangeReply {
  /** One per settlement, in order. */
  readonly verdicts: readonly SettleVerdict[];
  /** In the order in which they should start. */
  readonly leases: readonly Lease[];
  /** How long until a task of the claimed queues falls due; undefined if none waits. Only a hint when leases were full. */
  readonly nextDueMs?: number | undefined;
  /**
   * Why some verdicts are `unknown`, or some queues could not be claimed from: retriable. If it is `UNKNOWN`, a claim may
   * have taken effect unseen, so the next one says what is held.
   */
  readonly failure?: WindlassError | undefined;
  /** What became of the followers, by the index of their settlement; undefined if no settlement had any. */
  readonly followers?: readonly FollowerResults[] | undefined;
}

/** One answer per follower of an applied settlement. */
export interface FollowerResults {
  /** Index of the settlement in the call. */
  readonly settlement: number;
  readonly results: readonly AddResult[];
}

/** How long and how many finished tasks are kept; the stricter of the two bounds wins. Counts are per queue. */
export interface Keep {
  readonly ageMs: number;
  readonly count: number;
}

export interface Retention {
  readonly completed: Keep;
  readonly cancelled: Keep;
  readonly dead: Keep;
}

export interface MaintainRequest {
  readonly limit: number;
  /** Undefined: nothing is pruned. */
  readonly retention?: Retention | undefined;
}

export interface MaintainReply {
  /** Due tasks that became pending. */
  readonly promoted: number;
  /** Expired leases: back to pending, dead, or cancelled. */
  readonly expired: number;
  /** Those, one by one; left out if there are none. */
  readonly recovered?: readonly Recovered[] | undefined;
  /** Finished tasks that were removed. */
  readonly pruned: number;
  /** True if some of them were removed before their time, because the store is nearly full. */
  readonly early?: boolean | undefined;
  /** Why some queues could not be looked after: the first reason. All others were. */
  readonly failure?: WindlassError | undefined;
  /** True if `limit` was reached: call again soon. */
  readonly more: boolean;
}

/** A task that was taken back from a worker whose lease ran out. */
export interface Recovered {
  readonly id: string;
  readonly queue: string;
  /** Who is lost: killed, frozen or cut off. */
  readonly worker: string;
  /** What the task is now. */
  readonly state: TaskState;
}
