import assert from "node:assert/strict";
import { casesOf } from "../store-case.ts";
import {
  act,
  add,
  apply,
  assertCounts,
  assertUnknown,
  claim,
  claimOne,
  completed,
  gone,
  ids,
  key,
  keyed,
  look,
  MINUTE,
  task,
  unchanged,
} from "./fixture.ts";

export const keyCases = [
  ...casesOf("key", [], {
    "a key that is held names its task, whoever asks, and writes nothing": async ({ store }) => {
      const first = keyed();
      await store.add([first]);
      const [same, other] = [keyed(), keyed({ fingerprint: "f2" })];
      assert.deepEqual(await store.add([same, task({ queue: "b" }), other]).then(([a, , c]) => [a, c]), [
        { status: "duplicate", id: first.id },
        { status: "conflict", id: first.id },
      ]);
      assert.deepEqual(ids(await claim(store)), [first.id]);
      // What was refused was not written: under its id, without the key, it is new.
      for (const { id } of [same, other]) await assertUnknown(store, task({ id }));
    },

    "keys meet within their queue and to the letter only": async ({ store }) => {
      await add(store, { key: key() });
      await add(store, { queue: "b", key: key({ fingerprint: "f2" }) });
      await add(store);
      for (const value of ["a", "A", "ab", "ab:", "a:b", "__proto__", "k".repeat(255), "{a}:*%s"]) {
        const id = await add(store, { key: key({ value }) });
        assert.deepEqual(await store.add([keyed({ value })]), [{ status: "duplicate", id }], value);
      }
      assert.equal((await claim(store)).length, 10);
    },

    "the same task sent twice is a duplicate of itself": async ({ store }) => {
      const one = keyed();
      await store.add([one]);
      assert.deepEqual(await store.add([one]), [{ status: "duplicate", id: one.id }]);
    },

    "parallel adds with one key and different payloads: one stands, the others conflict": async (sut) => {
      const clients = [sut.store, await sut.another()];
      const adds = Array.from({ length: 20 }, (_, index) =>
        clients[index % 2]!.add([keyed({ fingerprint: `f${index}` })]),
      );
      const results = (await Promise.all(adds)).flat();
      assert.equal(results.filter(({ status }) => status === "added").length, 1);
      assert.equal(results.filter(({ status }) => status === "conflict").length, 19);
      assert.equal(new Set(results.map(({ id }) => id)).size, 1);
    },

    "one key twice in a batch is added once": async ({ store }) => {
      const batch = [keyed(), keyed(), keyed({ fingerprint: "f2" })];
      const results = await store.add(batch);
      assert.deepEqual(
        results.map(({ status }) => status),
        ["added", "duplicate", "conflict"],
      );
      assert.ok(results.every(({ id }) => id === batch[0]!.id));
    },
  }),

  ...casesOf("key", ["inspectable"], {
    "the same key again is a duplicate that names the task that stands": async ({ store }) => {
      const first = keyed();
      await store.add([first]);
      assert.deepEqual(await store.add([keyed()]), [{ status: "duplicate", id: first.id }]);
      await assertCounts(store, { pending: 1 });
    },

    "the same key with another fingerprint is a conflict, and writes nothing": async ({ store }) => {
      const first = keyed();
      await store.add([first]);
      const second = keyed({ fingerprint: "f2" });
      await unchanged(store, [first.id, second.id], async () => {
        assert.deepEqual(await store.add([second]), [{ status: "conflict", id: first.id }]);
      });
    },

    "50 parallel adds with one key make one task": async (sut) => {
      const clients = [sut.store, await sut.another()];
      const adds = Array.from({ length: 50 }, (_, index) => clients[index % 2]!.add([keyed()]));
      const results = (await Promise.all(adds)).flat();
      assert.equal(results.filter(({ status }) => status === "added").length, 1);
      assert.equal(new Set(results.map(({ id }) => id)).size, 1);
      assert.ok(results.every(({ status }) => status !== "conflict"));
      await assertCounts(sut.store, { pending: 1 });
    },

    "each queue has its own keys": async ({ store }) => {
      await add(store, { queue: "a", key: key() });
      await add(store, { queue: "b", key: key({ fingerprint: "f2" }) });
      await assertCounts(store, { pending: 1 }, "a");
      await assertCounts(store, { pending: 1 }, "b");
    },

    "different keys do not meet": async ({ store }) => {
      for (const value of ["a", "A", "ab", "ab:", "a:b"]) await add(store, { key: key({ value }) });
      await assertCounts(store, { pending: 5 });
    },

    "tasks without a key do not meet": async ({ store }) => {
      await add(store, { key: key() });
      await add(store);
      await add(store);
      await assertCounts(store, { pending: 3 });
    },

    "a key is shown with its task": async ({ store }) => {
      const id = await add(store, { key: key({ value: "order-42" }) });
      assert.equal((await look(store, id)).key, "order-42");
    },

    "a task that was not kept holds its key while the window is open": async ({ store }) => {
      const id = await add(store, { key: key() });
      await apply(store, await claimOne(store), gone);
      assert.deepEqual(await store.add([keyed()]), [{ status: "duplicate", id }]);
      await assertCounts(store, {});
    },

    "a finished task gives its key up when the window closes": async (sut) => {
      await add(sut.store, { key: key({ windowMs: MINUTE }) });
      await apply(sut.store, await claimOne(sut.store), completed);
      await sut.advance(2 * MINUTE);
      await add(sut.store, { key: key({ fingerprint: "f2" }) });
      await assertCounts(sut.store, { completed: 1, pending: 1 });
    },

    "a task that was not kept gives its key up when the window closes": async (sut) => {
      await add(sut.store, { key: key({ windowMs: MINUTE }) });
      await apply(sut.store, await claimOne(sut.store), gone);
      await sut.advance(2 * MINUTE);
      await add(sut.store, { key: key() });
      await assertCounts(sut.store, { pending: 1 });
    },

    "keys may hold any visible character": async ({ store }) => {
      const visible = String.fromCharCode(...Array.from({ length: 94 }, (_, index) => 0x21 + index));
      for (const value of [visible, "__proto__", "constructor", "k".repeat(255), "%s", "*", "{a}:b"]) {
        const id = await add(store, { key: key({ value }) });
        assert.deepEqual(await store.add([keyed({ value })]), [{ status: "duplicate", id }]);
        assert.equal((await look(store, id)).key, value);
      }
    },

    "a duplicate costs its batch nothing": async ({ store }) => {
      const standing = await add(store, { key: key() });
      const results = await store.add([task(), keyed(), task(), keyed({ fingerprint: "f2" }), task()]);
      assert.deepEqual(
        results.map(({ status }) => status),
        ["added", "duplicate", "added", "conflict", "added"],
      );
      assert.deepEqual([results[1]?.id, results[3]?.id], [standing, standing]);
      await assertCounts(store, { pending: 4 });
    },
  }),

  ...casesOf("key", ["administrable"], {
    "a cancelled task holds its key while the window is open": async ({ store }) => {
      const id = await add(store, { key: key() });
      await act(store, "cancel", id);
      assert.deepEqual(await store.add([keyed()]), [{ status: "duplicate", id }]);
    },
  }),
];
