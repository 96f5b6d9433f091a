import assert from "node:assert/strict";
import { casesOf, type StoreCase } from "../store-case.ts";
import {
  add,
  apply,
  assertCounts,
  assertEnded,
  assertKnown,
  assertUnknown,
  cancelled,
  claim,
  claimOne,
  completed,
  exhausted,
  gone,
  HOUR,
  ids,
  LEASE_MS,
  look,
  maintainAll,
  MINUTE,
  plain,
  Q,
  release,
  running,
  settle,
  task,
  tasks,
  queuesOf,
} from "./fixture.ts";

function endedCases(): Record<string, StoreCase["run"]> {
  const cases: Record<string, StoreCase["run"]> = {};
  for (const [state, outcome] of Object.entries({ completed, cancelled, dead: exhausted })) {
    cases[`a ${state} task is kept, and never claimed again`] = async (sut) => {
      const one = task();
      await sut.store.add([one]);
      await apply(sut.store, await claimOne(sut.store), outcome);
      for (let round = 0; round < 3; round++) {
        assert.deepEqual(await claim(sut.store), []);
        await sut.advance(HOUR);
        await maintainAll(sut.store);
      }
      await assertKnown(sut.store, one);
      await assertEnded(sut.store, { [state]: 1 });
      await assertUnknown(sut.store, one);
    };
  }
  return cases;
}

export const claimCases = [
  ...casesOf("claim", [], {
    "an exchange of nothing is answered with nothing": async ({ store }) => {
      const { verdicts, leases } = await store.exchange({ settle: [] });
      assert.deepEqual([verdicts, leases], [[], []]);
    },

    "no queues, no leases": async ({ store }) => {
      await add(store);
      assert.deepEqual(await claim(store, { queues: [] }), []);
    },

    "a claim takes what there is": async ({ store }) => {
      await store.add(tasks(5));
      assert.equal((await claim(store, { max: 1_000 })).length, 5);
    },

    "a claimed task cannot be claimed again": async ({ store }) => {
      await running(store);
      assert.deepEqual(await claim(store), []);
      assert.deepEqual(await claim(store, { worker: "w2" }), []);
    },

    "settling and claiming may be about different queues": async ({ store }) => {
      const { id, queue, token } = await running(store, { queue: "a" });
      const other = await add(store, { queue: "b" });
      const { verdicts, leases } = await store.exchange({
        settle: [{ id, queue, token, outcome: completed }],
        claim: { queues: ["b"], max: 1, leaseMs: LEASE_MS, worker: "w1" },
      });
      assert.deepEqual([verdicts, ids(leases)], [["applied"], [other]]);
    },

    "one call may settle attempts of several queues": async ({ store }) => {
      const a = await running(store, { queue: "a" });
      const b = await running(store, { queue: "b" });
      const settlements = [a, b, a].map(({ id, queue, token }) => ({ id, queue, token, outcome: completed }));
      const { verdicts } = await store.exchange({ settle: settlements });
      assert.deepEqual(verdicts, ["applied", "applied", "lost"]);
    },

    ...endedCases(),

    "a task that is not to be kept is gone with its end, and may be added anew": async ({ store }) => {
      const one = task();
      await store.add([one]);
      await apply(store, await claimOne(store), gone);
      await assertEnded(store, {});
      await assertUnknown(store, one);
      assert.equal((await claimOne(store)).id, one.id);
    },

    "a claim takes as many as it asks for, and leaves the others": async ({ store }) => {
      const batch = tasks(5);
      await store.add(batch);
      assert.deepEqual(await claim(store, { max: 0 }), []);
      assert.deepEqual(ids(await claim(store, { max: 3 })), ids(batch.slice(0, 3)));
      assert.deepEqual(ids(await claim(store, { max: 3 })), ids(batch.slice(3)));
    },

    "a task that is released can be claimed by the same call": async ({ store }) => {
      const { id, queue, token } = await running(store);
      const { verdicts, leases } = await store.exchange({
        settle: [{ id, queue, token, outcome: release }],
        claim: { queues: [Q], max: 1, leaseMs: LEASE_MS, worker: "w2" },
      });
      assert.deepEqual([verdicts, ids(leases)], [["applied"], [id]]);
      assert.equal(await settle(store, { id, queue, token }, completed), "lost");
      await apply(store, leases[0]!, completed);
    },

    "each lease has the length that its claim asked for": async (sut) => {
      await sut.store.add(tasks(2));
      const long = await claimOne(sut.store, { leaseMs: 10 * MINUTE });
      const short = await claimOne(sut.store, { leaseMs: MINUTE });
      await sut.advance(5 * MINUTE);
      assert.equal((await maintainAll(sut.store)).expired, 1);
      assert.deepEqual(await sut.store.extend([long, short], MINUTE), ["applied", "lost"]);
    },

    "1,000 attempts settle in one call, each with its own outcome": async ({ store }) => {
      await store.add(tasks(1_000));
      const leases = await claim(store, { max: 1_000 });
      const outcomes = [completed, gone, exhausted, cancelled];
      const settlements = leases.map(({ id, queue, token }, index) => ({
        id,
        queue,
        token,
        outcome: outcomes[index % 4]!,
      }));
      const { verdicts } = await store.exchange({ settle: settlements });
      assert.deepEqual([verdicts.length, new Set(verdicts)], [1_000, new Set(["applied"])]);
      await assertEnded(store, { completed: 250, cancelled: 250, dead: 250 });
    },

    "a queue named twice gives each task once": async ({ store }) => {
      const batch = tasks(4);
      await store.add(batch);
      assert.deepEqual(ids(await claim(store, { queues: [Q, Q] })), ids(batch));
    },

    "a claim sees only the queues that it names": async ({ store }) => {
      await store.add([task({ queue: "a" }), task({ queue: "b" })]);
      const leases = await claim(store, { queues: ["b"] });
      assert.deepEqual(
        leases.map(({ queue }) => queue),
        ["b"],
      );
    },
  }),

  ...casesOf("claim", ["inspectable"], {
    "a queue that nobody ever used has nothing to claim, and stays unknown": async ({ store }) => {
      assert.deepEqual(await claim(store, { queues: ["nowhere"] }), []);
      assert.deepEqual(await queuesOf(store), []);
    },

    "a claim of none takes none": async ({ store }) => {
      await add(store);
      assert.deepEqual(await claim(store, { max: 0 }), []);
      await assertCounts(store, { pending: 1 });
    },

    "a claim takes no more than it asks for": async ({ store }) => {
      await store.add(tasks(5));
      assert.equal((await claim(store, { max: 3 })).length, 3);
      await assertCounts(store, { pending: 2, running: 3 });
    },

    "1,000 tasks can be claimed and settled at once": async ({ store }) => {
      await store.add(tasks(1_000));
      const leases = await claim(store, { max: 1_000 });
      assert.equal(leases.length, 1_000);
      const settlements = leases.map(({ id, queue, token }) => ({ id, queue, token, outcome: completed }));
      const { verdicts } = await store.exchange({ settle: settlements });
      assert.deepEqual([verdicts.length, new Set(verdicts)], [1_000, new Set(["applied"])]);
      await assertCounts(store, { completed: 1_000 });
    },

    "a lease carries what a worker needs": async (sut) => {
      const { store } = sut;
      const id = await add(store, { type: "email.send", payload: "[1]", priority: 3, retryLimit: 9 });
      const detail = await look(store, id);
      const { token, startedAt, ...lease } = await claimOne(store);
      assert.ok(Number.isSafeInteger(token));
      assert.equal(startedAt, (await look(store, id)).startedAt);
      assert.deepEqual(plain(lease), {
        id,
        queue: Q,
        type: "email.send",
        payload: "[1]",
        priority: 3,
        createdAt: detail.createdAt,
        runAt: detail.runAt,
        failures: 0,
        crashes: 0,
        retryLimit: 9,
      });
    },

    "a running task shows who runs it, since when and until when": async (sut) => {
      const { store } = sut;
      await add(store);
      const before = await sut.now();
      const { id } = await claimOne(store, { worker: "host-7" });
      const after = await sut.now();
      const { state, worker, startedAt = 0, leaseUntil = 0 } = await look(store, id);
      assert.deepEqual([state, worker], ["running", "host-7"]);
      assert.ok(startedAt >= before && startedAt <= after);
      assert.ok(leaseUntil >= before + LEASE_MS && leaseUntil <= after + LEASE_MS);
    },

    "a completed task shows its result and when it ended": async (sut) => {
      const { store } = sut;
      const lease = await running(store);
      const before = await sut.now();
      await apply(store, lease, { kind: "completed", keep: true, result: '{"ok":1}' });
      const detail = await look(store, lease.id);
      assert.deepEqual([detail.state, detail.result], ["completed", '{"ok":1}']);
      assert.ok(detail.finishedAt! >= before && detail.finishedAt! <= (await sut.now()));
      assert.equal(detail.leaseUntil, undefined);
    },

    "a task may complete without a result": async ({ store }) => {
      const lease = await running(store);
      await apply(store, lease, completed);
      const detail = await look(store, lease.id);
      assert.deepEqual([detail.state, detail.result], ["completed", undefined]);
    },

    "a completed task that is not to be kept is gone at once": async ({ store }) => {
      const lease = await running(store);
      await apply(store, lease, gone);
      assert.equal(await store.get(lease.id), undefined);
      await assertCounts(store, {});
    },

    "settling comes before claiming, so a released task can be claimed in the same call": async ({
      store,
    }) => {
      const { id, queue, token } = await running(store);
      const { verdicts, leases } = await store.exchange({
        settle: [{ id, queue, token, outcome: release }],
        claim: { queues: [Q], max: 1, leaseMs: LEASE_MS, worker: "w2" },
      });
      assert.deepEqual([verdicts, ids(leases)], [["applied"], [id]]);
      assert.equal((await look(store, id)).worker, "w2");
    },

    "leases may be of any length": async (sut) => {
      await sut.store.add(tasks(2));
      const long = await claimOne(sut.store, { leaseMs: 10 * MINUTE });
      const short = await claimOne(sut.store, { leaseMs: MINUTE });
      await sut.advance(5 * MINUTE);
      await sut.store.maintain({ limit: 10 });
      assert.equal((await look(sut.store, long.id)).state, "running");
      assert.equal((await look(sut.store, short.id)).state, "pending");
    },
  }),
];
