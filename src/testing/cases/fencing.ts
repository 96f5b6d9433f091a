import assert from "node:assert/strict";
import type { FullStore } from "../../store/facets.ts";
import type { Lease, LeaseRef } from "../../store/store.ts";
import type { Outcome } from "../../task/outcome.ts";
import { casesOf, type StoreCase, type StoreUnderTest } from "../store-case.ts";
import {
  add,
  apply,
  assertEnded,
  cancelled,
  claim,
  claimOne,
  completed,
  exhausted,
  failed,
  gone,
  LEASE_MS,
  look,
  loseLeases,
  MINUTE,
  release,
  running,
  settle,
  snooze,
  task,
  unchanged,
} from "./fixture.ts";

const outcomes: Readonly<Record<string, Outcome>> = {
  completed,
  "completed, not kept": gone,
  retry: failed(),
  dead: exhausted,
  snooze: snooze(),
  release,
  cancelled,
};

/** A stale lease, and what stands in its way: each is reached from one running task. */
const rivals: Readonly<Record<string, (sut: StoreUnderTest, lease: Lease) => Promise<void>>> = {
  "after its lease ran out": (sut) => loseLeases(sut),
  "after another claim": async (sut) => {
    await loseLeases(sut);
    await claimOne(sut.store, { worker: "w2" });
  },
  "after it settled": ({ store }, lease) => apply(store, lease, completed),
};

/** Neither settling nor extending with this lease changes anything. */
async function isStale({ store }: StoreUnderTest, lease: LeaseRef, outcome: Outcome): Promise<void> {
  await unchanged(store, [lease.id], async () => {
    assert.equal(await settle(store, lease, outcome), "lost");
  });
}

function staleCases(): Record<string, StoreCase["run"]> {
  const cases: Record<string, StoreCase["run"]> = {};
  for (const [when, rival] of Object.entries(rivals)) {
    for (const [kind, outcome] of Object.entries(outcomes)) {
      cases[`a worker that answers "${kind}" ${when} is told lost, and nothing changes`] = async (sut) => {
        const lease = await running(sut.store);
        await rival(sut, lease);
        await isStale(sut, lease, outcome);
      };
    }
    cases[`a worker that extends ${when} is told lost, and nothing changes`] = async (sut) => {
      const lease = await running(sut.store);
      await rival(sut, lease);
      await unchanged(sut.store, [lease.id], async () => {
        assert.deepEqual(await sut.store.extend([lease], LEASE_MS), ["lost"]);
      });
    };
  }
  return cases;
}

const forgeries: Readonly<Record<string, (lease: Lease) => LeaseRef>> = {
  "the next token": (lease) => ({ ...lease, token: lease.token + 1 }),
  "the token before": (lease) => ({ ...lease, token: lease.token - 1 }),
  "token 0": (lease) => ({ ...lease, token: 0 }),
  "a negative token": (lease) => ({ ...lease, token: -lease.token }),
  "the largest token": (lease) => ({ ...lease, token: Number.MAX_SAFE_INTEGER }),
  "another queue's name": (lease) => ({ ...lease, queue: "elsewhere" }),
};

/** Whatever is said with this lease is lost. */
async function assertStale(store: FullStore, lease: LeaseRef, what: string): Promise<void> {
  for (const [kind, outcome] of Object.entries(outcomes)) {
    assert.equal(await settle(store, lease, outcome), "lost", `${what}: ${kind}`);
  }
  assert.deepEqual(await store.extend([lease], LEASE_MS), ["lost"], what);
}

function forgedCases(): Record<string, StoreCase["run"]> {
  const cases: Record<string, StoreCase["run"]> = {};
  for (const [name, forge] of Object.entries(forgeries)) {
    cases[`${name} is no lease`] = async ({ store }) => {
      const lease = await running(store);
      await unchanged(store, [lease.id], async () => {
        assert.equal(await settle(store, forge(lease), completed), "lost");
        assert.deepEqual(await store.extend([forge(lease)], LEASE_MS), ["lost"]);
      });
      await apply(store, lease, completed);
    };
  }
  return cases;
}

export const fencingCases = [
  ...casesOf("fencing", [], {
    "an unknown task has no lease": async ({ store }) => {
      const lease = { id: task().id, queue: "q", token: 1 };
      assert.equal(await settle(store, lease, completed), "lost");
      assert.deepEqual(await store.extend([lease], LEASE_MS), ["lost"]);
    },

    "a lease that ran out is lost, whatever its worker says, and costs one crash": async (sut) => {
      const stale = await running(sut.store);
      await loseLeases(sut);
      await assertStale(sut.store, stale, "before another claim");
      const { id, failures, crashes } = await claimOne(sut.store);
      assert.deepEqual([id, failures, crashes], [stale.id, 0, 1]);
    },

    "a lease that another claim replaced is lost, whatever its worker says, and the other holds": async (
      sut,
    ) => {
      const stale = await running(sut.store);
      await loseLeases(sut);
      const fresh = await claimOne(sut.store, { worker: "w2" });
      await assertStale(sut.store, stale, "after another claim");
      assert.deepEqual(await sut.store.extend([fresh], LEASE_MS), ["applied"]);
      await apply(sut.store, fresh, completed);
      await assertEnded(sut.store, { completed: 1 });
    },

    "a lease that settled is lost, whatever its worker says, and its outcome stands": async ({ store }) => {
      for (const [outcome, ended] of [
        [completed, { completed: 1 }],
        [exhausted, { dead: 1 }],
        [gone, {}],
      ] as const) {
        const stale = await running(store);
        await apply(store, stale, outcome);
        await assertStale(store, stale, outcome.kind);
        assert.deepEqual(await claim(store), []);
        await assertEnded(store, ended);
      }
    },

    "a forged lease is lost, whatever it says, and the true one holds": async ({ store }) => {
      for (const [name, forge] of Object.entries(forgeries)) {
        const lease = await running(store);
        await assertStale(store, forge(lease), name);
        assert.deepEqual(await store.extend([lease], LEASE_MS), ["applied"], name);
        await apply(store, lease, completed);
        await assertEnded(store, { completed: 1 });
      }
    },

    "the token of another task is no lease, and both tasks go on": async ({ store }) => {
      const a = await running(store);
      // Claimed twice, so that its token is another one even where each task counts for itself.
      await apply(store, await running(store), release);
      const b = await claimOne(store);
      await assertStale(store, { ...a, token: b.token }, "its token");
      await assertStale(store, { ...b, id: task().id }, "an unknown task");
      for (const lease of [a, b]) await apply(store, lease, completed);
    },

    "a task that waits has no lease": async (sut) => {
      const { store } = sut;
      const lease = await running(store);
      await apply(store, lease, failed(MINUTE));
      const { id, queue } = lease;
      for (const token of [0, 1, lease.token, lease.token + 1]) {
        await assertStale(store, { id, queue, token }, `token ${token}`);
      }
      await sut.advance(2 * MINUTE);
      assert.equal((await claimOne(store)).failures, 1);
    },

    "of several answers to one lease in a call the first stands": async ({ store }) => {
      const { id, queue, token } = await running(store);
      const settlements = [exhausted, completed, release].map((outcome) => ({ id, queue, token, outcome }));
      const { verdicts } = await store.exchange({ settle: settlements });
      assert.deepEqual(verdicts, ["applied", "lost", "lost"]);
      assert.deepEqual(await claim(store), []);
      await assertEnded(store, { dead: 1 });
    },

    "a lease of an earlier life is lost in the next one": async ({ store }) => {
      const one = task();
      await store.add([one]);
      const old = await claimOne(store);
      await apply(store, old, gone);
      await store.add([one]);
      const fresh = await claimOne(store);
      assert.equal(fresh.id, old.id);
      await assertStale(store, old, "of an earlier life");
      await apply(store, fresh, completed);
    },

    "each claim of a task has a higher token": async (sut) => {
      const first = await running(sut.store);
      await loseLeases(sut);
      const second = await claimOne(sut.store);
      await apply(sut.store, second, release);
      const third = await claimOne(sut.store);
      assert.deepEqual([second.id, third.id], [first.id, first.id]);
      assert.ok(first.token < second.token && second.token < third.token);
    },

    "stale leases among good ones get their own verdicts": async (sut) => {
      const { store } = sut;
      const stale = await running(store);
      await loseLeases(sut);
      await claimOne(store, { worker: "w2" });
      const good = [await running(store), await running(store)];
      const settlements = [good[0]!, stale, good[1]!].map(({ id, queue, token }) => ({
        id,
        queue,
        token,
        outcome: completed,
      }));
      assert.deepEqual(await store.extend([stale, ...good], LEASE_MS), ["lost", "applied", "applied"]);
      const { verdicts } = await store.exchange({ settle: settlements });
      assert.deepEqual(verdicts, ["applied", "lost", "applied"]);
    },
  }),

  ...casesOf("fencing", ["inspectable"], {
    ...staleCases(),

    ...forgedCases(),

    "another task's token is no lease": async ({ store }) => {
      const a = await running(store);
      // Claimed twice, so that its token is another one even where each task counts for itself.
      await apply(store, await running(store), release);
      const b = await claimOne(store);
      await unchanged(store, [a.id, b.id], async () => {
        assert.equal(await settle(store, { ...a, token: b.token }, completed), "lost");
        assert.deepEqual(await store.extend([{ ...a, token: b.token }], LEASE_MS), ["lost"]);
        assert.equal(await settle(store, { ...b, id: task().id }, completed), "lost");
        assert.deepEqual(await store.extend([{ ...b, id: task().id }], LEASE_MS), ["lost"]);
      });
    },

    "a task that nobody runs has no lease": async ({ store }) => {
      const id = await add(store);
      await unchanged(store, [id], async () => {
        assert.equal(await settle(store, { id, queue: "q", token: 0 }, completed), "lost");
        assert.equal(await settle(store, { id, queue: "q", token: 1 }, completed), "lost");
      });
    },

    "a stale worker does not disturb the newer one": async (sut) => {
      const stale = await running(sut.store);
      await loseLeases(sut);
      const fresh = await claimOne(sut.store, { worker: "w2" });
      await isStale(sut, stale, completed);
      assert.deepEqual(await sut.store.extend([fresh], LEASE_MS), ["applied"]);
      await apply(sut.store, fresh, { kind: "completed", keep: true, result: '"fresh"' });
      assert.equal((await look(sut.store, fresh.id)).result, '"fresh"');
    },

    "of two answers in one call the first counts": async ({ store }) => {
      const { id, queue, token } = await running(store);
      const { verdicts } = await store.exchange({
        settle: [
          { id, queue, token, outcome: exhausted },
          { id, queue, token, outcome: completed },
          { id, queue, token, outcome: release },
        ],
      });
      assert.deepEqual(verdicts, ["applied", "lost", "lost"]);
      assert.equal((await look(store, id)).state, "dead");
    },

    "a lease of an earlier life under the same id is stale": async ({ store }) => {
      const one = task();
      await store.add([one]);
      const old = await claimOne(store);
      await apply(store, old, gone);
      await store.add([one]);
      const fresh = await claimOne(store);
      assert.equal(fresh.id, old.id);
      assert.notEqual(fresh.token, old.token);
      await unchanged(store, [one.id], async () => {
        assert.equal(await settle(store, old, completed), "lost");
      });
    },
  }),
];
