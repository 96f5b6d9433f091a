/** A file that is taken away, or replaced, under an open store: nothing is acknowledged into what nobody will ever read. */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { test } from "node:test";
import type { FullStore } from "../../../src/store/facets.ts";
import { sqliteStore } from "../../../src/stores/sqlite/index.ts";
import type { WindlassError } from "../../../src/task/errors.ts";
import { claim, newTask } from "../../support/sqlite-fixture.ts";
import { temporaryFolder } from "../../support/sqlite-under-test.ts";

/** What happens to the file in use. */
const FATES: Readonly<Record<string, (path: string) => void>> = {
  removed: (path) => rmSync(path),
  "removed with the files beside it": (path) => {
    for (const part of ["", "-wal", "-shm"]) rmSync(path + part);
  },
  "robbed of its log": (path) => rmSync(`${path}-wal`),
  "moved away": (path) => renameSync(path, `${path}.old`),
  "replaced by a backup": (path) => renameSync(`${path}.backup`, path),
  "restored in its place": (path) => {
    for (const part of ["", "-wal", "-shm"]) rmSync(path + part);
    copyFileSync(`${path}.backup`, path);
  },
  "restored over itself, and robbed of its log": (path) => {
    for (const part of ["-wal", "-shm"]) rmSync(path + part);
    copyFileSync(`${path}.backup`, path);
  },
};

/** Every call that reads or writes, and so what readiness asks. */
const CALLS: Readonly<Record<string, (store: FullStore) => Promise<unknown>>> = {
  add: (store) => store.add([newTask(9)]),
  claim: (store) => claim(store),
  "idle claim": (store) =>
    store.exchange({ settle: [], claim: { queues: ["idle"], max: 1, leaseMs: 1_000, worker: "w" } }),
  settle: (store) =>
    store.exchange({
      settle: [{ ...newTask(1), token: 1, outcome: { kind: "completed", keep: true } }],
    }),
  extend: (store) => store.extend([{ ...newTask(1), token: 1 }], 1_000),
  maintain: (store) => store.maintain({ limit: 10 }),
  get: (store) => store.get(newTask(1).id),
  list: (store) => store.list({ limit: 1 }),
  act: (store) => store.act([{ id: newTask(1).id }], "cancel"),
  pause: (store) => store.pause("q"),
  purge: (store) => store.purge("q", ["pending"]),
};

for (const [fate, happens] of Object.entries(FATES)) {
  void test(`a file ${fate}: every call fails with STORE_GONE, from the first on`, async () => {
    using folder = temporaryFolder();
    const backup = `${folder.file()}.backup`;
    {
      await using store = sqliteStore({ path: backup });
      await store.open();
    }
    for (const [name, call] of Object.entries(CALLS)) {
      mkdirSync(folder.file(name));
      const path = folder.file(`${name}/windlass.db`);
      copyFileSync(backup, `${path}.backup`);
      await using store = sqliteStore({ path });
      await store.open();
      await store.add([newTask(1)]);
      await claim(store);
      await store.add([newTask(2)]);
      happens(path);
      await assert.rejects(
        call(store),
        (error: WindlassError) => {
          assert.equal(error.code, "STORE_GONE", name);
          assert.equal(error.retriable, false);
          assert.match(error.message, /removed or replaced while in use/);
          return true;
        },
        name,
      );
    }
  });
}

void test("a file that went and came back stays gone for the store that missed it, and another open finds it", async () => {
  using folder = temporaryFolder();
  const path = folder.file();
  await using store = sqliteStore({ path });
  await store.open();
  await store.add([newTask(1)]);
  renameSync(path, `${path}.old`);
  await assert.rejects(store.add([newTask(2)]), { code: "STORE_GONE" });
  renameSync(`${path}.old`, path);
  await assert.rejects(store.add([newTask(3)]), { code: "STORE_GONE" });
  await store[Symbol.asyncDispose]();
  await using again = sqliteStore({ path });
  await again.open();
  assert.deepEqual(
    (await again.list({ limit: 9 })).items.map(({ id }) => id),
    [newTask(1).id],
  );
});
