import assert from "node:assert/strict";
import { casesOf } from "../store-case.ts";
import {
  add,
  apply,
  assertCounts,
  claim,
  claimOne,
  completed,
  ids,
  LEASE_MS,
  look,
  loseLeases,
  MINUTE,
  maintainAll,
  release,
  running,
  SECOND,
  tasks,
} from "./fixture.ts";

export const leaseCases = [
  ...casesOf("lease", [], {
    "a lease that ran out makes the task claimable again": async (sut) => {
      const lease = await running(sut.store);
      await sut.advance(LEASE_MS + 5 * SECOND);
      const reply = await sut.store.maintain({ limit: 10 });
      assert.deepEqual([reply.expired, reply.more], [1, false]);
      const again = await claimOne(sut.store, { worker: "w2" });
      assert.equal(again.id, lease.id);
    },

    "a lease holds to its last millisecond, and not beyond": async (sut) => {
      // Where time goes by on its own that millisecond may be over before housekeeping; the store's clock tells.
      const earliest = (await sut.now()) + LEASE_MS;
      await running(sut.store);
      const latest = (await sut.now()) + LEASE_MS;
      let expired = 0;
      for (const before of [10 * SECOND, SECOND, 1]) {
        await sut.advance(Math.max(0, earliest - before - (await sut.now())));
        expired += (await maintainAll(sut.store)).expired;
        if ((await sut.now()) < earliest) assert.equal(expired, 0, `${before} ms early`);
      }
      await sut.advance(Math.max(0, latest - (await sut.now())));
      assert.equal(expired + (await maintainAll(sut.store)).expired, 1);
    },

    "an overdue lease that nobody recovered is still the newest one": async (sut) => {
      const lease = await running(sut.store);
      await sut.advance(2 * LEASE_MS);
      await apply(sut.store, lease, completed);
      assert.equal((await maintainAll(sut.store)).expired, 0);
    },

    "extending moves the deadline": async (sut) => {
      const lease = await running(sut.store);
      for (let round = 0; round < 3; round++) {
        await sut.advance(LEASE_MS - 10 * SECOND);
        assert.deepEqual(await sut.store.extend([lease], LEASE_MS), ["applied"]);
        assert.equal((await maintainAll(sut.store)).expired, 0);
      }
      await apply(sut.store, lease, completed);
    },

    "an extended lease runs out, too": async (sut) => {
      const lease = await running(sut.store);
      await sut.store.extend([lease], 10 * MINUTE);
      await sut.advance(9 * MINUTE);
      assert.equal((await maintainAll(sut.store)).expired, 0);
      await sut.advance(2 * MINUTE);
      assert.equal((await maintainAll(sut.store)).expired, 1);
    },

    "extending counts from now, so a lease can be made shorter": async (sut) => {
      const lease = await running(sut.store);
      await sut.store.extend([lease], SECOND);
      await sut.advance(10 * SECOND);
      assert.equal((await maintainAll(sut.store)).expired, 1);
    },

    "an overdue lease can be extended until someone maintains it": async (sut) => {
      const lease = await running(sut.store);
      await sut.advance(2 * LEASE_MS);
      assert.deepEqual(await sut.store.extend([lease], LEASE_MS), ["applied"]);
      assert.equal((await maintainAll(sut.store)).expired, 0);
    },

    "nothing to extend is answered with nothing": async ({ store }) => {
      assert.deepEqual(await store.extend([], LEASE_MS), []);
    },

    "many leases are extended at once, over several queues": async (sut) => {
      await sut.store.add([...tasks(20, { queue: "a" }), ...tasks(20, { queue: "b" })]);
      const leases = await claim(sut.store, { queues: ["a", "b"] });
      await sut.advance(LEASE_MS - 10 * SECOND);
      const verdicts = await sut.store.extend(leases, LEASE_MS);
      assert.deepEqual([verdicts.length, new Set(verdicts)], [40, new Set(["applied"])]);
      await sut.advance(LEASE_MS - 10 * SECOND);
      assert.equal((await maintainAll(sut.store)).expired, 0);
    },

    "only the leases that were not extended run out": async (sut) => {
      await sut.store.add(tasks(4));
      const leases = await claim(sut.store);
      await sut.store.extend(leases.slice(0, 2), 10 * MINUTE);
      await loseLeases(sut);
      const left = await claim(sut.store, { worker: "w2" });
      assert.deepEqual(ids(left).toSorted(), ids(leases.slice(2)).toSorted());
    },
  }),

  ...casesOf("lease", ["inspectable"], {
    "a lease holds until its deadline": async (sut) => {
      const { id } = await running(sut.store);
      await sut.advance(LEASE_MS - 10 * SECOND);
      assert.equal((await maintainAll(sut.store)).expired, 0);
      assert.equal((await look(sut.store, id)).state, "running");
    },

    "a lost lease leaves no trace of its worker": async (sut) => {
      const { id } = await running(sut.store);
      await loseLeases(sut);
      const { state, worker, startedAt, leaseUntil } = await look(sut.store, id);
      assert.deepEqual([state, worker, startedAt, leaseUntil], ["pending", undefined, undefined, undefined]);
    },

    "the new deadline is shown": async (sut) => {
      const lease = await running(sut.store);
      const before = await sut.now();
      await sut.store.extend([lease], 10 * MINUTE);
      const { leaseUntil = 0 } = await look(sut.store, lease.id);
      assert.ok(leaseUntil >= before + 10 * MINUTE && leaseUntil <= (await sut.now()) + 10 * MINUTE);
    },

    "a released task is pending without a worker": async ({ store }) => {
      const lease = await running(store);
      await apply(store, lease, release);
      const { state, worker, leaseUntil } = await look(store, lease.id);
      assert.deepEqual([state, worker, leaseUntil], ["pending", undefined, undefined]);
    },

    "a task can be lost and found many times while its crash budget lasts": async (sut) => {
      const id = await add(sut.store, { crashLimit: 5 });
      for (let crashes = 0; crashes < 5; crashes++) {
        assert.equal((await claimOne(sut.store)).crashes, crashes);
        await loseLeases(sut);
      }
      await apply(sut.store, await claimOne(sut.store), completed);
      assert.equal((await look(sut.store, id)).crashes, 5);
      await assertCounts(sut.store, { completed: 1 });
    },
  }),
];
