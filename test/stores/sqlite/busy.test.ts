/** Waiting for the write lock. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Clock, systemClock } from "../../../src/store/clock.ts";
import { sqliteStore } from "../../../src/stores/sqlite/index.ts";
import { manualClock } from "../../../src/testing/index.ts";
import { newTask, startProgram } from "../../support/sqlite-fixture.ts";
import { temporaryFolder } from "../../support/sqlite-under-test.ts";
import { queuesOf } from "../../support/queues-of.ts";

void test("a call waits while another program writes, without blocking this one, and calls keep their order", async () => {
  using folder = temporaryFolder();
  let waits = 0;
  const { promise: waiting, resolve } = Promise.withResolvers<void>();
  const clock: Clock = {
    ...systemClock,
    after(ms, callback, options) {
      if (++waits === 3) resolve();
      return systemClock.after(ms, callback, options);
    },
  };
  await using store = sqliteStore({ path: folder.file(), clock });
  await store.open();
  await using holder = startProgram("hold", folder.file());
  assert.equal(await holder.line(), "held");
  const calls = [1, 2, 3].map((nth) => store.add([newTask(nth)]));
  // The event loop goes on, and reading needs no lock.
  await waiting;
  assert.deepEqual(await queuesOf(store), []);
  holder.tell("go on");
  for (const [added] of await Promise.all(calls)) assert.equal(added?.status, "added");
  const { items } = await store.list({ limit: 10 });
  assert.deepEqual(
    items.map(({ payload }) => payload),
    ['{"nth":3}', '{"nth":2}', '{"nth":1}'],
  );
});

void test("a call that waits for more than 5 s fails with STORE_BUSY, and nothing was written", async () => {
  using folder = temporaryFolder();
  const clock = manualClock();
  await using store = sqliteStore({ path: folder.file(), clock });
  await store.open();
  await using holder = startProgram("hold", folder.file());
  assert.equal(await holder.line(), "held");
  const refused = assert.rejects(store.add([newTask(1)]), { code: "STORE_BUSY", retriable: true });
  await clock.advance(5_100);
  await refused;
  assert.equal(await store.get(newTask(1).id), undefined);
  holder.tell("go on");
  assert.equal(await holder.end, 0);
  assert.equal((await store.add([newTask(1)]))[0]?.status, "added");
});

void test("closing a store fails the calls that wait with STORE_CLOSED", async () => {
  using folder = temporaryFolder();
  const clock = manualClock();
  const store = sqliteStore({ path: folder.file(), clock });
  await store.open();
  await using holder = startProgram("hold", folder.file());
  assert.equal(await holder.line(), "held");
  const refused = assert.rejects(store.add([newTask(1)]), { code: "STORE_CLOSED" });
  await store[Symbol.asyncDispose]();
  await clock.advance(20);
  await refused;
});
