/** Several programs on one file. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sqliteStore } from "../../../src/stores/sqlite/index.ts";
import { assertSound, claim, newTask, startProgram, uuid } from "../../support/sqlite-fixture.ts";
import { temporaryFolder } from "../../support/sqlite-under-test.ts";
import { queuesOf } from "../../support/queues-of.ts";

void test("three programs that add and claim at once complete every task exactly once", async () => {
  using folder = temporaryFolder();
  await using one = startProgram("drain", folder.file(), "1", "1000");
  await using two = startProgram("drain", folder.file(), "2", "1000");
  await using three = startProgram("drain", folder.file(), "3", "1000");
  const programs = [one, two, three];
  for (const program of programs) assert.equal(await program.line(), "ready");
  for (const program of programs) program.tell("drain");
  const done: string[] = [];
  for (const program of programs) done.push(...(JSON.parse(await program.line()) as string[]));
  for (const program of programs) assert.equal(await program.end, 0);
  // A program may end while another one still adds: what is left is nobody's fault, and completed here.
  await using store = sqliteStore({ path: folder.file() });
  await store.open();
  for (let leases = await claim(store); leases.length > 0; leases = await claim(store)) {
    const settle = leases.map((lease) => ({
      ...lease,
      outcome: { kind: "completed", keep: false } as const,
    }));
    await store.exchange({ settle });
    done.push(...leases.map(({ id }) => id));
  }
  const expected = [1, 2, 3].flatMap((lane) => Array.from({ length: 1_000 }, (_, nth) => uuid(nth, lane)));
  assert.deepEqual(done.toSorted(), expected.toSorted());
  const [queue] = await queuesOf(store);
  assert.ok(Object.values(queue!.counts).every((count) => count === 0));
});

void test("a task that one program adds wakes the listener of another, and only that of its queue", async () => {
  using folder = temporaryFolder();
  await using store = sqliteStore({ path: folder.file() });
  await store.open();
  await using listener = startProgram("listen", folder.file());
  assert.equal(await listener.line(), "ready");
  await store.add([newTask(1, { queue: "other" })]);
  await store.add([newTask(2)]);
  assert.equal(await listener.line(), "woken");
  // A second notification, after everything was claimed in between: wake-ups do not wear out.
  await claim(store);
  await store.add([newTask(3)]);
  assert.equal(await listener.line(), "woken");
  listener.child.stdin!.end();
  // No line is left over from the other queue.
  await assert.rejects(listener.line(), /ended with 0/);
});

void test("a program killed in the midst of transactions leaves a sound file, and nothing acknowledged is lost", async () => {
  using folder = temporaryFolder();
  await using program = startProgram("churn", folder.file());
  let acknowledged = "";
  for (let lines = 0; lines < 60; lines++) acknowledged = await program.line();
  program.child.kill("SIGKILL");
  assert.equal(await program.end, "SIGKILL");
  await using store = sqliteStore({ path: folder.file() });
  await store.open();
  for (let nth = 0; nth < Number(acknowledged) + 10; nth++) {
    assert.notEqual(await store.get(uuid(nth)), undefined, `task ${nth} was acknowledged`);
  }
  assertSound(folder.file());
});
