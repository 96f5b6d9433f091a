/** The law of `task/life.ts` for whoever writes a store: it refuses what no type allows. Our own stores ask it as it is. */
import * as law from "../task/life.ts";
import { checkBoolean, invalidOption } from "../task/options.ts";
import { reading } from "../task/reading.ts";
import { TASK_STATES, type TaskState } from "../task/task.ts";

/** As that of the law. Fails with `INVALID_OPTION`. */
export const moveOf: typeof law.moveOf = (outcome) => {
  const asked = reading("outcome", () => ({ ...outcome }));
  return law.moveOf({ ...asked, kind: oneOf(law.OUTCOME_KINDS, asked.kind, "outcome.kind") });
};

/** As that of the law. Fails with `INVALID_OPTION`. */
export const afterExpiry: typeof law.afterExpiry = (crashes, limit, cancelRequested) =>
  law.afterExpiry(
    numberOf(crashes, "crashes"),
    numberOf(limit, "limit"),
    checkBoolean(cancelRequested, "cancelRequested"),
  );

/** As that of the law. Fails with `INVALID_OPTION`. */
export const firstState: typeof law.firstState = (runAt, now) =>
  law.firstState(numberOf(runAt, "runAt"), numberOf(now, "now"));

/** As that of the law. Fails with `INVALID_OPTION`. */
export const afterAct: typeof law.afterAct = (act, state) =>
  law.afterAct(oneOf(law.ACT_NAMES, act, "act"), stateOf(state));

/** As that of the law. Fails with `INVALID_OPTION`. */
export const afterEdit: typeof law.afterEdit = (state, when) =>
  law.afterEdit(stateOf(state), oneOf(["kept", "due", "later"], when, "when"));

/** As that of the law. Fails with `INVALID_OPTION`. */
export const statesThatAllow: typeof law.statesThatAllow = (act) =>
  law.statesThatAllow(oneOf([...law.ACT_NAMES, "edit"], act, "act"));

function stateOf(state: unknown): TaskState {
  return oneOf(TASK_STATES, state, "state");
}

function oneOf<const Word extends string>(words: readonly Word[], value: unknown, option: string): Word {
  const word = words.find((each) => each === value);
  if (word === undefined) throw invalidOption(option, value, words.join(", "));
  return word;
}

function numberOf(value: unknown, option: string): number {
  if (typeof value === "number") return value;
  throw invalidOption(option, value, "a number");
}
