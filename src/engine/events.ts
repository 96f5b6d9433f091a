/**
 * What happens, said aloud: one channel of `node:diagnostics_channel` per kind of event, named `windlass:` and the name
 * in `WindlassEvents`. They are of the whole process: every client and worker in it speaks here.
 *
 * While nobody listens, an event costs one read of a property and makes nothing. All that it holds is frozen. A listener
 * runs in the call that publishes, so it should be quick; one that throws ends the process (Node's rule), which `onEvent`
 * keeps from happening.
 */
import { channel } from "node:diagnostics_channel";
import type { AddResult, MaintainReply } from "../store/store.ts";
import type { ErrorCode } from "../task/errors.ts";
import type { Headers } from "../task/headers.ts";
import type { Outcome } from "../task/outcome.ts";
import type { NewTask } from "../task/task.ts";

/** Every event by name. */
export interface WindlassEvents {
  /** The store acknowledged new tasks, or found that they were there already. */
  readonly "task.added": TaskAdded;
  /** An attempt begins; exactly one of `attempt.ended` and `lease.lost` with `running: true` follows. */
  readonly "attempt.started": AttemptStarted;
  /** An attempt is over, and its outcome waits to be written. */
  readonly "attempt.ended": AttemptEnded;
  /** A lease ran out or went to another worker: what the attempt says changes nothing. */
  readonly "lease.lost": LeaseLost;
  /** A round of housekeeping. */
  readonly "maintenance.swept": MaintenanceSwept;
  /** A call of the store, whatever it answered. */
  readonly "store.call": StoreCall;
}

export type EventName = keyof WindlassEvents;

/** Tasks of one queue and type that were added by one call of the store. */
export interface TaskAdded {
  readonly queue: string;
  readonly type: string;
  /** True: they were there already (same key or id), and `ids` names those that stand. */
  readonly duplicate: boolean;
  readonly ids: readonly string[];
  /** How many ids. */
  readonly count: number;
}

/** What is known of an attempt from its lease. Never the payload. */
export interface AttemptFacts {
  readonly id: string;
  readonly type: string;
  readonly queue: string;
  readonly priority: number;
  /** 1 for the first try. */
  readonly attempt: number;
  /** The number of the lease, which fences it. */
  readonly token: number;
  /** Ms since the epoch by the store's clock, as `runAt`. */
  readonly createdAt: number;
  readonly runAt: number;
  readonly headers: Headers;
  /** The worker's name in the store. */
  readonly worker: string;
}

export type AttemptStarted = AttemptFacts;

export interface AttemptEnded extends AttemptFacts {
  /** What is to become of the task, with the error or the result as it is written. */
  readonly outcome: Outcome;
  /** How long it ran, in ms; undefined if nobody listened when it started. */
  readonly durationMs: number | undefined;
}

export interface LeaseLost {
  readonly id: string;
  readonly queue: string;
  readonly token: number;
  readonly worker: string;
  /** True: the attempt still ran, and was told to stop. False: it had ended, and its outcome changed nothing. */
  readonly running: boolean;
}

export type MaintenanceSwept = MaintainReply;

export interface StoreCall {
  /** The store's name, e.g. `redis`. */
  readonly store: string;
  /** Which call, e.g. `exchange`. */
  readonly call: string;
  /** How long it took, in ms. */
  readonly durationMs: number;
  /** Undefined: it succeeded. */
  readonly code: ErrorCode | undefined;
}

/** Where one kind of event is published. */
export interface EventChannel<Event> {
  /** Ask first: an event that nobody hears is not made. */
  readonly hasSubscribers: boolean;
  publish(event: Event): void;
}

/** Tells an event that was made for this. It is frozen, so that no listener changes what the next one hears. */
export function tell<Event extends object>(to: EventChannel<Event>, event: Event): void {
  to.publish(Object.freeze(event));
}

/** The name of an event's channel in `node:diagnostics_channel`. */
export function channelName(name: EventName): string {
  return `windlass:${name}`;
}

/** Kept here for good: a channel that nobody holds is collected with its listeners. */
function open<Name extends EventName>(name: Name): EventChannel<WindlassEvents[Name]> {
  return channel(channelName(name));
}

const taskAdded = open("task.added");
export const attemptStarted: EventChannel<AttemptStarted> = open("attempt.started");
export const attemptEnded: EventChannel<AttemptEnded> = open("attempt.ended");
export const leaseLost: EventChannel<LeaseLost> = open("lease.lost");
export const maintenanceSwept: EventChannel<MaintenanceSwept> = open("maintenance.swept");
export const storeCall: EventChannel<StoreCall> = open("store.call");

/** Says which tasks were added, and which were there already. `results` answers `tasks`, in order; a conflict is no event. */
export function publishAdded(
  tasks: readonly NewTask[],
  results: readonly Pick<AddResult, "id" | "status">[],
): void {
  if (!taskAdded.hasSubscribers) return;
  const groups = new Map<string, { queue: string; type: string; duplicate: boolean; ids: string[] }>();
  for (const [index, { queue, type }] of tasks.entries()) {
    const { id, status } = results[index]!;
    if (status === "conflict") continue;
    const name = `${queue} ${type} ${status}`;
    let group = groups.get(name);
    if (group === undefined)
      groups.set(name, (group = { queue, type, duplicate: status === "duplicate", ids: [] }));
    group.ids.push(id);
  }
  for (const group of groups.values()) {
    Object.freeze(group.ids);
    tell(taskAdded, { ...group, count: group.ids.length });
  }
}
