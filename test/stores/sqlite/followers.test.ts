/** Followers stand and fall with the settlement that brought them. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { sqliteStore } from "../../../src/stores/sqlite/index.ts";
import { assertSound, claim, newTask, startProgram } from "../../support/sqlite-fixture.ts";
import { temporaryFolder } from "../../support/sqlite-under-test.ts";

/** `WINDLASS_CHAOS_KILLS=100 npm test -- test/stores/sqlite/followers.test.ts` for the long form. */
const KILLS = Number(process.env["WINDLASS_CHAOS_KILLS"] ?? 12);

void test(`${KILLS} times kill -9 amid exchanges: each parent has all its followers, once, if it is completed, else none`, async () => {
  using folder = temporaryFolder();
  const acknowledged = new Set<string>();
  for (let kill = 0; kill < KILLS; kill++) {
    await using program = startProgram("followers", folder.file(), String(kill));
    for (let lines = 0; lines < 3 + (kill % 7); lines++) {
      for (const id of JSON.parse(await program.line()) as string[]) acknowledged.add(id);
    }
    program.child.kill("SIGKILL");
    assert.equal(await program.end, "SIGKILL");
  }
  assertSound(folder.file());
  using db = new DatabaseSync(folder.file(), { readOnly: true });
  const followers = followersByParent(db);
  for (const [parent, queues] of followers) {
    assert.deepEqual(queues.toSorted(), ["keyed", "later", "now"], `followers of ${parent}`);
  }
  const left = db
    .prepare("SELECT id FROM task WHERE type = 'parent' AND rid NOT IN (SELECT rid FROM finished)")
    .all();
  for (const { id } of left) assert.ok(!followers.has(String(id)), `${String(id)} is not completed`);
  const kept = db.prepare("SELECT id FROM task JOIN finished USING (rid) WHERE type = 'parent'").all();
  for (const { id } of kept) assert.ok(followers.has(String(id)), `${String(id)} is completed`);
  for (const id of acknowledged) assert.ok(followers.has(id), `the completion of ${id} was acknowledged`);
  // Of those that were not kept there is only the count, which is written in the same transaction.
  const completed = db.prepare("SELECT sum(completed) AS count FROM activity").get();
  assert.equal(followers.size, completed?.["count"]);
  assert.ok(followers.size >= KILLS * 10);
});

void test("a settlement whose followers find no room is not written either", async () => {
  using folder = temporaryFolder();
  await using store = sqliteStore({ path: folder.file(), maxBytes: 2 ** 19 });
  await store.open();
  await store.add([newTask(0)]);
  const [lease] = await claim(store);
  const followers = Array.from({ length: 100 }, (_, nth) =>
    newTask(nth + 1, { queue: "b", payload: JSON.stringify("x".repeat(8_000)) }),
  );
  const settlement = { ...lease!, outcome: { kind: "completed", keep: false } } as const;
  await assert.rejects(store.exchange({ settle: [{ ...settlement, followers }] }), { code: "STORE_FULL" });
  assert.equal((await store.get(lease!.id))?.state, "running");
  assert.equal(await store.queue("b"), undefined);
  const { verdicts } = await store.exchange({
    settle: [{ ...settlement, followers: followers.slice(0, 3) }],
  });
  assert.deepEqual(verdicts, ["applied"]);
  assert.equal((await store.queue("b"))?.counts.pending, 3);
});

/** The queues of every parent's followers. */
function followersByParent(db: DatabaseSync): ReadonlyMap<string, string[]> {
  const rows = db
    .prepare(
      "SELECT payload ->> '$' AS parent, name FROM task JOIN queue ON qid = queue WHERE type = 'follow'",
    )
    .all();
  const found = new Map<string, string[]>();
  for (const row of rows) {
    const parent = String(row["parent"]);
    found.set(parent, [...(found.get(parent) ?? []), String(row["name"])]);
  }
  return found;
}
