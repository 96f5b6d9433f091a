/** Claims larger than any worker makes, which the contract allows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sqliteStore } from "../../../src/stores/sqlite/index.ts";
import { claim, newTask, uuid } from "../../support/sqlite-fixture.ts";
import { temporaryFolder } from "../../support/sqlite-under-test.ts";

/** More than a call of JavaScript takes as arguments. */
const MANY = 150_000;

void test(`${MANY} tasks are claimed and settled by one call`, async () => {
  using folder = temporaryFolder();
  await using store = sqliteStore({ path: folder.file(), synchronous: "normal" });
  await store.open();
  await store.add(Array.from({ length: MANY }, (_, nth) => newTask(nth)));
  const leases = await claim(store, 2 ** 31 - 1);
  assert.equal(leases.length, MANY);
  assert.deepEqual([leases[0]?.id, leases.at(-1)?.id], [uuid(0), uuid(MANY - 1)]);
  const settle = leases.map((lease) => ({ ...lease, outcome: { kind: "completed", keep: false } as const }));
  const { verdicts } = await store.exchange({ settle });
  assert.ok(verdicts.every((verdict) => verdict === "applied"));
  const counts = Object.values((await store.queue("q"))!.counts);
  assert.ok(counts.every((count) => count === 0));
});
