import assert from "node:assert/strict";
import type { Lease } from "../../store/store.ts";
import { WindlassError } from "../../task/errors.ts";
import { DEFAULT_CRASH_LIMIT, type NewTask } from "../../task/task.ts";
import { casesOf } from "../store-case.ts";
import {
  act,
  add,
  apply,
  assertCounts,
  assertKnown,
  assertUnknown,
  claim,
  claimOne,
  completed,
  failed,
  gone,
  HOUR,
  ids,
  look,
  MINUTE,
  Q,
  SECOND,
  task,
  tasks,
  unchanged,
  queuesOf,
} from "./fixture.ts";

export const addCases = [
  ...casesOf("add", [], {
    "a batch may mix old and new": async ({ store }) => {
      const [old, fresh] = [task(), task()];
      await store.add([old]);
      assert.deepEqual(await store.add([old, fresh]), [
        { status: "duplicate", id: old.id },
        { status: "added", id: fresh.id, state: "pending" },
      ]);
    },

    "an empty batch is answered with nothing": async ({ store }) => {
      assert.deepEqual(await store.add([]), []);
      assert.deepEqual(await claim(store), []);
    },

    "every task of a large batch is answered in order, and is there": async ({ store }) => {
      const batch = tasks(1_000);
      const added = batch.map(({ id }) => ({ status: "added", id, state: "pending" }));
      assert.deepEqual(await store.add(batch), added);
      assert.deepEqual(ids(await claim(store, { max: 2_000 })), ids(batch));
    },

    "the answer says which tasks wait for their time": async (sut) => {
      const now = await sut.now();
      const times = [{}, { delayMs: 0 }, { delayMs: HOUR }, { runAt: now - HOUR }, { runAt: now + HOUR }];
      const results = await sut.store.add(times.map((time) => task(time)));
      assert.deepEqual(
        results.map((result) => (result.status === "added" ? result.state : result)),
        ["pending", "pending", "scheduled", "pending", "scheduled"],
      );
    },

    "the same id again is a duplicate wherever its task stands, and changes nothing": async (sut) => {
      const { store } = sut;
      const one = task({ payload: '"first"', headers: { nth: "1" } });
      const again = { ...one, payload: '"second"', priority: 0, headers: { nth: "2" }, retryLimit: 1 };
      const claimed = async (): Promise<Lease> => {
        await assertKnown(store, again);
        const lease = await claimOne(store);
        const { payload, priority, headers, retryLimit } = lease;
        assert.deepEqual(
          [payload, priority, { ...headers }, retryLimit],
          ['"first"', 5, { nth: "1" }, undefined],
        );
        await assertKnown(store, again);
        assert.deepEqual(await claim(store), []);
        return lease;
      };
      await store.add([one]);
      await apply(store, await claimed(), failed(MINUTE));
      await assertKnown(store, again);
      await sut.advance(2 * MINUTE);
      await apply(store, await claimed(), completed);
      await assertKnown(store, again);
      assert.deepEqual(await claim(store), []);
    },

    "the same id in another queue leaves the task that stands as it is": async ({ store }) => {
      // Whether it is a duplicate is the store's affair: queues may be on servers that know nothing of each other.
      const one = task({ payload: '"first"' });
      await store.add([one]);
      const [{ status } = assert.fail()] = await store.add([{ ...one, queue: "b", payload: '"second"' }]);
      const first = await claimOne(store);
      assert.deepEqual([first.id, first.payload, first.queue], [one.id, '"first"', Q]);
      const second = await claim(store, { queues: ["b"] });
      const payloads = second.map(({ payload }) => payload);
      assert.deepEqual(payloads, status === "added" ? ['"second"'] : []);
      for (const lease of [first, ...second]) await apply(store, lease, gone);
    },

    "a batch with one task that is refused adds none of them": async ({ store }) => {
      const good = task();
      for (const bad of [{ priority: 2.5 }, { id: "7" }, { payload: 7 }, { delayMs: -1 }]) {
        await assert.rejects(
          store.add([good, { ...task(), ...bad } as NewTask]),
          (error) => error instanceof WindlassError,
        );
      }
      assert.deepEqual(await claim(store), []);
      await assertUnknown(store, good);
    },
  }),

  ...casesOf("add", ["inspectable"], {
    "nothing to add is answered with nothing": async ({ store }) => {
      assert.deepEqual(await store.add([]), []);
      assert.deepEqual(await queuesOf(store), []);
    },

    "one task is added and can be looked at": async ({ store }) => {
      const one = task();
      assert.deepEqual(await store.add([one]), [{ status: "added", id: one.id, state: "pending" }]);
      assert.equal((await look(store, one.id)).state, "pending");
    },

    "a batch of 1,000 is answered one by one, in order": async ({ store }) => {
      const batch = tasks(1_000);
      const results = await store.add(batch);
      assert.deepEqual(ids(results), ids(batch));
      assert.ok(results.every(({ status }) => status === "added"));
      await assertCounts(store, { pending: 1_000 });
    },

    "every field of a new task is kept": async (sut) => {
      const { store } = sut;
      const before = await sut.now();
      const fields = { type: "email.send", queue: "mail", payload: '{"a":1}', priority: 2, retryLimit: 7 };
      const key = { value: "k-1", windowMs: 60_000, fingerprint: "f" };
      const id = await add(store, { ...fields, crashLimit: 1, key });
      const { createdAt, runAt, ...kept } = await look(store, id);
      assert.ok(createdAt >= before && createdAt <= (await sut.now()));
      assert.ok(runAt >= before && runAt <= (await sut.now()));
      for (const [name, value] of Object.entries({
        ...fields,
        id,
        state: "pending",
        crashLimit: 1,
        key: "k-1",
      })) {
        assert.equal(kept[name as keyof typeof kept], value, name);
      }
      assert.deepEqual([kept.failures, kept.crashes, kept.attempts], [0, 0, []]);
      for (const name of [
        "worker",
        "startedAt",
        "leaseUntil",
        "finishedAt",
        "deadReason",
        "error",
        "result",
      ] as const) {
        assert.equal(kept[name], undefined, name);
      }
    },

    "limits that nobody named are left to the worker and the default": async ({ store }) => {
      const detail = await look(store, await add(store));
      assert.equal(detail.retryLimit, undefined);
      assert.equal(detail.crashLimit, DEFAULT_CRASH_LIMIT);
      assert.equal(detail.key, undefined);
    },

    "limits of zero are limits": async ({ store }) => {
      const detail = await look(store, await add(store, { retryLimit: 0, crashLimit: 0 }));
      assert.deepEqual([detail.retryLimit, detail.crashLimit], [0, 0]);
    },

    "the same id again is a duplicate and changes nothing": async ({ store }) => {
      const one = task();
      await store.add([one]);
      await unchanged(store, [one.id], async () => {
        const again = { ...one, payload: '{"other":true}', priority: 0 };
        assert.deepEqual(await store.add([again]), [{ status: "duplicate", id: one.id }]);
      });
    },

    "of the same id twice in a batch, with other priorities and delays, the first stands": async ({
      store,
    }) => {
      const [late, urgent, later] = [task({ priority: 9 }), task({ priority: 5 }), task()];
      const again = [
        { ...late, priority: 0 },
        { ...urgent, delayMs: 60_000 },
        { ...later, delayMs: 60_000 },
      ];
      assert.deepEqual(await store.add([late, urgent, again[2]!, again[0]!, again[1]!, later]), [
        { status: "added", id: late.id, state: "pending" },
        { status: "added", id: urgent.id, state: "pending" },
        { status: "added", id: later.id, state: "scheduled" },
        { status: "duplicate", id: late.id },
        { status: "duplicate", id: urgent.id },
        { status: "duplicate", id: later.id },
      ]);
      const shown = await Promise.all([late, urgent, later].map(({ id }) => look(store, id)));
      assert.deepEqual(
        shown.map(({ state, priority }) => [state, priority]),
        [
          ["pending", 9],
          ["pending", 5],
          ["scheduled", later.priority],
        ],
      );
    },

    "the same id twice in a batch is added once": async ({ store }) => {
      const one = task();
      const results = await store.add([one, task(), one]);
      assert.deepEqual(
        results.map(({ status }) => status),
        ["added", "added", "duplicate"],
      );
      await assertCounts(store, { pending: 2 });
    },

    "a batch may go to several queues": async ({ store }) => {
      await store.add([task({ queue: "a" }), task({ queue: "b" }), task({ queue: "a" })]);
      await assertCounts(store, { pending: 2 }, "a");
      await assertCounts(store, { pending: 1 }, "b");
    },

    "a batch may mix tasks for now and for later": async ({ store }) => {
      await store.add([task(), task({ delayMs: 60 * SECOND }), task()]);
      await assertCounts(store, { pending: 2, scheduled: 1 });
    },

    "parallel adds of one id make one task": async (sut) => {
      const clients = [sut.store, await sut.another()];
      const one = task();
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, index) => clients[index % 2]!.add([one])),
      );
      const added = results.flat().filter(({ status }) => status === "added");
      assert.equal(added.length, 1);
      await assertCounts(sut.store, { pending: 1 });
    },

    "what the caller does to an answer does not matter": async ({ store }) => {
      const id = await add(store, { payload: "before" });
      const error = { name: "Error", message: "before" };
      await apply(store, await claimOne(store), { kind: "retry", delayMs: 0, error });
      error.message = "after";
      for (const answer of [await look(store, id), (await store.list({ limit: 1 })).items[0]!]) {
        // A frozen answer refuses, which is as good as a copy.
        Reflect.set(answer, "payload", "after");
        Reflect.set(answer.error!, "message", "after");
      }
      Reflect.set((await look(store, id)).attempts, "length", 0);
      Reflect.set((await queuesOf(store))[0]!.counts, "retrying", 7);
      const { payload, error: kept, attempts } = await look(store, id);
      assert.deepEqual([payload, kept?.message, attempts.length], ["before", "before", 1]);
      assert.equal(attempts[0]?.error?.message, "before");
      await assertCounts(store, { retrying: 1 });
    },

    "an unknown id is not there": async ({ store }) => {
      assert.equal(await store.get(task().id), undefined);
    },
  }),

  ...casesOf("add", ["inspectable", "administrable"], {
    "the same id is a duplicate whatever became of the task": async ({ store }) => {
      const one = task();
      await store.add([one]);
      await act(store, "cancel", one.id);
      assert.deepEqual(await store.add([one]), [{ status: "duplicate", id: one.id }]);
      await assertCounts(store, { cancelled: 1 });
    },
  }),
];
