import assert from "node:assert/strict";
import { ATTEMPTS_KEPT, type DeadReason, DEFAULT_CRASH_LIMIT } from "../../task/task.ts";
import { casesOf, type StoreCase } from "../store-case.ts";
import {
  add,
  apply,
  assertCounts,
  assertEnded,
  boom,
  claim,
  claimOne,
  completed,
  failed,
  look,
  plain,
  loseLeases,
  MINUTE,
  release,
  running,
  snooze,
} from "./fixture.ts";

const reasons: readonly DeadReason[] = ["exhausted", "crashed", "discarded", "expired", "invalid"];

function deadCases(): Record<string, StoreCase["run"]> {
  const cases: Record<string, StoreCase["run"]> = {};
  for (const reason of reasons) {
    cases[`a task that a worker declares dead as ${reason} is kept with its reason`] = async ({ store }) => {
      const lease = await running(store);
      await apply(store, lease, { kind: "dead", reason, error: boom });
      const detail = await look(store, lease.id);
      assert.deepEqual([detail.state, detail.deadReason], ["dead", reason]);
      assert.deepEqual(plain(detail.error), boom);
      assert.ok(detail.finishedAt !== undefined);
      await assertCounts(store, { dead: 1 });
      assert.deepEqual(await claim(store), []);
    };
  }
  return cases;
}

/** A task is lost as often as it may be, and once more. */
function limitCases(): Record<string, StoreCase["run"]> {
  const cases: Record<string, StoreCase["run"]> = {};
  for (const crashLimit of [undefined, 0, 1, 5]) {
    const limit = crashLimit ?? DEFAULT_CRASH_LIMIT;
    const says = crashLimit === undefined ? "says nothing of crashes" : `may crash ${limit} times`;
    cases[`a task that ${says} is dead with lost lease ${limit + 1}, and not before`] = async (sut) => {
      await add(sut.store, { crashLimit });
      for (let crashes = 0; crashes <= limit; crashes++) {
        assert.equal((await claimOne(sut.store)).crashes, crashes);
        await loseLeases(sut);
      }
      assert.deepEqual(await claim(sut.store), []);
      await assertEnded(sut.store, { dead: 1 });
    };
  }
  return cases;
}

export const budgetCases = [
  ...casesOf("budget", [], {
    "a lost lease costs one of the crash budget and none of the retry budget": async (sut) => {
      await running(sut.store);
      await loseLeases(sut);
      const { failures, crashes } = await claimOne(sut.store);
      assert.deepEqual([failures, crashes], [0, 1]);
    },

    "failures and lost leases are counted side by side": async (sut) => {
      const lease = await running(sut.store);
      await apply(sut.store, lease, failed(MINUTE));
      await sut.advance(2 * MINUTE);
      await claimOne(sut.store);
      await loseLeases(sut);
      const { failures, crashes } = await claimOne(sut.store);
      assert.deepEqual([failures, crashes], [1, 1]);
    },

    "every failure is counted": async ({ store }) => {
      await add(store);
      for (let failures = 0; failures < 5; failures++) {
        const lease = await claimOne(store);
        assert.deepEqual([lease.failures, lease.crashes], [failures, 0]);
        await apply(store, lease, failed(0));
      }
    },

    "neither a release nor a snooze is counted, and neither forgets what was": async (sut) => {
      await apply(sut.store, await running(sut.store), failed(0));
      await claimOne(sut.store);
      await loseLeases(sut);
      for (let round = 0; round < 4; round++) {
        const lease = await claimOne(sut.store);
        assert.deepEqual([lease.failures, lease.crashes], [1, 1]);
        await apply(sut.store, lease, round % 2 === 0 ? release : snooze(0));
      }
    },

    ...limitCases(),

    "a retry limit comes with the lease, and its worker judges by it": async ({ store }) => {
      await add(store, { retryLimit: 0 });
      for (let failures = 0; failures < 3; failures++) {
        const lease = await claimOne(store);
        assert.deepEqual([lease.retryLimit, lease.failures], [0, failures]);
        await apply(store, lease, failed(0));
      }
    },
  }),

  ...casesOf("budget", ["inspectable"], {
    ...deadCases(),

    "a failure costs one of the retry budget and none of the crash budget": async (sut) => {
      const id = await add(sut.store);
      for (let failures = 0; failures < 4; failures++) {
        const lease = await claimOne(sut.store);
        assert.deepEqual([lease.failures, lease.crashes], [failures, 0]);
        await apply(sut.store, lease, failed(MINUTE));
        await sut.advance(2 * MINUTE);
      }
      const { failures, crashes } = await look(sut.store, id);
      assert.deepEqual([failures, crashes], [4, 0]);
    },

    "the fourth lost lease is too many if nobody said otherwise": async (sut) => {
      const id = await add(sut.store);
      for (let round = 0; round < 4; round++) {
        assert.equal((await look(sut.store, id)).state, "pending");
        await claimOne(sut.store);
        await loseLeases(sut);
      }
      const { state, deadReason, crashes } = await look(sut.store, id);
      assert.deepEqual([state, deadReason, crashes], ["dead", "crashed", 4]);
    },

    "a task that may not crash is dead with its first lost lease": async (sut) => {
      const { id } = await running(sut.store, { crashLimit: 0 });
      await loseLeases(sut);
      const { state, deadReason, finishedAt } = await look(sut.store, id);
      assert.deepEqual([state, deadReason], ["dead", "crashed"]);
      assert.ok(finishedAt !== undefined);
      await assertCounts(sut.store, { dead: 1 });
    },

    "a release costs nothing": async ({ store }) => {
      const id = await add(store);
      for (let round = 0; round < 5; round++) await apply(store, await claimOne(store), release);
      const { failures, crashes, attempts } = await look(store, id);
      assert.deepEqual([failures, crashes, attempts], [0, 0, []]);
    },

    "a snooze costs nothing": async (sut) => {
      const id = await add(sut.store);
      for (let round = 0; round < 5; round++) {
        await apply(sut.store, await claimOne(sut.store), snooze(MINUTE));
        await sut.advance(2 * MINUTE);
      }
      const { failures, crashes, attempts } = await look(sut.store, id);
      assert.deepEqual([failures, crashes, attempts], [0, 0, []]);
    },

    "a failed attempt is recorded with its error": async (sut) => {
      await add(sut.store);
      const before = await sut.now();
      const lease = await claimOne(sut.store, { worker: "w7" });
      const error = { name: "TypeError", message: "no such thing", code: "E_THING", stack: "at x (y:1)" };
      await apply(sut.store, lease, { kind: "retry", delayMs: 0, error });
      const { attempts, error: last } = await look(sut.store, lease.id);
      assert.deepEqual(plain(last), error);
      assert.equal(attempts.length, 1);
      const [{ attempt, outcome, worker, startedAt, endedAt, error: recorded }] = attempts as [
        (typeof attempts)[0],
      ];
      assert.deepEqual([attempt, outcome, worker, plain(recorded)], [1, "failed", "w7", error]);
      assert.ok(startedAt >= before && endedAt >= startedAt && endedAt <= (await sut.now()));
    },

    "a lost lease is recorded as a crash": async (sut) => {
      await add(sut.store);
      const { id } = await claimOne(sut.store, { worker: "w7" });
      await loseLeases(sut);
      const { attempts } = await look(sut.store, id);
      assert.deepEqual(
        attempts.map(({ attempt, outcome, worker, error }) => [attempt, outcome, worker, error]),
        [[1, "crashed", "w7", undefined]],
      );
    },

    "attempts are listed oldest first and numbered from 1": async (sut) => {
      const { id } = await running(sut.store);
      await loseLeases(sut);
      await apply(sut.store, await claimOne(sut.store), failed(0));
      await apply(sut.store, await claimOne(sut.store), { kind: "dead", reason: "exhausted", error: boom });
      const { attempts } = await look(sut.store, id);
      assert.deepEqual(
        attempts.map(({ attempt, outcome }) => [attempt, outcome]),
        [
          [1, "crashed"],
          [2, "failed"],
          [3, "failed"],
        ],
      );
    },

    "the last attempts are kept however many there were": async ({ store }) => {
      const id = await add(store);
      const tries = ATTEMPTS_KEPT + 5;
      for (let nth = 1; nth <= tries; nth++) {
        const error = { name: "Error", message: `failure ${nth}` };
        await apply(store, await claimOne(store), { kind: "retry", delayMs: 0, error });
      }
      const { attempts, failures } = await look(store, id);
      assert.equal(failures, tries);
      const last = attempts.slice(-ATTEMPTS_KEPT).map(({ error }) => error?.message);
      assert.deepEqual(
        last,
        Array.from({ length: ATTEMPTS_KEPT }, (_, index) => `failure ${index + 6}`),
      );
    },

    "the last error outlives a success": async (sut) => {
      const lease = await running(sut.store);
      await apply(sut.store, lease, failed(0));
      await apply(sut.store, await claimOne(sut.store), completed);
      const { state, error, attempts } = await look(sut.store, lease.id);
      assert.deepEqual([state, error?.message, attempts.length], ["completed", "boom", 1]);
    },

    "a retry limit is kept, and judging by it is left to the worker": async ({ store }) => {
      await add(store, { retryLimit: 0 });
      const lease = await claimOne(store);
      assert.equal(lease.retryLimit, 0);
      await apply(store, lease, failed(0));
      assert.equal((await look(store, lease.id)).state, "retrying");
    },
  }),
];
