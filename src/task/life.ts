/**
 * The law of a task's life: which events there are, in which states they may happen, and where they lead.
 *
 * It is decided here and nowhere else. Stores carry it out: they take `to` and `ifCancelled` from here, and compare only
 * what they alone hold, which is a stored limit, a deadline and whether someone asked a running task to stop. Scripts and
 * statements that run inside a database get these tables as arguments or when they are loaded. The conformance suite has a
 * case for every state and event, made from the same tables.
 */
import type { Outcome, OutcomeKind } from "./outcome.ts";
import { type DeadReason, TASK_STATES, type TaskState } from "./task.ts";

/** Every state but `running`: to that only a claim leads, which makes the lease. */
export type RestState = Exclude<TaskState, "running">;

/** States whose tasks wait for their time. */
export type TimedState = "scheduled" | "retrying";

/** Where the end of an attempt leads. Always from `running`. */
export interface AttemptMove {
  readonly to: RestState;
  /** Instead of `to`, if someone asked the task to stop: then it never runs again. */
  readonly ifCancelled: RestState;
  /**
   * What it uses up: one of the retry budget or one of the crash budget. The attempt is recorded then, with the outcome's
   * error if it has one. Undefined: nothing, and no attempt is recorded.
   */
  readonly costs?: "failure" | "crash";
  /** The store remembers when the first of such moves in a row was made (`putBackAt`). Any other end of an attempt ends that. */
  readonly putsBack?: true;
  /** The event that is counted beside what it costs and where it leads, unless someone asked the task to stop. */
  readonly counts?: "unhandled";
}

const outcomes: { readonly [K in OutcomeKind]: AttemptMove } = {
  completed: { to: "completed", ifCancelled: "completed" },
  retry: { to: "retrying", ifCancelled: "cancelled", costs: "failure" },
  dead: { to: "dead", ifCancelled: "cancelled", costs: "failure" },
  snooze: { to: "scheduled", ifCancelled: "cancelled" },
  requeue: { to: "scheduled", ifCancelled: "cancelled", putsBack: true },
  release: { to: "pending", ifCancelled: "cancelled" },
  cancelled: { to: "cancelled", ifCancelled: "cancelled" },
};

/**
 * A task that is put back because its worker has no handler for it is counted, since otherwise nothing tells of it while it goes
 * to and fro. A suspect is not: it waits for its turn, as a snoozed one does.
 */
const unhandled: AttemptMove = { ...outcomes.requeue, counts: "unhandled" };

/** Where an outcome leads. A task that goes from running back to pending stands at the head of its line: it had its turn. */
export function moveOf({ kind, why }: OutcomeMark): AttemptMove {
  return why === "unhandled" ? unhandled : outcomes[kind];
}

/** What of an outcome decides where it leads. */
interface OutcomeMark extends Pick<Outcome, "kind"> {
  readonly why?: Extract<Outcome, { readonly kind: "requeue" }>["why"];
}

/** Every kind of outcome. */
export const OUTCOME_KINDS = Object.keys(outcomes) as readonly OutcomeKind[];

/** A lease ran out: its worker died, froze or was cut off. As a release, but it costs crash budget. */
export const EXPIRY = {
  to: "pending",
  ifCancelled: "cancelled",
  costs: "crash",
  /** Instead of `to`, once the task has crashed more often than its limit allows. */
  ifSpent: "dead",
  reason: "crashed",
} as const satisfies AttemptMove & {
  readonly costs: "crash";
  readonly ifSpent: RestState;
  readonly reason: DeadReason;
};

/** Where a lease that ran out leads. `crashes` counts this one. */
export function afterExpiry(crashes: number, limit: number, cancelRequested: boolean): RestState {
  if (cancelRequested) return EXPIRY.ifCancelled;
  return crashes > limit ? EXPIRY.ifSpent : EXPIRY.to;
}

/** A claimed task whose record cannot be read: put aside, so that it stops no other. Costs nothing. */
export const UNREADABLE = { to: "dead", reason: "invalid" } as const satisfies {
  readonly to: TerminalState;
  readonly reason: DeadReason;
};

/** A new task waits for its time, or may be claimed at once. Both by the store's clock. */
export function firstState(runAt: number, now: number): "scheduled" | "pending" {
  return runAt > now ? "scheduled" : "pending";
}

/** What a person or a program may do to a task by hand. */
export type Act = "retry" | "cancel" | "runNow" | "remove";

export interface ActRule {
  /**
   * Where it leads from each state; a state that is not named refuses it, and nothing is written. `running` to `running`:
   * the worker is asked to stop, and whatever it answers, the task never runs again. `running` to another: its lease is
   * lost. `removed`: there is no task any more.
   */
  readonly leads: { readonly [S in TaskState]?: RestState | "removed" | (S extends "running" ? S : never) };
  /** Budgets are whole again. The history stays. */
  readonly renews?: true;
  /** Its time is now. */
  readonly due?: true;
  /** Why a task is dead that it leads to `dead`. */
  readonly reason?: DeadReason;
}

const gone = { completed: "removed", cancelled: "removed", dead: "removed" } as const;

export const ACTS: Readonly<Record<Act, ActRule>> = {
  retry: { leads: { dead: "pending" }, renews: true, due: true },
  cancel: {
    leads: { scheduled: "cancelled", pending: "cancelled", retrying: "cancelled", running: "running" },
  },
  runNow: { leads: { scheduled: "pending", retrying: "pending" }, due: true },
  remove: { leads: { scheduled: "removed", pending: "removed", retrying: "removed", ...gone } },
};

/** Every act, in the order in which people read them. */
export const ACT_NAMES = Object.keys(ACTS) as readonly Act[];

/** What an act makes of a task in this state; undefined: it is refused. */
export function afterAct(act: Act, state: TaskState): TaskState | "removed" | undefined {
  return ACTS[act].leads[state];
}

/** Where an edit leads that gives a waiting task a time that is still to come. A state that is not named cannot be edited. */
export const EDIT: { readonly [S in TaskState]?: S extends "pending" | TimedState ? TimedState : never } = {
  scheduled: "scheduled",
  pending: "scheduled",
  retrying: "retrying",
};

/** What an edit makes of a task in this state; undefined: it is refused. `when`: what it does to the task's time. */
export function afterEdit(state: TaskState, when: "kept" | "due" | "later"): RestState | undefined {
  if (state === "running") return undefined; // it has no time and no place in line
  const later = EDIT[state];
  if (later === undefined || when === "later") return later;
  return when === "due" ? DUE.to : state;
}

/** A waiting task's time has come. It goes to the tail: those that became pending before it were first. */
export const DUE = {
  from: ["scheduled", "retrying"],
  to: "pending",
} as const satisfies { readonly from: readonly TimedState[]; readonly to: "pending" };

/** The states in which an act may happen, for error texts such as "only a dead task can be retried". */
export function statesThatAllow(act: Act | "edit"): readonly TaskState[] {
  const leads = act === "edit" ? EDIT : ACTS[act].leads;
  return TASK_STATES.filter((state) => leads[state] !== undefined);
}

/**
 * Nothing but a person or the retention moves a task out of a terminal state. While a task is in one it has the time of its
 * end, and its key holds only as long as its window; a dead one has its reason. All of that goes when it leaves.
 */
export function isTerminal(state: TaskState): state is TerminalState {
  return TERMINAL_STATES.includes(state);
}

/** True while a task waits: it is neither running nor over. */
export function isWaiting(state: TaskState): boolean {
  return state !== "running" && !isTerminal(state);
}

export type TerminalState = "completed" | "cancelled" | "dead";

export const TERMINAL_STATES: readonly TaskState[] = [
  "completed",
  "cancelled",
  "dead",
] satisfies readonly TerminalState[];

/** True of a state whose tasks wait for their time. */
export function isTimed(state: TaskState): state is TimedState {
  return state === "scheduled" || state === "retrying";
}

/** Ends that are counted minute by minute, when a task comes to them or would have and is removed at once. */
export function isCounted(state: TaskState): state is "completed" | "dead" {
  return state === "completed" || state === "dead";
}
