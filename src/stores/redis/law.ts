/**
 * The law of `task/`, as the scripts need it. What a settlement and an act lead to goes along as arguments; what scripts
 * have to know by themselves is put into them when they are loaded: `LAW.NAME` in Lua stands for the value here. So no
 * script decides. They compare what only Redis holds: a stored crash limit, the
 * time, whether someone asked a task to stop.
 */
import {
  type AttemptMove,
  DUE,
  EDIT,
  EXPIRY,
  firstState,
  moveOf,
  OUTCOME_KINDS,
  TERMINAL_STATES,
  UNREADABLE,
} from "../../task/life.ts";
import type { Outcome, OutcomeKind } from "../../task/outcome.ts";
import { ATTEMPTS_KEPT, DEFAULT_CRASH_LIMIT } from "../../task/task.ts";

/** A constant of the law, as Lua can write it. */
export type LawValue =
  | string
  | number
  | boolean
  | readonly LawValue[]
  | { readonly [name: string]: LawValue };

const COMPLETED = moveOf({ kind: "completed" });

/** The state of a new task that waits for its time, and of one that does not. */
export const LATER = firstState(1, 0);
export const AT_ONCE = firstState(0, 0);

/** What `LAW.NAME` stands for in a script. */
export const LAW: Readonly<Record<string, LawValue>> = {
  ATTEMPTS_KEPT,
  COMPLETED: moveTable(COMPLETED),
  DEFAULT_CRASH_LIMIT,
  DUE,
  EDIT,
  EXPIRY: { ...EXPIRY, ...moveTable(EXPIRY) },
  LATER,
  RELEASED: moveTable(moveOf({ kind: "release" })),
  TERMINAL: Object.fromEntries(TERMINAL_STATES.map((state) => [state, true])),
  UNREADABLE,
};

/** Where a completed task is kept. */
export const COMPLETED_TO = COMPLETED.to;

/** True if nobody but the worker has a say in where a completed task goes: then many of them can be moved at once. */
export const COMPLETED_ALIKE = COMPLETED.to === COMPLETED.ifCancelled && COMPLETED.costs === undefined;

/** Instead of a state: there is no task any more. */
const REMOVED = "removed";

/** Of each kind of outcome: to, if cancelled, event; see lua/shared/attempts.lua. */
const MOVES = Object.fromEntries(
  OUTCOME_KINDS.map((kind) => [kind, moveText(kind, moveOf({ kind }))]),
) as Readonly<Record<OutcomeKind, string>>;

const COMPLETED_AND_REMOVED = moveText("completed", { ...COMPLETED, to: REMOVED, ifCancelled: REMOVED });

/** Where an outcome leads, as the general exchange takes it. */
export function moveArg(outcome: Outcome): string {
  return outcome.kind === "completed" && !outcome.keep ? COMPLETED_AND_REMOVED : MOVES[outcome.kind];
}

function moveText(kind: OutcomeKind, move: Move): string {
  const { to, ifCancelled, event } = moveTable(move);
  return `${to} ${ifCancelled} ${kind === "completed" ? "completed" : event}`;
}

type Move = { readonly to: string; readonly ifCancelled: string; readonly costs?: AttemptMove["costs"] };

/** `event`: what it counts as, which says what it costs as well. */
function moveTable({ to, ifCancelled, costs }: Move) {
  const event = costs === undefined ? "-" : costs === "failure" ? "failed" : "crashed";
  return { to, ifCancelled, event };
}
