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
  isCounted,
  isTimed,
  moveOf,
  TERMINAL_STATES,
  UNREADABLE,
} from "../../task/life.ts";
import type { Outcome } from "../../task/outcome.ts";
import {
  ATTEMPTS_KEPT,
  type DeadReason,
  DEFAULT_CRASH_LIMIT,
  TASK_STATES,
  type TaskState,
} from "../../task/task.ts";

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
  COUNTED: table(TASK_STATES.filter(isCounted)),
  DEFAULT_CRASH_LIMIT,
  DUE,
  EDIT,
  EXPIRY: { ...move(EXPIRY), reason: EXPIRY.reason, ifSpent: EXPIRY.ifSpent },
  LATER,
  RELEASED: move(moveOf({ kind: "release" })),
  TERMINAL: table(TERMINAL_STATES),
  TIMED: table(TASK_STATES.filter(isTimed)),
  UNREADABLE,
};

/**
 * True if completed tasks come to `completed`, whoever asked them to stop, and it costs nothing: then many of them can be
 * moved at once, as lua/shared/settle-completed.lua and the fast exchange do.
 */
export const COMPLETION_IS_PLAIN =
  COMPLETED.to === "completed" && COMPLETED.ifCancelled === "completed" && COMPLETED.costs === undefined;

/**
 * Where the end of an attempt leads, as lua/shared/end-attempts.lua takes it. `reason`: why, if it is dead by that.
 * `brings`: what the text is that comes along, an error or a result; `nothing` if the task is removed at once.
 */
interface Move {
  readonly to: TaskState;
  readonly ifCancelled: TaskState;
  readonly costs: NonNullable<AttemptMove["costs"]> | "-";
  readonly reason: DeadReason | "-";
  readonly brings: "error" | "result" | "nothing" | "-";
  /** `back`: it is put back, and since when is remembered. */
  readonly puts: "back" | "-";
  /** The event that is counted besides. */
  readonly counts: NonNullable<AttemptMove["counts"]> | "-";
}

/** The move of an outcome as words, in the order of `Move`. */
export function moveArg(outcome: Outcome): string {
  const reason = outcome.kind === "dead" ? outcome.reason : "-";
  const { to, ifCancelled, costs, puts, counts } = move(moveOf(outcome));
  return `${to} ${ifCancelled} ${costs} ${reason} ${bringsOf(outcome)} ${puts} ${counts}`;
}

function bringsOf(outcome: Outcome): Move["brings"] {
  if (outcome.kind !== "completed") return "error" in outcome ? "error" : "-";
  if (!outcome.keep) return "nothing";
  return outcome.result === undefined ? "-" : "result";
}

function move({ to, ifCancelled, costs, putsBack, counts }: AttemptMove): {
  readonly [Name in keyof Move]: Move[Name];
} {
  const puts = putsBack ? "back" : "-";
  return { to, ifCancelled, costs: costs ?? "-", reason: "-", brings: "-", puts, counts: counts ?? "-" };
}

/** A set that a script can look into. */
function table(states: readonly TaskState[]): LawValue {
  return Object.fromEntries(states.map((state) => [state, true]));
}
