import assert from "node:assert/strict";
import type { FullStore } from "../../store/facets.ts";
import type { AddResult, ExchangeReply, LeaseRef } from "../../store/store.ts";
import { hasCode } from "../../task/errors.ts";
import type { Outcome } from "../../task/outcome.ts";
import type { NewTask } from "../../task/task.ts";
import { type Fault, faultyStore, oneFault } from "../faulty-store.ts";
import { casesOf, type StoreUnderTest } from "../store-case.ts";
import {
  assertCounts,
  boom,
  claim,
  claimOne,
  completed,
  failed,
  gone,
  HOUR,
  ids,
  LEASE_MS,
  look,
  loseLeases,
  Q,
  release,
  running,
  snooze,
  task,
  tasks,
} from "./fixture.ts";

/** Settles one lease with followers; whatever the reply says. */
async function settleWith(
  store: FullStore,
  { id, queue, token }: LeaseRef,
  outcome: Outcome,
  followers: readonly NewTask[],
): Promise<ExchangeReply> {
  return store.exchange({ settle: [{ id, queue, token, outcome, followers }] });
}

function added(followers: readonly NewTask[]): AddResult[] {
  return followers.map(({ id }) => ({ status: "added", id, state: "pending" }));
}

async function exists(store: FullStore, { id }: NewTask): Promise<boolean> {
  return (await store.get(id)) !== undefined;
}

/** A worker that dies of its settlement, and another one that then runs the task to its end with the same followers. */
async function diesWhileSettling(sut: StoreUnderTest, fault: Fault): Promise<void> {
  const followers = [task(), task({ queue: "other" })];
  const lease = await running(sut.store);
  const client = faultyStore(sut.store, oneFault("exchange", 1, fault));
  await assert.rejects(settleWith(client, lease, completed, followers), (error) => hasCode(error, "UNKNOWN"));
  await loseLeases(sut);
  const again = (await claim(sut.store, { worker: "rescuer" })).find(({ id }) => id === lease.id);
  if (again !== undefined) await settleWith(sut.store, again, completed, followers);
  assert.equal(again === undefined, fault === "lost reply");
  assert.equal((await look(sut.store, lease.id)).state, "completed");
  for (const follower of followers) assert.ok(await exists(sut.store, follower));
  const activity = await sut.store.activity({ queues: [Q, "other"], minutes: 1_440 });
  assert.equal(
    activity.reduce((sum, minute) => sum + minute.added, 0),
    3,
  );
}

export const followersCases = [
  ...casesOf("followers", [], {
    "a follower can be claimed by the very call that adds it": async ({ store }) => {
      const { id, queue, token } = await running(store);
      const follower = task();
      const reply = await store.exchange({
        settle: [{ id, queue, token, outcome: completed, followers: [follower] }],
        claim: { queues: [Q], max: 5, leaseMs: LEASE_MS, worker: "w1" },
      });
      assert.deepEqual(ids(reply.leases), [follower.id]);
    },

    "a settlement without followers says nothing of them": async ({ store }) => {
      const { id, queue, token } = await running(store);
      const reply = await store.exchange({ settle: [{ id, queue, token, outcome: completed }] });
      assert.equal(reply.followers, undefined);
    },
  }),

  ...casesOf("followers", ["inspectable"], {
    "a settlement brings its followers along": async ({ store }) => {
      const followers = tasks(3, { payload: '"next"' });
      const reply = await settleWith(store, await running(store), completed, followers);
      assert.deepEqual(reply.verdicts, ["applied"]);
      assert.deepEqual(reply.followers, [{ settlement: 0, results: added(followers) }]);
      await assertCounts(store, { completed: 1, pending: 3 });
      assert.deepEqual(ids(await claim(store)), ids(followers));
    },

    "followers may go to another queue, and later": async ({ store }) => {
      const followers = [task({ queue: "b" }), task({ queue: "c", delayMs: HOUR }), task()];
      const reply = await settleWith(store, await running(store), gone, followers);
      assert.deepEqual(
        reply.followers?.[0]?.results.map((result) => (result.status === "added" ? result.state : result)),
        ["pending", "scheduled", "pending"],
      );
      await assertCounts(store, { pending: 1 });
      await assertCounts(store, { pending: 1 }, "b");
      await assertCounts(store, { scheduled: 1 }, "c");
    },

    "any outcome may have followers": async ({ store }) => {
      for (const outcome of [failed(HOUR), snooze(HOUR), release, completed]) {
        const follower = task({ queue: "b" });
        const lease = await claimOrAdd(store);
        assert.deepEqual((await settleWith(store, lease, outcome, [follower])).verdicts, ["applied"]);
        assert.ok(await exists(store, follower), outcome.kind);
      }
    },

    "followers are kept with every field": async ({ store }) => {
      const fields = { type: "x.y", payload: "[7]", priority: 1, retryLimit: 2, crashLimit: 1 };
      const key = { value: "k", windowMs: HOUR, fingerprint: "f" };
      const follower = task({ ...fields, key, headers: { tenant: "a" } });
      await settleWith(store, await running(store), completed, [follower]);
      const found = await look(store, follower.id);
      for (const [name, value] of Object.entries(fields)) {
        assert.equal(found[name as keyof typeof fields], value, name);
      }
      assert.deepEqual([found.key, { ...found.headers }], ["k", { tenant: "a" }]);
    },

    "what a lost settlement would have added is not added": async (sut) => {
      const { store } = sut;
      const lease = await running(store);
      await loseLeases(sut);
      const again = await claimOne(store);
      const follower = task();
      const reply = await settleWith(store, lease, completed, [follower]);
      assert.deepEqual([reply.verdicts, reply.followers], [["lost"], []]);
      assert.equal(await exists(store, follower), false);
      assert.deepEqual((await settleWith(store, again, completed, [follower])).verdicts, ["applied"]);
      assert.ok(await exists(store, follower));
    },

    "of several settlements only the applied ones add": async (sut) => {
      const { store } = sut;
      const [stale, good] = [await running(store), await running(store)];
      const followers = [task(), task()];
      const reply = await store.exchange({
        settle: [
          { ...ref(stale), token: stale.token - 1, outcome: completed, followers: [followers[0]!] },
          { ...ref(good), outcome: completed, followers: [followers[1]!] },
          { ...ref(good), outcome: completed, followers: [task()] },
        ],
      });
      assert.deepEqual(reply.verdicts, ["lost", "applied", "lost"]);
      assert.deepEqual(reply.followers, [{ settlement: 1, results: added([followers[1]!]) }]);
      await assertCounts(store, { running: 1, completed: 1, pending: 1 });
    },

    "a follower that is there already is a duplicate, and the settlement stands": async ({ store }) => {
      const follower = task({ queue: "b" });
      await store.add([follower]);
      const reply = await settleWith(store, await running(store), completed, [follower]);
      assert.deepEqual(reply.verdicts, ["applied"]);
      assert.deepEqual(reply.followers?.[0]?.results, [{ status: "duplicate", id: follower.id }]);
      await assertCounts(store, { pending: 1 }, "b");
    },

    "a follower whose key is taken is a conflict or a duplicate, and the others are added": async ({
      store,
    }) => {
      const key = { value: "k", windowMs: HOUR, fingerprint: "f" };
      const holder = task({ queue: "b", key });
      await store.add([holder]);
      const followers = [
        task({ queue: "b", key }),
        task({ queue: "b", key: { ...key, fingerprint: "g" } }),
        task({ queue: "b" }),
      ];
      const reply = await settleWith(store, await running(store), completed, followers);
      assert.deepEqual(reply.followers?.[0]?.results, [
        { status: "duplicate", id: holder.id },
        { status: "conflict", id: holder.id },
        ...added([followers[2]!]),
      ]);
      await assertCounts(store, { pending: 2 }, "b");
    },

    "a refused follower leaves no trace of the whole call": async ({ store }) => {
      const lease = await running(store);
      const bad = { ...task(), priority: 2.5 };
      await assert.rejects(settleWith(store, lease, completed, [task(), bad]), (error) =>
        hasCode(error, "INVALID_OPTION"),
      );
      await assertCounts(store, { running: 1 });
    },

    "a reply that was lost can be asked for again: followers are added once": async (sut) => {
      const lease = await running(sut.store);
      const followers = [task({ queue: "b" }), task()];
      const client = faultyStore(sut.store, oneFault("exchange", 1, "lost reply"));
      await assert.rejects(settleWith(client, lease, completed, followers), (error) =>
        hasCode(error, "UNKNOWN"),
      );
      const reply = await settleWith(client, lease, completed, followers);
      assert.deepEqual([reply.verdicts, reply.followers], [["lost"], []]);
      await assertCounts(sut.store, { completed: 1, pending: 1 });
      await assertCounts(sut.store, { pending: 1 }, "b");
    },

    "a settlement that arrives twice adds its followers once": async (sut) => {
      const lease = await running(sut.store);
      const client = faultyStore(sut.store, oneFault("exchange", 1, "repeated"));
      await settleWith(client, lease, completed, tasks(2));
      await assertCounts(sut.store, { completed: 1, pending: 2 });
    },

    "a worker that dies before its settlement arrives leaves followers to the next attempt, once": (sut) =>
      diesWhileSettling(sut, "lost request"),

    "a worker that dies after its settlement arrived has added its followers, once": (sut) =>
      diesWhileSettling(sut, "lost reply"),

    "a failed attempt adds its followers beside its error": async ({ store }) => {
      const lease = await running(store);
      const follower = task({ queue: "b" });
      await settleWith(store, lease, { kind: "retry", delayMs: HOUR, error: boom }, [follower]);
      assert.equal((await look(store, lease.id)).state, "retrying");
      assert.ok(await exists(store, follower));
    },

    "a thousand settlements with a follower each are one call": async ({ store }) => {
      await store.add(tasks(1_000));
      const leases = await claim(store, { max: 1_000 });
      const settle = leases.map((lease) => ({
        ...ref(lease),
        outcome: gone,
        followers: [task({ queue: "b" })],
      }));
      const reply = await store.exchange({ settle });
      assert.ok(reply.verdicts.every((verdict) => verdict === "applied"));
      assert.equal(reply.followers?.length, 1_000);
      await assertCounts(store, { pending: 1_000 }, "b");
      await assertCounts(store, {});
    },
  }),
];

function ref({ id, queue, token }: LeaseRef): LeaseRef {
  return { id, queue, token };
}

/** A lease of whatever waits in the queue, or of a new task. */
async function claimOrAdd(store: FullStore): Promise<LeaseRef> {
  const [lease] = await claim(store, { max: 1 });
  return lease ?? running(store);
}
