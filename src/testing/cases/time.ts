import assert from "node:assert/strict";
import type { FullStore } from "../../store/facets.ts";
import { casesOf, type StoreUnderTest } from "../store-case.ts";
import {
  act,
  add,
  apply,
  assertCounts,
  claim,
  claimOne,
  completed,
  failed,
  HOUR,
  ids,
  look,
  MINUTE,
  Q,
  maintainAll,
  running,
  SECOND,
  tasks,
} from "./fixture.ts";

const CLAIM = { queues: [Q], max: 10, leaseMs: MINUTE, worker: "w1" };

/**
 * The task is not claimed before it is due, whatever is tried, and is once it is. On a store whose time goes by
 * on its own, the last millisecond before may be over before the claim; the store's clock tells.
 */
async function neverEarly(sut: StoreUnderTest, id: string): Promise<void> {
  const { store } = sut;
  const { runAt } = await look(store, id);
  for (const before of [10 * SECOND, SECOND, 1]) {
    await sut.advance(Math.max(0, runAt - before - (await sut.now())));
    await store.maintain({ limit: 10 });
    const leases = await claim(store);
    if ((await sut.now()) < runAt) assert.deepEqual(leases, [], `${before} ms early`);
    else if (leases.length > 0) return;
  }
  await sut.advance(Math.max(0, runAt - (await sut.now())));
  assert.deepEqual(ids(await claim(store)), [id]);
}

async function nextDueMs(store: FullStore, queues: readonly string[] = [Q]): Promise<number | undefined> {
  return (await store.exchange({ settle: [], claim: { ...CLAIM, queues } })).nextDueMs;
}

/** Right, give or take the time that the case itself takes. */
function assertAbout(actual: number | undefined, expected: number): void {
  assert.ok(actual !== undefined && actual > expected - 10 * SECOND && actual <= expected, `${actual} ms`);
}

export const timeCases = [
  ...casesOf("time", [], {
    "a delay of zero is none": async ({ store }) => {
      const id = await add(store, { delayMs: 0 });
      assert.equal((await claimOne(store)).id, id);
    },

    "a retry without a delay can be claimed at once": async ({ store }) => {
      const lease = await running(store);
      await apply(store, lease, failed(0));
      assert.equal((await claimOne(store)).id, lease.id);
    },

    "a claim finds due tasks without housekeeping": async (sut) => {
      await sut.store.add(tasks(20, { delayMs: MINUTE }));
      await sut.advance(2 * MINUTE);
      assert.equal((await claim(sut.store)).length, 20);
    },

    "a leap of a day finds everything due": async (sut) => {
      await sut.store.add([
        ...tasks(10, { delayMs: MINUTE }),
        ...tasks(10, { delayMs: HOUR }),
        ...tasks(10, { delayMs: 23 * HOUR }),
      ]);
      await sut.advance(24 * HOUR);
      assert.equal((await claim(sut.store)).length, 30);
    },

    "without a waiting task nothing is due next": async ({ store }) => {
      await add(store);
      assert.equal(await nextDueMs(store), undefined);
      assert.equal(await nextDueMs(store, ["nowhere"]), undefined);
    },

    "a claim says when the next task falls due": async (sut) => {
      await sut.store.add([...tasks(1, { delayMs: HOUR }), ...tasks(1, { delayMs: MINUTE })]);
      assertAbout(await nextDueMs(sut.store), MINUTE);
      await sut.advance(30 * SECOND);
      assertAbout(await nextDueMs(sut.store), 30 * SECOND);
    },

    "what is due next is the earliest over the claimed queues, and over no others": async ({ store }) => {
      await add(store, { queue: "a", delayMs: 10 * MINUTE });
      await add(store, { queue: "b", delayMs: 5 * MINUTE });
      await add(store, { queue: "c", delayMs: MINUTE });
      assertAbout(await nextDueMs(store, ["a", "b"]), 5 * MINUTE);
      assertAbout(await nextDueMs(store, ["a"]), 10 * MINUTE);
    },

    "a failed task is what falls due next": async ({ store }) => {
      const { id, queue, token } = await running(store);
      const settlement = { id, queue, token, outcome: failed(5 * MINUTE) };
      const reply = await store.exchange({ settle: [settlement], claim: CLAIM });
      assertAbout(reply.nextDueMs, 5 * MINUTE);
    },

    "the store's time moves forward": async (sut) => {
      const before = await sut.now();
      await sut.advance(HOUR);
      assert.ok((await sut.now()) >= before + HOUR);
    },
  }),

  ...casesOf("time", ["inspectable"], {
    "a delayed task is scheduled, and due after its delay": async (sut) => {
      const before = await sut.now();
      const id = await add(sut.store, { delayMs: MINUTE });
      const { state, runAt } = await look(sut.store, id);
      assert.equal(state, "scheduled");
      assert.ok(runAt >= before + MINUTE && runAt <= (await sut.now()) + MINUTE);
    },

    "a delayed task never starts early": async (sut) => {
      await neverEarly(sut, await add(sut.store, { delayMs: MINUTE }));
    },

    "a task for an instant never starts early": async (sut) => {
      const runAt = (await sut.now()) + HOUR;
      const id = await add(sut.store, { runAt });
      assert.equal((await look(sut.store, id)).runAt, runAt);
      await neverEarly(sut, id);
    },

    "a task for an instant that is past runs at once": async (sut) => {
      const id = await add(sut.store, { runAt: (await sut.now()) - HOUR });
      assert.equal((await look(sut.store, id)).state, "pending");
      assert.equal((await claimOne(sut.store)).id, id);
    },

    "housekeeping makes due tasks pending": async (sut) => {
      await sut.store.add(tasks(20, { delayMs: MINUTE }));
      await sut.store.add(tasks(5, { delayMs: HOUR, queue: "other" }));
      await sut.advance(2 * MINUTE);
      assert.equal((await maintainAll(sut.store)).promoted, 20);
      await assertCounts(sut.store, { pending: 20 });
      await assertCounts(sut.store, { scheduled: 5 }, "other");
    },

    "a due retry becomes pending with its history": async (sut) => {
      const lease = await running(sut.store);
      await apply(sut.store, lease, failed(MINUTE));
      await sut.advance(2 * MINUTE);
      await maintainAll(sut.store);
      const { state, attempts, error } = await look(sut.store, lease.id);
      assert.deepEqual([state, attempts.length, error?.message], ["pending", 1, "boom"]);
    },

    "a task that settled is not due any more": async (sut) => {
      const id = await add(sut.store, { delayMs: MINUTE });
      await sut.advance(2 * MINUTE);
      await apply(sut.store, await claimOne(sut.store), completed);
      assert.equal(await nextDueMs(sut.store), undefined);
      assert.equal((await look(sut.store, id)).state, "completed");
    },
  }),

  ...casesOf("time", ["administrable"], {
    "a cancelled or removed task is not due next": async ({ store }) => {
      const [a, b] = [await add(store, { delayMs: MINUTE }), await add(store, { delayMs: MINUTE })];
      await act(store, "cancel", a);
      await act(store, "remove", b);
      assert.equal(await nextDueMs(store), undefined);
    },
  }),

  ...casesOf("time", ["inspectable", "administrable"], {
    "a task that was put off by hand does not start early": async (sut) => {
      const id = await add(sut.store);
      await sut.store.edit({ id }, { delayMs: MINUTE });
      await neverEarly(sut, id);
    },
  }),
];
