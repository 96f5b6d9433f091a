/**
 * A case for every state and event, made from the law itself: an event that a store does not carry out fails here on that
 * store, and one changed line of `task/life.ts` is asked of all of them.
 */
import assert from "node:assert/strict";
import type { ActResult, FullStore } from "../../store/facets.ts";
import {
  type Act,
  ACT_NAMES,
  ACTS,
  afterAct,
  afterEdit,
  afterExpiry,
  DUE,
  EXPIRY,
  firstState,
  isCounted,
  isTerminal,
  isTimed,
  moveOf,
  OUTCOME_KINDS,
} from "../../task/life.ts";
import type { Outcome, OutcomeKind } from "../../task/outcome.ts";
import type { TaskState } from "../../task/task.ts";
import { casesOf, type StoreCase, type StoreUnderTest } from "../store-case.ts";
import {
  act,
  add,
  apply,
  assertCounts,
  boom,
  claimOne,
  HOUR,
  look,
  loseLeases,
  LEASE_MS,
  MINUTE,
  plain,
  Q,
  REACHABLE_STATES,
  running as runs,
  settle,
  task,
  taskIn,
  unchanged,
  queuesOf,
} from "./fixture.ts";

type Cases = Record<string, StoreCase["run"]>;

/** Whether a running task can be asked to stop at all. */
const STOPPABLE = afterAct("cancel", "running") === "running";

/** One outcome of each kind. */
const outcomeOf: { readonly [K in OutcomeKind]: Extract<Outcome, { kind: K }> } = {
  completed: { kind: "completed", keep: true, result: "1" },
  retry: { kind: "retry", delayMs: HOUR, error: boom },
  dead: { kind: "dead", reason: "discarded", error: boom },
  snooze: { kind: "snooze", delayMs: HOUR },
  requeue: { kind: "requeue", delayMs: HOUR, why: "unhandled" },
  release: { kind: "release" },
  cancelled: { kind: "cancelled" },
};

function outcomeCases(): Cases {
  const cases: Cases = {};
  for (const kind of OUTCOME_KINDS) {
    const outcome = outcomeOf[kind];
    const { to, ifCancelled } = moveOf(outcome);
    cases[`${kind}: a running task becomes ${to}`] = ({ store }) => ends(store, outcome, false, to);
    if (!STOPPABLE) continue;
    cases[`${kind}: a running task that was asked to stop becomes ${ifCancelled}`] = ({ store }) =>
      ends(store, outcome, true, ifCancelled);
  }
  return cases;
}

async function ends(store: FullStore, outcome: Outcome, asked: boolean, to: TaskState): Promise<void> {
  const lease = await runs(store);
  if (asked) await act(store, "cancel", lease.id);
  await apply(store, lease, outcome);
  const { state, failures, crashes, attempts, error, runAt, putBackAt } = await look(store, lease.id);
  const { costs, putsBack } = moveOf(outcome);
  assert.deepEqual([state, failures, crashes], [to, costs === "failure" ? 1 : 0, costs === "crash" ? 1 : 0]);
  const thrown = costs !== undefined && "error" in outcome ? outcome.error : undefined;
  assert.deepEqual(plain(error ?? null), plain(thrown ?? null));
  assert.deepEqual(
    attempts.map((attempt) => [attempt.outcome, attempt.error?.message]),
    costs === undefined ? [] : [[costs === "failure" ? "failed" : "crashed", thrown?.message]],
  );
  assert.equal(putBackAt !== undefined, putsBack === true && !isTerminal(to), "whether it was put back");
  if (!isTimed(to)) assert.equal(runAt, lease.runAt);
  else assert.ok(runAt >= lease.startedAt + ("delayMs" in outcome ? outcome.delayMs : 0));
  await assertAtRest(store, lease.id, to, "reason" in outcome ? outcome.reason : undefined);
}

/** What is true of any task that does not run: who ran it is over, and its end or its time fit its state. */
async function assertAtRest(store: FullStore, id: string, to: TaskState, reason?: string): Promise<void> {
  const { state, worker, leaseUntil, cancelRequested, finishedAt, deadReason } = await look(store, id);
  assert.equal(state, to);
  assert.deepEqual([worker, leaseUntil, cancelRequested], [undefined, undefined, undefined]);
  assert.equal(finishedAt !== undefined, isTerminal(to));
  assert.equal(deadReason, to === "dead" ? reason : undefined);
  await assertCounts(store, { [to]: 1 });
  if (isCounted(to)) {
    const minutes = await store.activity({ queues: [Q], minutes: 60 });
    assert.equal(
      minutes.reduce((sum, minute) => sum + minute[to], 0),
      1,
    );
  }
  if (to === "pending") assert.equal((await claimOne(store)).id, id);
}

function expiryCases(): Cases {
  const cases: Cases = {};
  for (const asked of STOPPABLE ? [false, true] : [false]) {
    for (const crashLimit of [0, 1]) {
      const to = afterExpiry(1, crashLimit, asked);
      const whose = asked ? " and was asked to stop" : "";
      cases[`expire: a task that may crash ${crashLimit} times${whose} becomes ${to}`] = async (sut) => {
        const { id } = await runs(sut.store, { crashLimit });
        if (asked) await act(sut.store, "cancel", id);
        await loseLeases(sut);
        const { failures, crashes, attempts } = await look(sut.store, id);
        assert.deepEqual([failures, crashes], [0, 1]);
        assert.deepEqual(
          attempts.map((attempt) => attempt.outcome),
          ["crashed"],
        );
        await assertAtRest(sut.store, id, to, EXPIRY.reason);
      };
    }
  }
  return cases;
}

function actCases(): Cases {
  const cases: Cases = {};
  for (const name of ACT_NAMES) {
    for (const state of REACHABLE_STATES) {
      const to = afterAct(name, state);
      const says = to === undefined ? "is left as it is" : `becomes ${to}`;
      cases[`${name}: a ${state} task ${says}`] = async (sut) => {
        const id = await taskIn(sut.store, state);
        if (to === undefined) await refuses(sut.store, id, state, () => act(sut.store, name, id));
        else await obeys(sut, { id, from: state, to, name });
      };
    }
    const running = afterAct(name, "running");
    const verdict = running === undefined ? "applied" : running === "running" ? "cancelled" : "lost";
    cases[`${name}: the lease of a running task is ${verdict} after it`] = async ({ store }) => {
      const lease = await runs(store);
      await act(store, name, lease.id);
      assert.deepEqual(await store.extend([lease], LEASE_MS), [verdict]);
      if (verdict === "lost") assert.equal(await settle(store, lease, outcomeOf.completed), "lost");
    };
    cases[`${name}: an unknown task is missing`] = async ({ store }) => {
      assert.deepEqual(await act(store, name, task().id), { status: "missing" });
      assert.deepEqual(await queuesOf(store), []);
    };
  }
  return cases;
}

interface Acting {
  readonly id: string;
  readonly from: TaskState;
  readonly to: TaskState | "removed";
  readonly name: Act;
}

async function obeys(sut: StoreUnderTest, { id, from, to, name }: Acting): Promise<void> {
  const { store } = sut;
  const before = await look(store, id);
  const result = await act(store, name, id);
  assert.equal(result.status, "applied");
  // A removed task is answered as it was.
  assert.deepEqual([result.task.id, result.task.state], [id, to === "removed" ? from : to]);
  if (to === "removed") {
    assert.equal(await store.get(id), undefined);
    await assertCounts(store, {});
    return;
  }
  const after = await look(store, id);
  const { renews, due } = ACTS[name];
  assert.deepEqual([after.failures, after.crashes], renews ? [0, 0] : [before.failures, before.crashes]);
  assert.deepEqual(after.attempts, before.attempts);
  if (due) assert.ok(after.runAt <= (await sut.now()), "its time is now");
  if (to === "running") {
    assert.equal(after.cancelRequested, true);
    await assertCounts(store, { running: 1 });
  } else {
    await assertAtRest(store, id, to, ACTS[name].reason);
  }
}

async function refuses(
  store: FullStore,
  id: string,
  state: TaskState,
  attempt: () => Promise<ActResult>,
): Promise<void> {
  await unchanged(store, [id], async () => {
    assert.deepEqual(await attempt(), { status: "refused", state });
  });
}

const EDITS = {
  kept: { payload: "[]", priority: 1 },
  due: { delayMs: 0 },
  later: { delayMs: 2 * HOUR },
} as const;

function editCases(): Cases {
  const cases: Cases = {};
  for (const when of ["kept", "due", "later"] as const) {
    for (const state of REACHABLE_STATES) {
      const to = afterEdit(state, when);
      const says = to === undefined ? "is left as it is" : `becomes ${to}`;
      cases[`edit: a ${state} task whose time is ${when} ${says}`] = async ({ store }) => {
        const id = await taskIn(store, state);
        const edit = () => store.edit({ id }, EDITS[when]);
        if (to === undefined) return refuses(store, id, state, edit);
        const before = await look(store, id);
        const result = await edit();
        assert.ok(result.status === "applied" && result.task.state === to);
        const after = await look(store, id);
        assert.deepEqual([after.failures, after.crashes], [before.failures, before.crashes]);
        assert.equal(after.payload, when === "kept" ? "[]" : before.payload);
        await assertAtRest(store, id, to);
      };
    }
  }
  cases["edit: an unknown task is missing"] = async ({ store }) => {
    assert.deepEqual(await store.edit({ id: task().id }, EDITS.kept), { status: "missing" });
    assert.deepEqual(await queuesOf(store), []);
  };
  return cases;
}

function timeCases(): Cases {
  const cases: Cases = {};
  for (const offset of [-MINUTE, 0, MINUTE]) {
    const state = firstState(offset, 0);
    cases[`add: a task whose time is ${offset} ms from now is ${state}, and the answer says so`] = async (
      sut,
    ) => {
      const { store } = sut;
      const one = task({ runAt: (await sut.now()) + offset });
      assert.deepEqual(await store.add([one]), [{ status: "added", id: one.id, state }]);
      await assertAtRest(store, one.id, state);
    };
  }
  for (const from of DUE.from.filter((state) => REACHABLE_STATES.includes(state))) {
    cases[`due: a ${from} task becomes ${DUE.to}`] = async (sut) => {
      const id = await taskIn(sut.store, from);
      await sut.advance(2 * HOUR);
      await sut.store.maintain({ limit: 10 });
      await assertAtRest(sut.store, id, DUE.to);
    };
  }
  cases["add: a delay of nothing is no delay"] = async ({ store }) => {
    await add(store, { delayMs: 0 });
    await assertCounts(store, { pending: 1 });
  };
  return cases;
}

export const lawCases = casesOf("law", ["inspectable", "administrable"], {
  ...outcomeCases(),

  ...expiryCases(),

  ...actCases(),

  ...editCases(),

  ...timeCases(),
});
