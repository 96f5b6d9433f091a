import assert from "node:assert/strict";
import { hasCode } from "../../task/errors.ts";
import { type Fault, faultyStore, type FaultyVerb, oneFault } from "../faulty-store.ts";
import { casesOf, type StoreUnderTest } from "../store-case.ts";
import {
  act,
  add,
  apply,
  assertCounts,
  assertEnded,
  claim,
  claimOne,
  completed,
  exhausted,
  failed,
  gone,
  ids,
  LEASE_MS,
  look,
  Q,
  running,
  settle,
  task,
  tasks,
  unchanged,
} from "./fixture.ts";

/** The store with a fault in the first call of a verb. */
function faulty({ store }: StoreUnderTest, verb: FaultyVerb, fault: Fault) {
  return faultyStore(store, oneFault(verb, 1, fault));
}

async function unanswered(call: Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error) => hasCode(error, "UNKNOWN"));
}

export const lostReplyCases = [
  ...casesOf("lost reply", [], {
    "a settlement whose request was lost is applied when repeated": async (sut) => {
      const lease = await running(sut.store);
      const client = faulty(sut, "exchange", "lost request");
      await unanswered(settle(client, lease, completed));
      assert.equal(await settle(client, lease, completed), "applied");
    },

    "what a lost claim took comes before everything that waited": async (sut) => {
      const batch = tasks(5);
      await sut.store.add(batch);
      await unanswered(claim(faulty(sut, "exchange", "lost reply"), { max: 2 }));
      const found = ids(await claim(sut.store, { holding: [] }));
      assert.deepEqual(found.slice(0, 2).toSorted(), ids(batch.slice(0, 2)).toSorted());
      assert.deepEqual(found.slice(2), ids(batch.slice(2)));
    },

    "what a lost claim took comes back as it was, in its order, and costs nothing": async (sut) => {
      const { store } = sut;
      const batch = tasks(4);
      await store.add(batch);
      await unanswered(claim(faulty(sut, "exchange", "lost reply"), { max: 3 }));
      assert.deepEqual(ids(await claim(store, { worker: "w2", max: 0, holding: [] })), []);
      const found = await claim(store, { max: 3, holding: [] });
      assert.deepEqual(ids(found).toSorted(), ids(batch.slice(0, 3)).toSorted());
      for (const { failures, crashes } of found) assert.deepEqual([failures, crashes], [0, 0]);
      for (const lease of found) await apply(store, lease, completed);
      assert.deepEqual(ids(await claim(store)), [batch[3]!.id]);
    },

    "an add that arrives twice, or is repeated, adds once": async (sut) => {
      const batch = tasks(20);
      assert.deepEqual(ids(await faulty(sut, "add", "repeated").add(batch)), ids(batch));
      await unanswered(faulty(sut, "add", "lost reply").add(batch));
      assert.ok((await sut.store.add(batch)).every(({ status }) => status === "duplicate"));
      assert.deepEqual(ids(await claim(sut.store)), ids(batch));
    },

    "a settlement that arrives twice counts once, whatever it says": async (sut) => {
      const { store } = sut;
      for (const outcome of [completed, gone, exhausted]) {
        const lease = await running(store);
        assert.equal(await settle(faulty(sut, "exchange", "repeated"), lease, outcome), "lost");
        assert.deepEqual(await claim(store), []);
      }
      await assertEnded(store, { completed: 1, dead: 1 });
      const lease = await running(store);
      await settle(faulty(sut, "exchange", "repeated"), lease, failed(0));
      assert.equal((await claimOne(store)).failures, 1);
    },

    "housekeeping that arrives twice counts a lost lease once": async (sut) => {
      await running(sut.store);
      await sut.advance(2 * LEASE_MS);
      await faulty(sut, "maintain", "repeated").maintain({ limit: 10 });
      assert.equal((await claimOne(sut.store)).crashes, 1);
    },

    "an extension whose reply was lost can be repeated": async (sut) => {
      const lease = await running(sut.store);
      const client = faulty(sut, "extend", "lost reply");
      await unanswered(client.extend([lease], LEASE_MS));
      assert.deepEqual(await client.extend([lease], LEASE_MS), ["applied"]);
    },

    "an extension that arrives twice is one": async (sut) => {
      const lease = await running(sut.store);
      assert.deepEqual(await faulty(sut, "extend", "repeated").extend([lease], LEASE_MS), ["applied"]);
      await apply(sut.store, lease, completed);
    },
  }),

  ...casesOf("lost reply", ["inspectable"], {
    "an add whose reply was lost can be repeated": async (sut) => {
      const client = faulty(sut, "add", "lost reply");
      const one = task();
      await unanswered(client.add([one]));
      assert.deepEqual(await client.add([one]), [{ status: "duplicate", id: one.id }]);
      await assertCounts(sut.store, { pending: 1 });
    },

    "an add whose request was lost can be repeated": async (sut) => {
      const client = faulty(sut, "add", "lost request");
      const one = task();
      await unanswered(client.add([one]));
      await assertCounts(sut.store, {});
      assert.deepEqual(await client.add([one]), [{ status: "added", id: one.id, state: "pending" }]);
    },

    "an add that arrives twice adds once": async (sut) => {
      const batch = tasks(50);
      const results = await faulty(sut, "add", "repeated").add(batch);
      assert.deepEqual(ids(results), ids(batch));
      await assertCounts(sut.store, { pending: 50 });
    },

    "an add with a key whose reply was lost can be repeated, even after the task has run": async (sut) => {
      const client = faulty(sut, "add", "lost reply");
      const one = task({ key: { value: "k", windowMs: 60_000, fingerprint: "f" } });
      await unanswered(client.add([one]));
      await apply(sut.store, await claimOne(sut.store), gone);
      assert.deepEqual(await client.add([one]), [{ status: "duplicate", id: one.id }]);
      await assertCounts(sut.store, {});
    },

    "a settlement whose reply was lost is told lost when repeated, and stands": async (sut) => {
      const lease = await running(sut.store);
      const client = faulty(sut, "exchange", "lost reply");
      await unanswered(settle(client, lease, { kind: "completed", keep: true, result: "1" }));
      await unchanged(sut.store, [lease.id], async () => {
        assert.equal(await settle(client, lease, { kind: "completed", keep: true, result: "2" }), "lost");
      });
      assert.equal((await look(sut.store, lease.id)).result, "1");
    },

    "a failure that arrives twice costs one retry": async (sut) => {
      const lease = await running(sut.store);
      await settle(faulty(sut, "exchange", "repeated"), lease, failed());
      const { state, failures, attempts } = await look(sut.store, lease.id);
      assert.deepEqual([state, failures, attempts.length], ["retrying", 1, 1]);
    },

    "a death that arrives twice is one": async (sut) => {
      const lease = await running(sut.store);
      await settle(faulty(sut, "exchange", "repeated"), lease, exhausted);
      await assertCounts(sut.store, { dead: 1 });
      assert.equal((await look(sut.store, lease.id)).attempts.length, 1);
    },

    "an end that is not kept and arrives twice is one end": async (sut) => {
      const lease = await running(sut.store);
      assert.equal(await settle(faulty(sut, "exchange", "repeated"), lease, gone), "lost");
      await assertCounts(sut.store, {});
    },

    "a claim whose reply was lost is found again by saying what the worker holds": async (sut) => {
      await sut.store.add(tasks(3));
      const client = faulty(sut, "exchange", "lost reply");
      await unanswered(claim(client, { max: 2 }));
      await assertCounts(sut.store, { running: 2, pending: 1 });
      const leases = await claim(client, { max: 3, holding: [] });
      assert.equal(leases.length, 3);
      for (const { failures, crashes } of leases) assert.deepEqual([failures, crashes], [0, 0]);
      for (const lease of leases) await apply(sut.store, lease, completed);
    },

    "what is settled in the same call is not found again": async (sut) => {
      const { id, queue, token } = await running(sut.store);
      const reply = await sut.store.exchange({
        settle: [{ id, queue, token, outcome: completed }],
        claim: { queues: [Q], max: 5, leaseMs: LEASE_MS, worker: "w1", holding: [] },
      });
      assert.deepEqual([reply.verdicts, reply.leases], [["applied"], []]);
      await assertCounts(sut.store, { completed: 1 });
    },

    "a claim that arrives twice gives the second answer its own tasks, and both can be found": async (
      sut,
    ) => {
      await sut.store.add(tasks(4));
      const second = await claim(faulty(sut, "exchange", "repeated"), { max: 2 });
      await assertCounts(sut.store, { running: 4 });
      const found = await claim(sut.store, { holding: second });
      assert.equal(found.length, 2);
      assert.equal(new Set(ids([...second, ...found])).size, 4);
    },

    "housekeeping that arrives twice costs one crash": async (sut) => {
      const { id } = await running(sut.store);
      await sut.advance(2 * LEASE_MS);
      await faulty(sut, "maintain", "repeated").maintain({ limit: 10 });
      assert.equal((await look(sut.store, id)).crashes, 1);
    },
  }),

  ...casesOf("lost reply", ["inspectable", "administrable"], {
    "a cancel that arrives twice cancels once": async (sut) => {
      const id = await add(sut.store);
      await act(faulty(sut, "act", "repeated"), "cancel", id);
      await assertCounts(sut.store, { cancelled: 1 });
    },
  }),
];
