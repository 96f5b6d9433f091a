/**
 * The one table of allowed moves: the law that every store obeys.
 *
 * Read a row as "from here, this event leads to one of these states". An event that has no row for a state is
 * refused and changes nothing.
 */
import type { TaskState } from "./task.ts";

/** What can happen to a task. */
export type LifeEvent =
  | "due" // its time has come
  | "claim"
  | "complete"
  | "fail" // the handler failed: retrying while budget is left, else dead
  | "snooze" // the handler asks to be run later; costs nothing
  | "release" // a worker gives the lease back; costs nothing
  | "expire" // the lease ran out: pending while crash budget is left, else dead
  | "stop" // a running task that was asked to cancel has stopped
  | "cancel" // asked by a person or a program
  | "retry" // by hand: a new life with fresh budgets
  | "runNow"
  | "reject"; // its record cannot be read, or its payload was refused

const moves: { readonly [S in TaskState]: { readonly [E in LifeEvent]?: readonly TaskState[] } } = {
  scheduled: { due: ["pending"], cancel: ["cancelled"], runNow: ["pending"], reject: ["dead"] },
  pending: { claim: ["running"], cancel: ["cancelled"], reject: ["dead"] },
  retrying: { due: ["pending"], cancel: ["cancelled"], runNow: ["pending"], reject: ["dead"] },
  running: {
    complete: ["completed"],
    // A running task that was asked to cancel never runs again, whatever its worker answers.
    fail: ["retrying", "dead", "cancelled"],
    snooze: ["scheduled", "cancelled"],
    release: ["pending", "cancelled"],
    expire: ["pending", "dead", "cancelled"],
    stop: ["cancelled"],
    cancel: ["running"],
    reject: ["dead"],
  },
  completed: {},
  cancelled: {},
  dead: { retry: ["pending"] },
};

/** True if `event` may take a task from `from` to `to`. */
export function mayMove(from: TaskState, event: LifeEvent, to: TaskState): boolean {
  return moves[from][event]?.includes(to) ?? false;
}

/** True if `event` may happen to a task in this state at all. */
export function allows(state: TaskState, event: LifeEvent): boolean {
  return moves[state][event] !== undefined;
}

/** The states in which `event` may happen, for error texts such as "only a dead task can be retried". */
export function statesThatAllow(event: LifeEvent): readonly TaskState[] {
  return (Object.keys(moves) as TaskState[]).filter((state) => allows(state, event));
}

/** Nothing but a person or the retention moves a task out of a terminal state. */
export function isTerminal(state: TaskState): boolean {
  return state === "completed" || state === "cancelled" || state === "dead";
}

/** True while a task waits: it may then be edited, cancelled or purged without asking a worker. */
export function isWaiting(state: TaskState): boolean {
  return state === "pending" || state === "scheduled" || state === "retrying";
}
