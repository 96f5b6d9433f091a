/** Calls that take several transactions: acts on many tasks, and purges. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FullStore } from "../../../src/store/facets.ts";
import { sqliteStore } from "../../../src/stores/sqlite/index.ts";
import { WindlassError } from "../../../src/task/errors.ts";
import { newTask, uuid } from "../../support/sqlite-fixture.ts";
import { temporaryFolder } from "../../support/sqlite-under-test.ts";
import { queuesOf } from "../../support/queues-of.ts";

/** A store with `count` tasks that wait. */
async function filled(path: string, count: number): Promise<FullStore> {
  const store = sqliteStore({ path });
  await store.open();
  await store.add(Array.from({ length: count }, (_, nth) => newTask(nth)));
  return store;
}

function refs(count: number): { readonly id: string }[] {
  return Array.from({ length: count }, (_, nth) => ({ id: uuid(nth) }));
}

/** How often the event loop came round until `call` was done. */
async function turnsDuring(call: Promise<unknown>): Promise<number> {
  let turns = 0;
  let done = false;
  const turn = (): void => {
    turns++;
    if (!done) setImmediate(turn);
  };
  setImmediate(turn);
  await call;
  done = true;
  return turns;
}

void test("acting on many tasks answers for each of them, in order", async () => {
  using folder = temporaryFolder();
  await using store = await filled(folder.file(), 350);
  const results = await store.act([...refs(350), { id: uuid(999_999) }, { id: uuid(7) }], "cancel");
  assert.equal(results.length, 352);
  for (const [index, result] of results.slice(0, 350).entries()) {
    assert.ok(result.status === "applied" && result.task.id === uuid(index));
  }
  assert.deepEqual(results.slice(350), [{ status: "missing" }, { status: "refused", state: "cancelled" }]);
  assert.equal((await store.queue("q"))?.counts.cancelled, 350);
});

void test("acting on many tasks, and a purge, let this process do other things between", async () => {
  using folder = temporaryFolder();
  await using store = await filled(folder.file(), 3_500);
  // Two pauses at least, and each takes some turns.
  assert.ok((await turnsDuring(store.act(refs(350), "cancel"))) > 3);
  assert.ok((await turnsDuring(store.purge("q", ["pending", "cancelled"]))) > 3);
  assert.deepEqual(await queuesOf(store), []);
});

void test("other calls come between the transactions", async () => {
  using folder = temporaryFolder();
  await using store = await filled(folder.file(), 350);
  const acting = store.act(refs(350), "cancel");
  const between = await store.queue("q");
  assert.ok(between!.counts.cancelled > 0 && between!.counts.cancelled < 350);
  await acting;
});

for (const [what, call] of [
  ["acting on many tasks", (store: FullStore) => store.act(refs(2_500), "cancel")],
  ["a purge", (store: FullStore) => store.purge("q", ["pending"])],
] as const) {
  void test(`${what} that fails in the midst is UNKNOWN, and can be done again`, async () => {
    using folder = temporaryFolder();
    const store = await filled(folder.file(), 2_500);
    const failing = assert.rejects(call(store), (error: WindlassError) => {
      assert.equal(error.code, "UNKNOWN");
      assert.ok(error.cause instanceof WindlassError && error.cause.code === "STORE_CLOSED");
      return true;
    });
    await queuesOf(store); // behind the first transaction
    await store[Symbol.asyncDispose]();
    await failing;
    await using again = sqliteStore({ path: folder.file() });
    await again.open();
    const left = (await again.queue("q"))!.counts.pending;
    assert.ok(left > 0 && left < 2_500);
    await call(again);
    assert.equal((await again.queue("q"))?.counts.pending ?? 0, 0);
  });

  void test(`${what} that fails at once says why`, async () => {
    using folder = temporaryFolder();
    const store = await filled(folder.file(), 10);
    await store[Symbol.asyncDispose]();
    await assert.rejects(call(store), { code: "STORE_CLOSED" });
  });
}
