import assert from "node:assert/strict";
import { EXPIRY } from "../../task/life.ts";
import type { NewTask } from "../../task/task.ts";
import { casesOf, type StoreCase, type StoreUnderTest } from "../store-case.ts";
import {
  apply,
  assertCounts,
  claim,
  completed,
  HOUR,
  KEEP_NONE,
  keep,
  LEASE_MS,
  MINUTE,
  Q,
  running,
  SECOND,
  task,
  tasks,
  maintainAll,
  maintainRounds,
} from "./fixture.ts";

const QUEUES = ["a", "b", "c"];

/** In three queues, of which each has less than the limit. */
function twentyFive(fields: Partial<NewTask> = {}): NewTask[] {
  return Array.from({ length: 25 }, (_, nth) => task({ queue: QUEUES[nth % QUEUES.length]!, ...fields }));
}

/** 25 tasks for housekeeping to handle, by the kind of its work. */
const chores: Readonly<Record<"promoted" | "expired" | "pruned", (sut: StoreUnderTest) => Promise<void>>> = {
  promoted: ({ store }) => store.add(twentyFive({ delayMs: MINUTE })).then(() => undefined),
  expired: async ({ store }) => {
    await store.add(twentyFive());
    await claim(store, { queues: QUEUES });
  },
  pruned: async ({ store }) => {
    await store.add(twentyFive());
    for (const lease of await claim(store, { queues: QUEUES })) await apply(store, lease, completed);
  },
};

function limitCases(): Record<string, StoreCase["run"]> {
  const cases: Record<string, StoreCase["run"]> = {};
  for (const kind of ["promoted", "expired", "pruned"] as const) {
    cases[`no more are ${kind} at a time than the limit says, and more says that some are left`] = async (
      sut,
    ) => {
      await chores[kind](sut);
      await sut.advance(2 * MINUTE);
      const retention = keep({ completed: KEEP_NONE });
      const replies = await maintainRounds(sut.store, { limit: 10, retention });
      const seen = replies.map((reply) => reply[kind]);
      assert.ok(
        seen.every((count) => count <= 10),
        String(seen),
      );
      assert.equal(
        seen.reduce((sum, count) => sum + count, 0),
        25,
      );
      const left = await sut.store.maintain({ limit: 10, retention });
      assert.deepEqual({ ...left }, { promoted: 0, expired: 0, pruned: 0, more: false });
    };
  }
  return cases;
}

export const maintainCases = [
  ...casesOf("maintain", [], {
    "an empty store has nothing to maintain": async ({ store }) => {
      const nothing = { promoted: 0, expired: 0, pruned: 0, more: false };
      assert.deepEqual(await store.maintain({ limit: 100 }), nothing);
    },

    "what is taken back is named, with the worker that was lost and what the task is now": async (sut) => {
      const { store } = sut;
      const more = task({ queue: "other", crashLimit: 3 });
      const last = task({ crashLimit: 0 });
      await store.add([more, last]);
      const queues = [Q, "other"];
      const worker = "a-worker-of-some-name:12345:with-a-tail-that-makes-it-longer-than-others";
      await claim(store, { queues, worker });
      await sut.advance(LEASE_MS + 5 * SECOND);
      const replies = await maintainRounds(store, { limit: 100 });
      const recovered = replies.flatMap((reply) => reply.recovered ?? []);
      assert.deepEqual(
        recovered.map((each) => ({ ...each })).toSorted((a, b) => (a.queue < b.queue ? -1 : 1)),
        [
          { id: more.id, queue: "other", worker, state: EXPIRY.to },
          { id: last.id, queue: Q, worker, state: EXPIRY.ifSpent },
        ],
      );
      const healthy = await store.maintain({ limit: 100 });
      assert.equal("recovered" in healthy, false);
    },

    "a healthy store has nothing to maintain": async ({ store }) => {
      await running(store);
      await store.add([...tasks(2), ...tasks(2, { delayMs: HOUR })]);
      const { promoted, expired, pruned, more } = await store.maintain({ limit: 100 });
      assert.deepEqual([promoted, expired, pruned, more], [0, 0, 0, false]);
    },

    "what was done is not done again": async (sut) => {
      await sut.store.add(tasks(3));
      await claim(sut.store);
      await sut.advance(2 * LEASE_MS);
      await sut.store.maintain({ limit: 100 });
      const { promoted, expired, pruned } = await sut.store.maintain({ limit: 100 });
      assert.deepEqual([promoted, expired, pruned], [0, 0, 0]);
    },

    "it counts each kind for itself, over all queues": async (sut) => {
      const { store } = sut;
      await store.add([...tasks(3, { queue: "a" }), ...tasks(2, { queue: "b" })]);
      await claim(store, { queues: ["a", "b"] });
      await store.add([...tasks(4, { queue: "a", delayMs: MINUTE }), task({ queue: "c", delayMs: MINUTE })]);
      for (const queue of ["a", "d"]) await apply(store, await running(store, { queue }), completed);
      await sut.advance(2 * MINUTE);
      const retention = keep({ completed: KEEP_NONE });
      const { promoted, expired, pruned, more } = await store.maintain({ limit: 100, retention });
      assert.deepEqual([promoted, expired, pruned, more], [5, 5, 2, false]);
      const found = await claim(store, { queues: ["a", "b", "c", "d"] });
      assert.equal(found.length, 10);
    },

    ...limitCases(),

    "1,000 lost leases are found": async (sut) => {
      await sut.store.add(tasks(1_000));
      assert.equal((await claim(sut.store, { max: 1_000 })).length, 1_000);
      await sut.advance(2 * LEASE_MS);
      const { expired } = await maintainAll(sut.store);
      assert.equal(expired, 1_000);
      assert.equal((await claim(sut.store, { queues: [Q], max: 1_000 })).length, 1_000);
    },
  }),

  ...casesOf("maintain", ["inspectable"], {
    "it counts what it did, over all queues": async (sut) => {
      const { store } = sut;
      await store.add([...tasks(3, { queue: "a" }), ...tasks(2, { queue: "b" })]);
      await claim(store, { queues: ["a", "b"] });
      await store.add([
        ...tasks(4, { queue: "a", delayMs: MINUTE }),
        ...tasks(1, { queue: "c", delayMs: MINUTE }),
      ]);
      await sut.advance(2 * MINUTE);
      const { promoted, expired, more } = await store.maintain({ limit: 100 });
      assert.deepEqual([promoted, expired, more], [5, 5, false]);
      await assertCounts(store, { pending: 7 }, "a");
      await assertCounts(store, { pending: 2 }, "b");
      await assertCounts(store, { pending: 1 }, "c");
    },

    "the limit bounds lost leases, and more says that some are left": async (sut) => {
      await sut.store.add(tasks(25));
      await claim(sut.store);
      await sut.advance(2 * LEASE_MS);
      const seen: number[] = [];
      for (let more = true; more;) {
        const reply = await sut.store.maintain({ limit: 10 });
        seen.push(reply.expired);
        more = reply.more;
      }
      assert.ok(seen.every((expired) => expired <= 10));
      assert.ok(seen.length >= 3);
      await assertCounts(sut.store, { pending: 25 });
    },

    "the limit bounds due tasks, and more says that some are left": async (sut) => {
      await sut.store.add(tasks(25, { delayMs: MINUTE }));
      await sut.advance(2 * MINUTE);
      const first = await sut.store.maintain({ limit: 10 });
      assert.deepEqual([first.promoted, first.more], [10, true]);
      await assertCounts(sut.store, { pending: 10, scheduled: 15 });
      await maintainRounds(sut.store, { limit: 10 });
      await assertCounts(sut.store, { pending: 25 });
    },

    "the limit bounds pruning, and more says that some are left": async (sut) => {
      await sut.store.add(tasks(25));
      for (const lease of await claim(sut.store)) await apply(sut.store, lease, completed);
      await sut.advance(MINUTE);
      const retention = { completed: KEEP_NONE, cancelled: KEEP_NONE, dead: KEEP_NONE };
      const first = await sut.store.maintain({ limit: 10, retention });
      assert.deepEqual([first.pruned, first.more], [10, true]);
      await maintainRounds(sut.store, { limit: 10, retention });
      await assertCounts(sut.store, {});
    },
  }),
];
