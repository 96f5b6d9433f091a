import assert from "node:assert/strict";
import { test } from "node:test";
import {
  allows,
  isTerminal,
  isWaiting,
  type LifeEvent,
  mayMove,
  statesThatAllow,
} from "../../src/task/life.ts";
import { TASK_STATES, type TaskState } from "../../src/task/task.ts";

/** Every event, as a record so that the compiler sees to it that none is missing. */
const every: Readonly<Record<LifeEvent, true>> = {
  due: true,
  claim: true,
  complete: true,
  fail: true,
  snooze: true,
  release: true,
  expire: true,
  stop: true,
  cancel: true,
  retry: true,
  runNow: true,
  reject: true,
};
const events = Object.keys(every) as LifeEvent[];

function movesFrom(from: TaskState): { event: LifeEvent; to: TaskState }[] {
  return events.flatMap((event) =>
    TASK_STATES.filter((to) => mayMove(from, event, to)).map((to) => ({ event, to })),
  );
}

/** Every state that can be reached from here, itself included. */
function reachable(from: TaskState): Set<TaskState> {
  const seen = new Set<TaskState>([from]);
  for (const state of seen) for (const { to } of movesFrom(state)) seen.add(to);
  return seen;
}

test("an event is allowed exactly where it leads somewhere", () => {
  for (const state of TASK_STATES) {
    for (const event of events) {
      assert.equal(
        allows(state, event),
        TASK_STATES.some((to) => mayMove(state, event, to)),
        `${event} from ${state}`,
      );
    }
  }
});

test("every state can be reached from a new task", () => {
  const seen = new Set([...reachable("pending"), ...reachable("scheduled")]);
  assert.deepEqual([...seen].toSorted(), TASK_STATES.toSorted());
});

test("every live state can come to every end", () => {
  for (const state of TASK_STATES.filter((each) => !isTerminal(each))) {
    for (const end of TASK_STATES.filter(isTerminal))
      assert.ok(reachable(state).has(end), `${state} to ${end}`);
  }
});

test("nothing leaves a terminal state but a dead task that is retried", () => {
  for (const state of TASK_STATES.filter(isTerminal)) {
    const expected = state === "dead" ? [{ event: "retry", to: "pending" }] : [];
    assert.deepEqual(movesFrom(state), expected, state);
  }
});

test("only a pending task is claimed, and only a claim makes it run", () => {
  assert.deepEqual(statesThatAllow("claim"), ["pending"]);
  for (const state of TASK_STATES) {
    for (const { event, to } of movesFrom(state)) {
      if (to === "running") assert.ok(event === "claim" || (event === "cancel" && state === "running"));
    }
  }
});

test("only a running task completes, fails, snoozes, is released, expires or stops", () => {
  for (const event of ["complete", "fail", "snooze", "release", "expire", "stop"] as const) {
    assert.deepEqual(statesThatAllow(event), ["running"], event);
  }
});

test("whatever ends an attempt but success may end in cancelled", () => {
  for (const event of ["fail", "snooze", "release", "expire", "stop"] as const) {
    assert.ok(mayMove("running", event, "cancelled"), event);
  }
  assert.ok(!mayMove("running", "complete", "cancelled"));
});

test("a state is waiting, running or terminal, and never two of them", () => {
  for (const state of TASK_STATES) {
    const kinds = [isWaiting(state), state === "running", isTerminal(state)].filter(Boolean);
    assert.equal(kinds.length, 1, state);
  }
});

test("the states that allow an event are those that the table names", () => {
  assert.deepEqual(statesThatAllow("retry"), ["dead"]);
  assert.deepEqual(statesThatAllow("runNow"), ["scheduled", "retrying"]);
  assert.deepEqual(statesThatAllow("cancel"), ["scheduled", "pending", "retrying", "running"]);
});
