/** Nothing is claimed before its time, however it came to wait: told without a facet, by claims alone. */
import assert from "node:assert/strict";
import { isTimed, moveOf } from "../../task/life.ts";
import type { Outcome } from "../../task/outcome.ts";
import { casesOf, type StoreCase, type StoreUnderTest } from "../store-case.ts";
import {
  act,
  add,
  apply,
  claim,
  claimOne,
  failed,
  gone,
  HOUR,
  ids,
  LEASE_MS,
  loseLeases,
  look,
  maintainAll,
  MINUTE,
  Q,
  release,
  requeue,
  running,
  SECOND,
  snooze,
} from "./fixture.ts";

/** How a task comes to wait for a minute. Answers its id. */
const waits: Readonly<Record<string, (sut: StoreUnderTest) => Promise<string>>> = {
  "a new task with a delay": ({ store }) => add(store, { delayMs: MINUTE }),
  "a new task with an instant": async (sut) => add(sut.store, { runAt: (await sut.now()) + MINUTE }),
  ...leaves("a failed task", failed(MINUTE)),
  ...leaves("a snoozed task", snooze(MINUTE)),
  ...leaves("a task that was put back", requeue(MINUTE)),
};

/** By an outcome, as long as the law has it wait for its time. */
function leaves(name: string, outcome: Outcome): typeof waits {
  if (!isTimed(moveOf(outcome).to)) return {};
  return {
    [name]: async ({ store }) => {
      const lease = await running(store);
      await apply(store, lease, outcome);
      return lease.id;
    },
  };
}

/**
 * The task is not claimed up to the last millisecond, with or without housekeeping, and is from then on. On a store whose
 * time goes by on its own that millisecond may be over before the claim; the store's clock tells.
 */
async function comesInTime(
  sut: StoreUnderTest,
  wait: (sut: StoreUnderTest) => Promise<string>,
): Promise<void> {
  const { store } = sut;
  const earliest = (await sut.now()) + MINUTE;
  const id = await wait(sut);
  const latest = (await sut.now()) + MINUTE;
  for (const before of [MINUTE, 30 * SECOND, SECOND, 1]) {
    await sut.advance(Math.max(0, earliest - before - (await sut.now())));
    const { promoted } = await maintainAll(store);
    const leases = await claim(store);
    if ((await sut.now()) >= earliest) {
      assert.ok(promoted <= 1);
      if (leases.length > 0) return;
    } else {
      assert.deepEqual([promoted, leases], [0, []], `${before} ms early`);
    }
  }
  await sut.advance(Math.max(0, latest - (await sut.now())));
  assert.deepEqual(ids(await claim(store)), [id]);
}

function waitCases(): Record<string, StoreCase["run"]> {
  const cases: Record<string, StoreCase["run"]> = {};
  for (const [name, wait] of Object.entries(waits)) {
    cases[`${name} comes when it is due, and no millisecond before`] = (sut) => comesInTime(sut, wait);

    cases[`${name} is found by housekeeping once it is due`] = async (sut) => {
      const id = await wait(sut);
      await sut.advance(MINUTE + 5 * SECOND);
      assert.equal((await maintainAll(sut.store)).promoted, 1);
      assert.equal((await maintainAll(sut.store)).promoted, 0);
      const { id: found, runAt } = await claimOne(sut.store);
      assert.equal(found, id);
      assert.ok(runAt <= (await sut.now()));
    };

    cases[`${name} is what falls due next, with its own delay`] = async (sut) => {
      await wait(sut);
      const claimed = { queues: [Q], max: 1, leaseMs: LEASE_MS, worker: "w1" };
      const { nextDueMs = 0 } = await sut.store.exchange({ settle: [], claim: claimed });
      assert.ok(nextDueMs > MINUTE - 10 * SECOND && nextDueMs <= MINUTE, `${nextDueMs} ms`);
    };
  }
  return cases;
}

export const delayCases = [
  ...casesOf("time", [], {
    ...waitCases(),

    "a lease says since when its task has been due, after a failure and a snooze": async (sut) => {
      await add(sut.store);
      for (const outcome of [failed(HOUR), snooze(HOUR)]) {
        const lease = await claimOne(sut.store);
        const before = await sut.now();
        await apply(sut.store, lease, outcome);
        const after = await sut.now();
        await sut.advance(2 * HOUR);
        const { runAt, createdAt } = await claimOne(sut.store);
        assert.ok(runAt >= before + HOUR && runAt <= after + HOUR + SECOND, outcome.kind);
        assert.equal(createdAt, lease.createdAt);
        for (const held of await claim(sut.store, { holding: [] })) await apply(sut.store, held, release);
      }
    },

    "of a task that is put back again and again, a lease says since when": async (sut) => {
      const { store } = sut;
      const before = await sut.now();
      const first = await running(store);
      assert.equal(first.putBackAt, undefined);
      await apply(store, first, requeue(0));
      const after = await sut.now();
      const second = await claimOne(store);
      const since = second.putBackAt ?? 0;
      assert.ok(since >= before && since <= after);
      await sut.advance(MINUTE);
      await apply(store, second, requeue(0));
      assert.equal((await claimOne(store)).putBackAt, since);
    },

    "whoever puts a task back may say for how long that goes on": async (sut) => {
      const { store } = sut;
      await apply(store, await running(store), requeue(0));
      await sut.advance(MINUTE);
      const lease = await claimOne(store);
      const before = await sut.now();
      await apply(store, lease, { kind: "requeue", delayMs: 0, why: "unhandled", ageMs: 5 * SECOND });
      const after = await sut.now();
      const { putBackAt = 0, runAt } = await claimOne(store);
      assert.ok(putBackAt >= before - 5 * SECOND && putBackAt <= after - 5 * SECOND);
      assert.equal(runAt - putBackAt, 5 * SECOND);
    },

    "any other end of an attempt ends that": async (sut) => {
      const { store } = sut;
      for (const end of [failed(0), snooze(0), release, "lost"] as const) {
        const lease = await running(store);
        await apply(store, lease, requeue(0));
        const again = await claimOne(store);
        assert.ok(again.putBackAt !== undefined);
        if (end === "lost") await loseLeases(sut);
        else await apply(store, again, end);
        const last = await claimOne(store);
        assert.equal(last.putBackAt, undefined, end === "lost" ? end : end.kind);
        await apply(store, last, gone);
      }
    },

    "a snooze of nothing can be claimed at once": async ({ store }) => {
      const lease = await running(store);
      await apply(store, lease, snooze(0));
      assert.equal((await claimOne(store)).id, lease.id);
    },
  }),

  ...casesOf("time", ["inspectable", "administrable"], {
    "a time that was given by hand ends what put a task back": async ({ store }) => {
      for (const byHand of ["edit", "runNow"] as const) {
        const { id, ...lease } = await running(store);
        await apply(store, { id, ...lease }, requeue(HOUR));
        assert.notEqual((await look(store, id)).putBackAt, undefined);
        if (byHand === "edit") await store.edit({ id }, { delayMs: 2 * HOUR });
        else await act(store, "runNow", id);
        assert.equal((await look(store, id)).putBackAt, undefined, byHand);
        await act(store, "remove", id);
      }
    },
  }),
];
