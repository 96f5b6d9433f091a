/** Records that somebody or something spoiled: they go aside, and the claim goes on with the others. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import type { FullStore } from "../../../src/store/facets.ts";
import { sqliteStore } from "../../../src/stores/sqlite/index.ts";
import { manualClock } from "../../../src/testing/index.ts";
import { claim, newTask, uuid } from "../../support/sqlite-fixture.ts";
import { temporaryFolder } from "../../support/sqlite-under-test.ts";
import { queuesOf } from "../../support/queues-of.ts";

/** A store with the tasks 1 to 5, of which the SQL spoils some. */
async function spoiled(
  sql: string,
  check: (store: FullStore, spoil: (sql: string) => void) => Promise<void>,
): Promise<void> {
  using folder = temporaryFolder();
  await using store = sqliteStore({ path: folder.file() });
  await store.open();
  await store.add([1, 2, 3, 4, 5].map((nth) => newTask(nth)));
  const spoil = (text: string) => {
    using db = new DatabaseSync(folder.file());
    db.exec(text);
  };
  spoil(sql);
  await check(store, spoil);
}

const THIRD = `id = '${uuid(3)}'`;

const OTHERS = [1, 2, 4, 5].map((nth) => uuid(nth));

for (const [what, set] of [
  ["a negative number of failures", "failures = -1"],
  ["a number of crashes beyond those of JavaScript", "crashes = 9223372036854775807"],
  ["a date beyond those of JavaScript", "created_at = -9223372036854775808, run_at = 9223372036854775807"],
  ["a negative limit", `settings = '{"retryLimit":-5}'`],
  ["a priority beyond 9", "rank = 9007199254740992"],
  ["settings that are no JSON", "settings = 'oops'"],
  ["headers that are no object", `settings = '{"headers":["a"]}'`],
  ["headers that are no strings", `settings = '{"headers":{"a":1}}'`],
]) {
  void test(`a task with ${what} is dead as invalid, and the others are claimed`, async () => {
    await spoiled(`UPDATE task SET ${set} WHERE ${THIRD}`, async (store) => {
      const leases = await claim(store);
      assert.deepEqual(
        leases.map(({ id }) => id),
        OTHERS,
      );
      const task = await store.get(uuid(3));
      assert.equal(task?.state, "dead");
      assert.equal(task.deadReason, "invalid");
      assert.equal(task.error?.code, "UNREADABLE");
      assert.equal(task.payload, '{"nth":3}');
      const [queue] = await queuesOf(store);
      assert.equal(queue?.counts.dead, 1);
      assert.equal(queue.counts.running, 4);
      assert.equal(queue.counts.pending, 0);
    });
  });
}

void test("spoiled numbers hide nothing from those who look", async () => {
  const least = "-9223372036854775808";
  const most = "9223372036854775807";
  const numbers = `created_at = ${least}, run_at = ${most}, failures = ${most}, crashes = ${least}`;
  await spoiled(`UPDATE task SET ${numbers}`, async (store) => {
    assert.equal((await store.list({ limit: 10 })).items.length, 5);
    assert.equal((await store.get(uuid(3)))?.createdAt, 0);
    assert.equal((await queuesOf(store)).length, 1);
  });
});

void test("numbers that are spoiled while a task runs stop no settlement", async () => {
  await spoiled("SELECT 1", async (store, spoil) => {
    const leases = await claim(store);
    const error = { name: "Error", message: "no" };
    spoil("UPDATE task SET failures = 9223372036854775807, has_detail = -1");
    const { verdicts } = await store.exchange({
      settle: leases.map((lease) => ({ ...lease, outcome: { kind: "dead", reason: "exhausted", error } })),
    });
    assert.deepEqual(verdicts, Array(5).fill("applied"));
  });
});

void test("settings that cannot be read hide no task", async () => {
  await spoiled(`UPDATE task SET settings = '{' WHERE ${THIRD}`, async (store) => {
    assert.equal((await store.list({ limit: 10 })).items.length, 5);
    assert.equal((await store.get(uuid(3)))?.headers, undefined);
  });
});

void test("a quarantined task can be retried", async () => {
  await spoiled(`UPDATE task SET failures = -1, settings = 'oops' WHERE ${THIRD}`, async (store) => {
    await claim(store);
    assert.equal((await store.act([{ id: uuid(3) }], "retry"))[0]?.status, "applied");
    assert.deepEqual(
      (await claim(store)).map(({ id }) => id),
      [uuid(3)],
    );
  });
});

void test("a pending entry whose task is gone is dropped, and the others are claimed", async () => {
  await spoiled(`DELETE FROM task WHERE ${THIRD}`, async (store) => {
    assert.deepEqual(
      (await claim(store)).map(({ id }) => id),
      OTHERS,
    );
    const [queue] = await queuesOf(store);
    assert.equal(queue?.counts.pending, 0);
    assert.equal(queue.counts.running, 4);
  });
});

void test("a spoiled task does not count as one of those that were claimed", async () => {
  await spoiled(`UPDATE task SET failures = -1 WHERE ${THIRD}`, async (store) => {
    assert.equal((await claim(store, 4)).length, 4);
  });
});

void test("a lease whose task is gone is lost to its worker and dropped when it runs out", async () => {
  using folder = temporaryFolder();
  const clock = manualClock();
  await using store = sqliteStore({ path: folder.file(), clock });
  await store.open();
  await store.add([newTask(1), newTask(2)]);
  const leases = await claim(store);
  {
    using db = new DatabaseSync(folder.file());
    db.exec(`DELETE FROM task WHERE id = '${uuid(1)}'`);
  }
  assert.deepEqual(await store.extend([leases[0]!], 30_000), ["lost"]);
  const { verdicts } = await store.exchange({ settle: [{ ...leases[0]!, outcome: { kind: "release" } }] });
  assert.deepEqual(verdicts, ["lost"]);
  await clock.advance(31_000);
  await store.maintain({ limit: 10 });
  const [queue] = await queuesOf(store);
  assert.equal(queue?.counts.running, 0);
  assert.equal(queue.counts.pending, 1);
});

void test("a task that waits for its time and is gone is dropped when it falls due", async () => {
  using folder = temporaryFolder();
  const clock = manualClock();
  await using store = sqliteStore({ path: folder.file(), clock });
  await store.open();
  await store.add([newTask(1, { delayMs: 1_000 }), newTask(2, { delayMs: 1_000 })]);
  {
    using db = new DatabaseSync(folder.file());
    db.exec(`DELETE FROM task WHERE id = '${uuid(1)}'`);
  }
  await clock.advance(1_000);
  assert.deepEqual(
    (await claim(store)).map(({ id }) => id),
    [uuid(2)],
  );
  const [queue] = await queuesOf(store);
  assert.equal(queue?.counts.scheduled, 0);
  assert.equal(queue.counts.pending, 0);
});

void test("details that are no JSON hide no task", async () => {
  using folder = temporaryFolder();
  await using store = sqliteStore({ path: folder.file() });
  await store.open();
  await store.add([newTask(1)]);
  const [lease] = await claim(store);
  const error = { name: "Error", message: "no" };
  await store.exchange({ settle: [{ ...lease!, outcome: { kind: "dead", reason: "discarded", error } }] });
  {
    using db = new DatabaseSync(folder.file());
    db.exec("UPDATE detail SET error = 'oops', attempts = '{'");
  }
  const task = await store.get(uuid(1));
  assert.equal(task?.state, "dead");
  assert.equal(task.error, undefined);
  assert.deepEqual(task.attempts, []);
});
