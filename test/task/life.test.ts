import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ACT_NAMES,
  ACTS,
  afterAct,
  afterEdit,
  afterExpiry,
  DUE,
  EXPIRY,
  firstState,
  isTerminal,
  isWaiting,
  moveOf,
  OUTCOME_KINDS,
  statesThatAllow,
  UNREADABLE,
} from "../../src/task/life.ts";
import { TASK_STATES, type TaskState } from "../../src/task/task.ts";

/** Every move that the law knows, by what makes it. */
const moves: readonly { readonly by: string; readonly from: TaskState; readonly to: TaskState }[] = [
  { by: "claim", from: "pending", to: "running" },
  ...DUE.from.map((from) => ({ by: "due", from, to: DUE.to })),
  ...OUTCOME_KINDS.flatMap((kind) => {
    const { to, ifCancelled } = moveOf({ kind });
    return [to, ifCancelled].map((each) => ({ by: kind, from: "running" as const, to: each }));
  }),
  ...[EXPIRY.to, EXPIRY.ifCancelled, EXPIRY.ifSpent].map((to) => ({
    by: "expire",
    from: "running" as const,
    to,
  })),
  { by: "unreadable", from: "running", to: UNREADABLE.to },
  ...ACT_NAMES.flatMap((by) =>
    TASK_STATES.flatMap((from) => {
      const to = afterAct(by, from);
      return to === undefined || to === "removed" ? [] : [{ by, from, to }];
    }),
  ),
  ...(["kept", "due", "later"] as const).flatMap((when) =>
    TASK_STATES.flatMap((from) => {
      const to = afterEdit(from, when);
      return to === undefined ? [] : [{ by: "edit", from, to }];
    }),
  ),
];

/** Every state that can be reached from here, itself included. */
function reachable(start: TaskState): Set<TaskState> {
  const seen = new Set<TaskState>([start]);
  for (const state of seen) for (const { from, to } of moves) if (from === state) seen.add(to);
  return seen;
}

test("every state can be reached from a new task", () => {
  const seen = new Set([...reachable(firstState(0, 0)), ...reachable(firstState(1, 0))]);
  assert.deepEqual([...seen].toSorted(), TASK_STATES.toSorted());
});

test("every live state can come to every end", () => {
  for (const state of TASK_STATES.filter((each) => !isTerminal(each))) {
    for (const end of TASK_STATES.filter(isTerminal)) {
      assert.ok(reachable(state).has(end), `${state} to ${end}`);
    }
  }
});

test("nothing leaves a terminal state but a dead task that is retried", () => {
  assert.deepEqual(
    moves.filter(({ from }) => isTerminal(from)),
    [{ by: "retry", from: "dead", to: "pending" }],
  );
});

test("only a claim makes a task run", () => {
  assert.deepEqual(
    moves.filter(({ from, to }) => to === "running" && from !== "running").map(({ by }) => by),
    ["claim"],
  );
});

test("whatever ends an attempt but success ends in cancelled if that was asked for", () => {
  for (const kind of OUTCOME_KINDS) {
    assert.equal(moveOf({ kind }).ifCancelled, kind === "completed" ? "completed" : "cancelled", kind);
  }
  assert.equal(EXPIRY.ifCancelled, "cancelled");
});

test("failures cost the retry budget, lost leases the crash budget, and nothing else costs anything", () => {
  const costs = OUTCOME_KINDS.flatMap((kind) => (moveOf({ kind }).costs === undefined ? [] : [kind]));
  assert.deepEqual(costs, ["retry", "dead"]);
  assert.ok(costs.every((kind) => moveOf({ kind }).costs === "failure"));
  assert.equal(EXPIRY.costs, "crash");
});

test("only what nobody handles is counted as such, and it leads where a suspect does", () => {
  const [unhandled, suspect] = (["unhandled", "suspect"] as const).map((why) =>
    moveOf({ kind: "requeue", why }),
  );
  assert.deepEqual(unhandled, { ...suspect, counts: "unhandled" });
  assert.ok(OUTCOME_KINDS.every((kind) => moveOf({ kind }).counts === undefined));
});

test("a lease that ran out leads back until the limit is passed, and to cancelled if that was asked for", () => {
  assert.deepEqual(
    [1, 2, 3].map((crashes) => afterExpiry(crashes, 2, false)),
    ["pending", "pending", "dead"],
  );
  assert.equal(afterExpiry(1, 0, false), "dead");
  assert.equal(afterExpiry(9, 0, true), "cancelled");
});

test("an act that renews starts from a dead task, and its time is now", () => {
  for (const act of ACT_NAMES) {
    const { leads, renews, due } = ACTS[act];
    if (renews) assert.deepEqual([Object.keys(leads), due], [["dead"], true], act);
  }
});

test("a running task is asked to stop, and no other act touches it", () => {
  assert.deepEqual(
    ACT_NAMES.filter((act) => afterAct(act, "running") !== undefined),
    ["cancel"],
  );
  assert.equal(afterAct("cancel", "running"), "running");
});

test("an edit keeps what has failed apart from what is new", () => {
  assert.equal(afterEdit("retrying", "later"), "retrying");
  assert.equal(afterEdit("pending", "later"), "scheduled");
  assert.equal(afterEdit("retrying", "due"), "pending");
  assert.equal(afterEdit("scheduled", "kept"), "scheduled");
  for (const when of ["kept", "due", "later"] as const) {
    for (const state of TASK_STATES) {
      assert.equal(afterEdit(state, when) !== undefined, isWaiting(state), `${state}, ${when}`);
    }
  }
});

test("a state is waiting, running or terminal, and never two of them", () => {
  for (const state of TASK_STATES) {
    const kinds = [isWaiting(state), state === "running", isTerminal(state)].filter(Boolean);
    assert.equal(kinds.length, 1, state);
  }
});

test("the states that allow an act are those that the table names, in the order in which people read them", () => {
  assert.deepEqual(statesThatAllow("retry"), ["dead"]);
  assert.deepEqual(statesThatAllow("runNow"), ["scheduled", "retrying"]);
  assert.deepEqual(statesThatAllow("cancel"), ["pending", "scheduled", "retrying", "running"]);
  assert.deepEqual(statesThatAllow("edit"), ["pending", "scheduled", "retrying"]);
  assert.deepEqual(
    statesThatAllow("remove"),
    TASK_STATES.filter((state) => state !== "running"),
  );
});
