import assert from "node:assert/strict";
import type { ActResult, FullStore } from "../../store/facets.ts";
import { allows, isWaiting } from "../../task/life.ts";
import { TASK_STATES, type TaskState } from "../../task/task.ts";
import { casesOf, type StoreCase } from "../store-case.ts";
import {
  add,
  apply,
  assertCounts,
  claim,
  claimOne,
  completed,
  exhausted,
  failed,
  HOUR,
  ids,
  look,
  loseLeases,
  MINUTE,
  running,
  task,
  taskIn,
  unchanged,
} from "./fixture.ts";

interface Act {
  readonly run: (store: FullStore, id: string) => Promise<ActResult>;
  readonly allowed: (state: TaskState) => boolean;
  /** What becomes of the task; undefined: it is gone. */
  readonly leadsTo: (state: TaskState) => TaskState | undefined;
}

/** Every act by hand, and what the table of life says about it. */
const acts: Readonly<Record<string, Act>> = {
  retry: {
    run: (store, id) => store.retry(id),
    allowed: (state) => allows(state, "retry"),
    leadsTo: () => "pending",
  },
  cancel: {
    run: (store, id) => store.cancel(id),
    allowed: (state) => allows(state, "cancel"),
    leadsTo: (state) => (state === "running" ? "running" : "cancelled"),
  },
  "run now": {
    run: (store, id) => store.runNow(id),
    allowed: (state) => allows(state, "runNow"),
    leadsTo: () => "pending",
  },
  edit: {
    run: (store, id) => store.edit(id, { payload: "[]", priority: 1 }),
    allowed: isWaiting,
    leadsTo: (state) => state,
  },
  remove: {
    run: (store, id) => store.remove(id),
    allowed: (state) => state !== "running",
    leadsTo: () => undefined,
  },
};

function actCases(): Record<string, StoreCase["run"]> {
  const cases: Record<string, StoreCase["run"]> = {};
  for (const [name, act] of Object.entries(acts)) {
    for (const state of TASK_STATES) {
      const allowed = act.allowed(state);
      cases[`${name}: a ${state} task ${allowed ? "obeys" : "is left as it is"}`] = async ({ store }) => {
        const id = await taskIn(store, state);
        await (allowed ? obeys(store, id, state, act) : refuses(store, id, state, act));
      };
    }
    cases[`${name}: an unknown task is missing`] = async ({ store }) => {
      assert.deepEqual(await act.run(store, task().id), { status: "missing" });
      assert.deepEqual(await store.queues(), []);
    };
  }
  return cases;
}

async function obeys(store: FullStore, id: string, state: TaskState, act: Act): Promise<void> {
  const result = await act.run(store, id);
  const after = act.leadsTo(state);
  assert.equal(result.status, "applied");
  // A removed task is answered as it was.
  assert.deepEqual([result.task.id, result.task.state], [id, after ?? state]);
  assert.equal((await store.get(id))?.state, after);
  await assertCounts(store, after === undefined ? {} : { [after]: 1 });
}

async function refuses(store: FullStore, id: string, state: TaskState, act: Act): Promise<void> {
  await unchanged(store, [id], async () => {
    assert.deepEqual(await act.run(store, id), { status: "refused", state });
  });
}

export const adminCases = casesOf("admin", {
  ...actCases(),

  "a retried task has fresh budgets and keeps its history": async (sut) => {
    const { store } = sut;
    const lease = await running(store);
    await apply(store, lease, failed(0));
    await claimOne(store);
    await loseLeases(sut);
    await apply(store, await claimOne(store), exhausted);
    await store.retry(lease.id);
    const detail = await look(store, lease.id);
    assert.deepEqual([detail.failures, detail.crashes], [0, 0]);
    assert.deepEqual([detail.deadReason, detail.finishedAt], [undefined, undefined]);
    assert.equal(detail.error?.message, "boom");
    assert.equal(detail.attempts.length, 3);
  },

  "a retried task can be claimed at once": async ({ store }) => {
    const id = await taskIn(store, "dead");
    await store.retry(id);
    const lease = await claimOne(store);
    assert.deepEqual([lease.id, lease.failures, lease.crashes], [id, 0, 0]);
    await apply(store, lease, completed);
  },

  "a retried task has its whole crash budget again": async (sut) => {
    const { id } = await running(sut.store, { crashLimit: 1 });
    await loseLeases(sut);
    await claimOne(sut.store);
    await loseLeases(sut);
    assert.equal((await look(sut.store, id)).state, "dead");
    await sut.store.retry(id);
    await claimOne(sut.store);
    await loseLeases(sut);
    assert.equal((await look(sut.store, id)).state, "pending");
  },

  "a scheduled task that is to run now can be claimed at once": async ({ store }) => {
    const id = await taskIn(store, "scheduled");
    await store.runNow(id);
    assert.equal((await claimOne(store)).id, id);
  },

  "a retrying task that is to run now keeps its failures": async (sut) => {
    const id = await taskIn(sut.store, "retrying");
    await sut.store.runNow(id);
    const { runAt } = await look(sut.store, id);
    assert.ok(runAt <= (await sut.now()));
    const lease = await claimOne(sut.store);
    assert.deepEqual([lease.id, lease.failures], [id, 1]);
  },

  "a removed task is answered as it was": async ({ store }) => {
    const id = await add(store, { payload: "[7]", type: "x.y" });
    const result = await store.remove(id);
    assert.equal(result.status, "applied");
    assert.deepEqual([result.task.payload, result.task.type], ["[7]", "x.y"]);
    assert.deepEqual(await claim(store), []);
  },

  "a removed scheduled task never comes back": async (sut) => {
    const id = await taskIn(sut.store, "scheduled");
    await sut.store.remove(id);
    await sut.advance(2 * HOUR);
    assert.equal((await sut.store.maintain({ limit: 10 })).promoted, 0);
    assert.deepEqual(await claim(sut.store), []);
  },

  "an edited payload is what runs": async ({ store }) => {
    const id = await add(store, { payload: "1" });
    await store.edit(id, { payload: "2" });
    assert.equal((await claimOne(store)).payload, "2");
  },

  "an edited priority counts at once": async ({ store }) => {
    const [first, second] = [await add(store), await add(store)];
    await store.edit(second, { priority: 0 });
    assert.equal((await look(store, second)).priority, 0);
    assert.deepEqual(ids(await claim(store)), [second, first]);
  },

  "an edited priority counts when the task falls due": async (sut) => {
    const later = await add(sut.store, { delayMs: MINUTE });
    const now = await add(sut.store);
    await sut.store.edit(later, { priority: 0 });
    await sut.advance(2 * MINUTE);
    assert.deepEqual(ids(await claim(sut.store)), [later, now]);
  },

  "an edit changes what it names and nothing else": async ({ store }) => {
    const id = await add(store, { payload: "1", priority: 3, type: "x", retryLimit: 4 });
    const before = await look(store, id);
    await store.edit(id, { payload: "2" });
    assert.deepEqual(await look(store, id), { ...before, payload: "2" });
  },

  "an empty edit changes nothing": async ({ store }) => {
    const id = await add(store);
    await unchanged(store, [id], async () => {
      assert.equal((await store.edit(id, {})).status, "applied");
    });
  },

  "a pending task can be put off": async (sut) => {
    const id = await add(sut.store);
    const result = await sut.store.edit(id, { delayMs: MINUTE });
    assert.ok(result.status === "applied" && result.task.state === "scheduled");
    assert.deepEqual(await claim(sut.store), []);
    await assertCounts(sut.store, { scheduled: 1 });
    await sut.advance(2 * MINUTE);
    assert.equal((await claimOne(sut.store)).id, id);
  },

  "a scheduled task can be brought forward": async (sut) => {
    const id = await add(sut.store, { delayMs: HOUR });
    await sut.store.edit(id, { runAt: (await sut.now()) + MINUTE });
    assert.equal((await look(sut.store, id)).state, "scheduled");
    await sut.advance(2 * MINUTE);
    assert.equal((await claimOne(sut.store)).id, id);
  },

  "a scheduled task can be put off further": async (sut) => {
    const id = await add(sut.store, { delayMs: MINUTE });
    await sut.store.edit(id, { delayMs: HOUR });
    await sut.advance(10 * MINUTE);
    assert.deepEqual(await claim(sut.store), []);
    await sut.advance(HOUR);
    assert.equal((await claimOne(sut.store)).id, id);
  },

  "a task whose new time is past is pending": async (sut) => {
    const id = await add(sut.store, { delayMs: HOUR });
    await sut.store.edit(id, { runAt: (await sut.now()) - MINUTE });
    assert.equal((await look(sut.store, id)).state, "pending");
    assert.equal((await claimOne(sut.store)).id, id);
  },

  "a retrying task that is put off stays retrying": async (sut) => {
    const id = await taskIn(sut.store, "retrying");
    await sut.store.edit(id, { delayMs: 2 * HOUR });
    assert.equal((await look(sut.store, id)).state, "retrying");
    await assertCounts(sut.store, { retrying: 1 });
    await sut.advance(3 * HOUR);
    assert.equal((await claimOne(sut.store)).failures, 1);
  },

  "another client sees what was done": async (sut) => {
    const other = await sut.another();
    const id = await add(sut.store, { delayMs: HOUR });
    await other.edit(id, { payload: "2" });
    await other.runNow(id);
    assert.equal((await claimOne(sut.store)).payload, "2");
  },
});
