import assert from "node:assert/strict";
import { casesOf } from "../store-case.ts";
import {
  act,
  add,
  apply,
  assertCounts,
  boom,
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
  Q,
  running,
  task,
  taskIn,
  tasks,
  unchanged,
  queuesOf,
} from "./fixture.ts";

export const adminCases = [
  ...casesOf("admin", ["administrable"], {
    "a retried task can be claimed at once": async ({ store }) => {
      const id = await taskIn(store, "dead");
      await act(store, "retry", id);
      const lease = await claimOne(store);
      assert.deepEqual([lease.id, lease.failures, lease.crashes], [id, 0, 0]);
      await apply(store, lease, completed);
    },

    "a scheduled task that is to run now can be claimed at once": async ({ store }) => {
      const id = await taskIn(store, "scheduled");
      await act(store, "runNow", id);
      assert.equal((await claimOne(store)).id, id);
    },

    "a removed task is answered as it was": async ({ store }) => {
      const id = await add(store, { payload: "[7]", type: "x.y" });
      const result = await act(store, "remove", id);
      assert.equal(result.status, "applied");
      assert.deepEqual([result.task.payload, result.task.type], ["[7]", "x.y"]);
      assert.deepEqual(await claim(store), []);
    },

    "a removed scheduled task never comes back": async (sut) => {
      const id = await taskIn(sut.store, "scheduled");
      await act(sut.store, "remove", id);
      await sut.advance(2 * HOUR);
      assert.equal((await sut.store.maintain({ limit: 10 })).promoted, 0);
      assert.deepEqual(await claim(sut.store), []);
    },

    "an edited payload is what runs": async ({ store }) => {
      const id = await add(store, { payload: "1" });
      await store.edit({ id }, { payload: "2" });
      assert.equal((await claimOne(store)).payload, "2");
    },

    "an edited priority counts when the task falls due": async (sut) => {
      const later = await add(sut.store, { delayMs: MINUTE });
      const now = await add(sut.store);
      await sut.store.edit({ id: later }, { priority: 0 });
      await sut.advance(2 * MINUTE);
      assert.deepEqual(ids(await claim(sut.store)), [later, now]);
    },

    "a scheduled task can be put off further": async (sut) => {
      const id = await add(sut.store, { delayMs: MINUTE });
      await sut.store.edit({ id }, { delayMs: HOUR });
      await sut.advance(10 * MINUTE);
      assert.deepEqual(await claim(sut.store), []);
      await sut.advance(HOUR);
      assert.equal((await claimOne(sut.store)).id, id);
    },

    "another client sees what was done": async (sut) => {
      const other = await sut.another();
      const id = await add(sut.store, { delayMs: HOUR });
      await other.edit({ id }, { payload: "2" });
      await act(other, "runNow", id);
      assert.equal((await claimOne(sut.store)).payload, "2");
    },
  }),

  ...casesOf("admin", ["inspectable", "administrable"], {
    "a retried task has fresh budgets and keeps its history": async (sut) => {
      const { store } = sut;
      const lease = await running(store);
      await apply(store, lease, failed(0));
      await claimOne(store);
      await loseLeases(sut);
      await apply(store, await claimOne(store), exhausted);
      await act(store, "retry", lease.id);
      const detail = await look(store, lease.id);
      assert.deepEqual([detail.failures, detail.crashes], [0, 0]);
      assert.deepEqual([detail.deadReason, detail.finishedAt], [undefined, undefined]);
      assert.equal(detail.error?.message, "boom");
      assert.equal(detail.attempts.length, 3);
    },

    "a retried task has its whole crash budget again": async (sut) => {
      const { id } = await running(sut.store, { crashLimit: 1 });
      await loseLeases(sut);
      await claimOne(sut.store);
      await loseLeases(sut);
      assert.equal((await look(sut.store, id)).state, "dead");
      await act(sut.store, "retry", id);
      await claimOne(sut.store);
      await loseLeases(sut);
      assert.equal((await look(sut.store, id)).state, "pending");
    },

    "a retrying task that is to run now keeps its failures": async (sut) => {
      const id = await taskIn(sut.store, "retrying");
      await act(sut.store, "runNow", id);
      const { runAt } = await look(sut.store, id);
      assert.ok(runAt <= (await sut.now()));
      const lease = await claimOne(sut.store);
      assert.deepEqual([lease.id, lease.failures], [id, 1]);
    },

    "an edited priority counts at once": async ({ store }) => {
      const [first, second] = [await add(store), await add(store)];
      await store.edit({ id: second }, { priority: 0 });
      assert.equal((await look(store, second)).priority, 0);
      assert.deepEqual(ids(await claim(store)), [second, first]);
    },

    "an edit changes what it names and nothing else": async ({ store }) => {
      const id = await add(store, { payload: "1", priority: 3, type: "x", retryLimit: 4 });
      const before = await look(store, id);
      await store.edit({ id }, { payload: "2" });
      assert.deepEqual(await look(store, id), { ...before, payload: "2" });
    },

    "an empty edit changes nothing": async ({ store }) => {
      const id = await add(store);
      await unchanged(store, [id], async () => {
        assert.equal((await store.edit({ id }, {})).status, "applied");
      });
    },

    "a pending task can be put off": async (sut) => {
      const id = await add(sut.store);
      const result = await sut.store.edit({ id }, { delayMs: MINUTE });
      assert.ok(result.status === "applied" && result.task.state === "scheduled");
      assert.deepEqual(await claim(sut.store), []);
      await assertCounts(sut.store, { scheduled: 1 });
      await sut.advance(2 * MINUTE);
      assert.equal((await claimOne(sut.store)).id, id);
    },

    "a scheduled task can be brought forward": async (sut) => {
      const id = await add(sut.store, { delayMs: HOUR });
      await sut.store.edit({ id }, { runAt: (await sut.now()) + MINUTE });
      assert.equal((await look(sut.store, id)).state, "scheduled");
      await sut.advance(2 * MINUTE);
      assert.equal((await claimOne(sut.store)).id, id);
    },

    "a task whose new time is past is pending": async (sut) => {
      const id = await add(sut.store, { delayMs: HOUR });
      await sut.store.edit({ id }, { runAt: (await sut.now()) - MINUTE });
      assert.equal((await look(sut.store, id)).state, "pending");
      assert.equal((await claimOne(sut.store)).id, id);
    },

    "a retrying task that is put off stays retrying": async (sut) => {
      const id = await taskIn(sut.store, "retrying");
      await sut.store.edit({ id }, { delayMs: 2 * HOUR });
      assert.equal((await look(sut.store, id)).state, "retrying");
      await assertCounts(sut.store, { retrying: 1 });
      await sut.advance(3 * HOUR);
      assert.equal((await claimOne(sut.store)).failures, 1);
    },

    "many are acted on together, with an answer each, in order": async ({ store }) => {
      const dead = [await taskIn(store, "dead"), await taskIn(store, "dead")];
      const pending = await add(store);
      const unknown = task().id;
      const refs = [dead[0]!, unknown, pending, dead[1]!].map((id) => ({ id }));
      const results = await store.act(refs, "retry");
      assert.deepEqual(
        results.map((result) => (result.status === "applied" ? result.task.id : result)),
        [dead[0], { status: "missing" }, { status: "refused", state: "pending" }, dead[1]],
      );
      await assertCounts(store, { pending: 3 });
    },

    "a task named twice is acted on twice": async ({ store }) => {
      const id = await taskIn(store, "dead");
      const results = await store.act([{ id }, { id }], "retry");
      assert.deepEqual(
        results.map((result) => (result.status === "refused" ? result.state : result.status)),
        ["applied", "pending"],
      );
      await assertCounts(store, { pending: 1 });
    },

    "a thousand dead tasks of three queues are retried, each once": async ({ store }) => {
      const batch = ["a", "b", "c"].flatMap((queue) => tasks(334, { queue }));
      await store.add(batch);
      const leases = await claim(store, { queues: ["a", "b", "c"], max: 1_002 });
      const outcome = { kind: "dead", reason: "exhausted", error: boom } as const;
      await store.exchange({
        settle: leases.map(({ id, queue, token }) => ({ id, queue, token, outcome })),
      });
      const results = await store.act(
        batch.map(({ id, queue }, nth) => (nth % 2 === 0 ? { id, queue } : { id })),
        "retry",
      );
      assert.deepEqual(
        results.map((result) => result.status === "applied" && result.task.id),
        batch.map(({ id }) => id),
      );
      for (const queue of ["a", "b", "c"]) await assertCounts(store, { pending: 334 }, queue);
    },

    "nothing to act on is answered with nothing": async ({ store }) => {
      assert.deepEqual(await store.act([], "cancel"), []);
      assert.deepEqual(await queuesOf(store), []);
    },

    "a task is not in a queue that it is not in": async ({ store }) => {
      const id = await add(store);
      await add(store, { queue: "other" });
      assert.deepEqual(await store.act([{ id, queue: "other" }], "cancel"), [{ status: "missing" }]);
      assert.deepEqual(await store.edit({ id, queue: "other" }, { priority: 1 }), { status: "missing" });
      assert.equal(await store.get(id, "other"), undefined);
      assert.equal(await store.get(id, "unheard-of"), undefined);
      assert.equal((await store.get(id, Q))?.id, id);
      assert.equal((await store.act([{ id, queue: Q }], "cancel"))[0]?.status, "applied");
      assert.deepEqual(
        (await queuesOf(store)).map(({ name }) => name),
        ["other", Q],
      );
    },
  }),
];
