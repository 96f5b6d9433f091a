/** The law as store authors get it decides as the law by which our own stores go. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as shown from "windlass/store";
import * as law from "../../src/task/life.ts";
import { TASK_STATES } from "../../src/task/task.ts";

test("every outcome leads where it does in our own stores", () => {
  for (const kind of law.OUTCOME_KINDS) {
    assert.deepEqual(shown.moveOf({ kind }), law.moveOf({ kind }), kind);
    for (const why of ["unhandled", "suspect"] as const) {
      assert.deepEqual(shown.moveOf({ kind, why }), law.moveOf({ kind, why }), `${kind} ${why}`);
    }
  }
});

test("every act and edit does what it does in our own stores", () => {
  for (const state of TASK_STATES) {
    for (const act of law.ACT_NAMES) {
      assert.deepEqual(shown.afterAct(act, state), law.afterAct(act, state), `${act} ${state}`);
    }
    for (const when of ["kept", "due", "later"] as const) {
      assert.deepEqual(shown.afterEdit(state, when), law.afterEdit(state, when), `${state} ${when}`);
    }
  }
  for (const act of [...law.ACT_NAMES, "edit"] as const) {
    assert.deepEqual(shown.statesThatAllow(act), law.statesThatAllow(act), act);
  }
});

test("expiry and arrival lead where they do in our own stores", () => {
  for (const crashes of [0, 3, 4]) {
    for (const cancelRequested of [false, true]) {
      const [ours, theirs] = [law, shown].map((each) => each.afterExpiry(crashes, 3, cancelRequested));
      assert.equal(theirs, ours);
    }
  }
  for (const runAt of [0, 1, 2]) assert.equal(shown.firstState(runAt, 1), law.firstState(runAt, 1));
});
