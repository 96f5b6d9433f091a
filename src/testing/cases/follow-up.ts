/** Followers, told without a facet: by the answers, by claims, and by adding them again. */
import assert from "node:assert/strict";
import type { FullStore } from "../../store/facets.ts";
import type { AddResult, LeaseRef, Settlement } from "../../store/store.ts";
import { hasCode, WindlassError } from "../../task/errors.ts";
import type { Outcome } from "../../task/outcome.ts";
import type { NewTask } from "../../task/task.ts";
import { faultyStore, oneFault } from "../faulty-store.ts";
import { casesOf } from "../store-case.ts";
import {
  apply,
  assertEnded,
  assertKnown,
  assertUnknown,
  cancelled,
  claim,
  claimOne,
  completed,
  exhausted,
  failed,
  gone,
  HOUR,
  ids,
  loseLeases,
  plain,
  Q,
  release,
  running,
  SECOND,
  settle,
  snooze,
  task,
  tasks,
} from "./fixture.ts";

function settlement(
  { id, queue, token }: LeaseRef,
  outcome: Outcome,
  followers?: readonly NewTask[],
): Settlement {
  return { id, queue, token, outcome, followers };
}

/** What is answered of followers that are there at once. */
function added(followers: readonly NewTask[]): AddResult[] {
  return followers.map(({ id }) => ({ status: "added", id, state: "pending" }));
}

/** Settles one lease with followers, which has to be applied. */
async function follow(
  store: FullStore,
  lease: LeaseRef,
  outcome: Outcome,
  followers: readonly NewTask[],
): Promise<readonly AddResult[]> {
  const reply = await store.exchange({ settle: [settlement(lease, outcome, followers)] });
  assert.deepEqual([reply.verdicts, reply.followers?.length], [["applied"], 1]);
  assert.equal(reply.followers![0]!.settlement, 0);
  return reply.followers![0]!.results;
}

export const followUpCases = casesOf("followers", [], {
  "followers are answered one by one, and can be claimed in their order": async ({ store }) => {
    const followers = tasks(5);
    const results = await follow(store, await running(store), completed, followers);
    assert.deepEqual(results, added(followers));
    assert.deepEqual(ids(await claim(store)), ids(followers));
  },

  "a follower comes with everything that was said of it": async ({ store }) => {
    const said = { type: "x.y", payload: "[7]", priority: 1, queue: "b" };
    const settings = { retryLimit: 2, crashLimit: 1, headers: { tenant: "acme" } };
    const key = { value: "k", windowMs: HOUR, fingerprint: "f" };
    const follower = task({ ...said, ...settings, key });
    await follow(store, await running(store), completed, [follower]);
    const { token, createdAt, runAt, startedAt, ...lease } = await claimOne(store, { queues: ["b"] });
    assert.ok(token > 0 && createdAt <= runAt + SECOND && runAt <= startedAt + SECOND);
    assert.deepEqual(plain(lease), { id: follower.id, ...said, ...settings, failures: 0, crashes: 0 });
    assert.deepEqual(await store.add([task({ queue: "b", key })]), [
      { status: "duplicate", id: follower.id },
    ]);
  },

  "followers of one settlement may go to several queues, now and later": async (sut) => {
    const { store } = sut;
    const followers = [task({ queue: "b" }), task({ queue: "c", delayMs: HOUR }), task()];
    const results = await follow(store, await running(store), completed, followers);
    assert.deepEqual(
      results.map((result) => (result.status === "added" ? result.state : result)),
      ["pending", "scheduled", "pending"],
    );
    const now = await claim(store, { queues: [Q, "b", "c"] });
    assert.deepEqual(ids(now), [followers[2]!.id, followers[0]!.id]);
    await sut.advance(2 * HOUR);
    assert.equal((await claimOne(store, { queues: ["c"] })).id, followers[1]!.id);
  },

  "every outcome brings its followers": async ({ store }) => {
    for (const outcome of [completed, gone, exhausted, cancelled, failed(HOUR), snooze(HOUR), release]) {
      const [lease = await running(store)] = await claim(store, { max: 1 });
      const follower = task({ queue: "b" });
      assert.deepEqual(await follow(store, lease, outcome, [follower]), added([follower]));
      assert.equal((await claimOne(store, { queues: ["b"] })).id, follower.id, outcome.kind);
    }
  },

  "followers of a lease that was lost are not added, whatever its worker says": async (sut) => {
    const { store } = sut;
    const stale = await running(store);
    await loseLeases(sut);
    const fresh = await claimOne(store, { worker: "w2" });
    for (const outcome of [completed, gone, exhausted, failed(0), snooze(0), release, cancelled]) {
      const followers = [task(), task({ queue: "b" })];
      const reply = await store.exchange({ settle: [settlement(stale, outcome, followers)] });
      assert.deepEqual([reply.verdicts, reply.followers], [["lost"], []], outcome.kind);
      assert.deepEqual(await claim(store, { queues: [Q, "b"] }), []);
    }
    const follower = task();
    assert.deepEqual(await follow(store, fresh, completed, [follower]), added([follower]));
  },

  "followers of a forged lease are not added": async ({ store }) => {
    const lease = await running(store);
    for (const forged of [
      { ...lease, token: lease.token + 1 },
      { ...lease, queue: "elsewhere" },
      { ...lease, id: task().id },
    ]) {
      const follower = task({ queue: "b" });
      const reply = await store.exchange({ settle: [settlement(forged, completed, [follower])] });
      assert.deepEqual([reply.verdicts, reply.followers], [["lost"], []]);
      await assertUnknown(store, follower);
    }
  },

  "of many settlements those that are applied add, and the answer says which": async ({ store }) => {
    const [lost, silent, good] = [await running(store), await running(store), await running(store)];
    const followers = tasks(3, { queue: "b" });
    const reply = await store.exchange({
      settle: [
        settlement({ ...lost, token: lost.token - 1 }, completed, [followers[0]!]),
        settlement(silent, completed),
        settlement(good, completed, [followers[1]!]),
        settlement(good, completed, [followers[2]!]),
      ],
    });
    assert.deepEqual(reply.verdicts, ["lost", "applied", "applied", "lost"]);
    assert.deepEqual(reply.followers, [{ settlement: 2, results: added([followers[1]!]) }]);
    assert.deepEqual(ids(await claim(store, { queues: ["b"] })), [followers[1]!.id]);
  },

  "a follower that stands already, or whose key is taken, costs the others nothing": async ({ store }) => {
    const key = { value: "k", windowMs: HOUR, fingerprint: "f" };
    const [standing, holder, free] = [task(), task({ key }), task()];
    const lease = await running(store);
    await store.add([standing, holder]);
    const others = [task({ key }), task({ key: { ...key, fingerprint: "g" } })];
    assert.deepEqual(await follow(store, lease, completed, [standing, ...others, free]), [
      { status: "duplicate", id: standing.id },
      { status: "duplicate", id: holder.id },
      { status: "conflict", id: holder.id },
      ...added([free]),
    ]);
    assert.deepEqual(ids(await claim(store)), ids([standing, holder, free]));
  },

  "a follower may have the id of a task that a later settlement of the call removes": async ({ store }) => {
    const [first, second] = [await running(store), await running(store)];
    const follower = task({ id: second.id });
    const { verdicts, followers } = await store.exchange({
      settle: [settlement(first, gone, [follower]), settlement(second, gone)],
    });
    assert.deepEqual(verdicts, ["applied", "applied"]);
    assert.deepEqual(followers?.[0]?.results, added([follower]));
    assert.deepEqual(ids(await claim(store)), [follower.id]);
  },

  "a follower that is refused leaves its settlement unsaid": async ({ store }) => {
    const lease = await running(store);
    const [good, bad] = [task(), { ...task(), priority: 2.5 }];
    await assert.rejects(
      store.exchange({ settle: [settlement(lease, completed, [good, bad])] }),
      (error) => error instanceof WindlassError,
    );
    await assertUnknown(store, good);
    await apply(store, lease, completed);
  },

  "a settlement that is repeated because its reply was lost has added its followers, once": async (sut) => {
    const { store } = sut;
    const lease = await running(store);
    const followers = [task(), task({ queue: "b" })];
    const client = faultyStore(store, oneFault("exchange", 1, "lost reply"));
    const said = { settle: [settlement(lease, completed, followers)] };
    await assert.rejects(client.exchange(said), (error) => hasCode(error, "UNKNOWN"));
    const { verdicts, followers: again } = await client.exchange(said);
    assert.deepEqual([verdicts, again], [["lost"], []]);
    assert.deepEqual(ids(await claim(store, { queues: [Q, "b"] })), ids(followers));
    for (const follower of followers) await assertKnown(store, follower);
    await assertEnded(store, { completed: 1 });
  },

  "a settlement whose request was lost has added nothing": async (sut) => {
    const lease = await running(sut.store);
    const follower = task();
    const client = faultyStore(sut.store, oneFault("exchange", 1, "lost request"));
    const said = { settle: [settlement(lease, completed, [follower])] };
    await assert.rejects(client.exchange(said), (error) => hasCode(error, "UNKNOWN"));
    assert.deepEqual(await claim(sut.store), []);
    assert.deepEqual((await client.exchange(said)).followers?.[0]?.results, added([follower]));
    assert.equal(await settle(sut.store, await claimOne(sut.store), completed), "applied");
  },
});
