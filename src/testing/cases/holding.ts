/** What a worker says it holds, after a reply was lost: the rest of what it has was claimed by the lost call, and comes back. */
import assert from "node:assert/strict";
import type { Lease } from "../../store/store.ts";
import { casesOf } from "../store-case.ts";
import {
  assertEnded,
  claim,
  claimOne,
  completed,
  ids,
  LEASE_MS,
  Q,
  release,
  running,
  settle,
  tasks,
} from "./fixture.ts";

export const holdingCases = casesOf("lost reply", [], {
  "the lost lease itself is stale afterwards": async (sut) => {
    const lost = await running(sut.store);
    const [found] = await claim(sut.store, { holding: [] });
    assert.equal(found?.id, lost.id);
    assert.ok(found.token > lost.token);
    assert.equal(await settle(sut.store, lost, completed), "lost");
    assert.equal(await settle(sut.store, found, completed), "applied");
  },

  "what the worker says it holds is left alone": async (sut) => {
    await sut.store.add(tasks(4));
    const held = await claim(sut.store, { max: 2 });
    await claim(sut.store, { max: 1 });
    const found = await claim(sut.store, { holding: held });
    assert.equal(found.length, 2);
    assert.deepEqual(await sut.store.extend(held, LEASE_MS), ["applied", "applied"]);
  },

  "what other workers hold is left alone": async (sut) => {
    await sut.store.add(tasks(2));
    const other = await claimOne(sut.store, { worker: "w2" });
    assert.equal((await claim(sut.store, { worker: "w1", holding: [] })).length, 1);
    assert.deepEqual(await sut.store.extend([other], LEASE_MS), ["applied"]);
  },

  "what the worker holds of queues that it does not name is left alone": async (sut) => {
    const elsewhere = await running(sut.store, { queue: "b" });
    assert.deepEqual(await claim(sut.store, { queues: ["a"], holding: [] }), []);
    assert.deepEqual(await sut.store.extend([elsewhere], LEASE_MS), ["applied"]);
  },

  "an outdated lease is not the one that is held": async (sut) => {
    const { id, queue, token } = await running(sut.store);
    const [found] = await claim(sut.store, { holding: [{ id, queue, token: token - 1 }] });
    assert.equal(found?.id, id);
  },

  "what a lost claim took stands before what the next call releases, and that before what waited": async (
    sut,
  ) => {
    const { store } = sut;
    const batch = tasks(6);
    await store.add(batch);
    const [first, second, ...unheard] = await claim(store, { max: 5 });
    const { verdicts, leases } = await store.exchange({
      settle: [second!, first!].map(({ id, queue, token }) => ({ id, queue, token, outcome: release })),
      claim: { queues: [Q], max: 0, leaseMs: LEASE_MS, worker: "w1", holding: [] },
    });
    assert.deepEqual([verdicts, leases, unheard.length], [["applied", "applied"], [], 3]);
    const order = [2, 3, 4, 1, 0, 5].map((nth) => batch[nth]!.id);
    assert.deepEqual(ids(await claim(store)), order);
  },

  "what is settled by the call that says what is held is not found again": async ({ store }) => {
    const { id, queue, token } = await running(store);
    const reply = await store.exchange({
      settle: [{ id, queue, token, outcome: completed }],
      claim: { queues: [Q], max: 5, leaseMs: LEASE_MS, worker: "w1", holding: [] },
    });
    assert.deepEqual([reply.verdicts, reply.leases], [["applied"], []]);
    await assertEnded(store, { completed: 1 });
  },

  "a claim that does not say what is held leaves everything as it is": async ({ store }) => {
    await store.add(tasks(3));
    const held = [await claimOne(store), await claimOne(store)];
    await claim(store);
    assert.deepEqual(await store.extend(held, LEASE_MS), ["applied", "applied"]);
  },

  "what is held is told by its token, in each of the queues that are named": async ({ store }) => {
    await store.add([...tasks(2, { queue: "a" }), ...tasks(2, { queue: "b" })]);
    const [a1, a2, b1, b2] = await claim(store, { queues: ["a", "b"] });
    const found = await claim(store, { queues: ["a", "b"], holding: [a1!, b2!] });
    assert.deepEqual(ids(found), ids([a2!, b1!]));
    assert.deepEqual(await store.extend([a1!, a2!, b1!, b2!], LEASE_MS), [
      "applied",
      "lost",
      "lost",
      "applied",
    ]);
  },

  "workers are told apart to the letter": async ({ store }) => {
    const names = ["w", "W", "w1", "w10", "w.1", "host-7:1/a b", "x".repeat(255), `${"x".repeat(255)}y`, "ü"];
    await store.add(tasks(names.length));
    const leases: Lease[] = [];
    for (const worker of names) leases.push(await claimOne(store, { worker }));
    for (const [nth, worker] of names.entries()) {
      const [found, ...others] = await claim(store, { worker, holding: [] });
      assert.deepEqual([found?.id, others], [leases[nth]!.id, []], worker);
      leases[nth] = found!;
    }
    assert.deepEqual(new Set(await store.extend(leases, LEASE_MS)), new Set(["applied"]));
  },
});
