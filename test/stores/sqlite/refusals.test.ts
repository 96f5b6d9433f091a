/** What the store refuses, and that it leaves alone what is not its own. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { networkFileSystem } from "../../../src/stores/sqlite/preflight.ts";
import { sqliteStore, type SqliteStoreOptions } from "../../../src/stores/sqlite/index.ts";
import { APPLICATION_ID, VERSION } from "../../../src/stores/sqlite/migrate.ts";
import type { WindlassError } from "../../../src/task/errors.ts";
import { claim, newTask } from "../../support/sqlite-fixture.ts";
import { temporaryFolder } from "../../support/sqlite-under-test.ts";
import { queuesOf } from "../../support/queues-of.ts";

async function refuses(path: string, code: string): Promise<void> {
  await using store = sqliteStore({ path });
  await assert.rejects(store.open(), { name: "WindlassError", code });
}

/** Refuses, and changes no byte and adds no file. */
async function leavesAlone(path: string, folder: string, code = "STORE_FOREIGN"): Promise<void> {
  const before = readFileSync(path);
  const files = readdirSync(folder);
  await refuses(path, code);
  assert.ok(before.equals(readFileSync(path)), "not a byte was changed");
  assert.deepEqual(readdirSync(folder), files, "no file was added");
}

void test(":memory: and other things that are no path are refused, with the reason", () => {
  assert.throws(() => sqliteStore({ path: ":memory:" }), { code: "INVALID_OPTION", pointer: "path" });
  for (const path of ["", "a\0b", undefined, 7]) {
    assert.throws(() => sqliteStore({ path } as SqliteStoreOptions), {
      code: "INVALID_OPTION",
      pointer: "path",
    });
  }
  const options = [
    { synchronous: "off" },
    { maxBytes: 1_000 },
    { maxBytes: 2 ** 20 + 0.5 },
    { maxBytes: "1g" },
  ];
  for (const option of options) {
    assert.throws(() => sqliteStore({ path: "x.db", ...option } as SqliteStoreOptions), {
      code: "INVALID_OPTION",
    });
  }
});

void test("a folder that cannot be made is refused at once, where a recursive mkdir goes round in circles", () => {
  const program = join(import.meta.dirname, "../../support/programs/open.ts");
  for (const path of ["/proc/windlass/x.db", "/proc/windlass/deep/x.db", "/proc/x.db", "/dev/null/x.db"]) {
    // In a program of its own: what does not come back blocks the thread.
    const { stdout, error } = spawnSync(process.execPath, ["--conditions=windlass:source", program, path], {
      timeout: 10_000,
      killSignal: "SIGKILL",
      encoding: "utf8",
    });
    assert.equal(error, undefined, path);
    assert.equal(stdout.trim(), "STORE_UNSUITABLE", path);
  }
});

void test("missing folders are made, for this user alone", async () => {
  using folder = temporaryFolder();
  await using store = sqliteStore({ path: folder.file("a/b/windlass.db") });
  await store.open();
  for (const made of ["a", "a/b"]) assert.equal(statSync(folder.file(made)).mode & 0o777, 0o700, made);
});

void test("the error of a folder that cannot be made says which, and what to do", async () => {
  using folder = temporaryFolder();
  writeFileSync(folder.file("file"), "");
  await using store = sqliteStore({ path: folder.file("file/windlass.db") });
  await assert.rejects(store.open(), (error: WindlassError) => {
    assert.equal(error.code, "STORE_UNSUITABLE");
    assert.match(error.message, /file cannot be made.*; expected a folder/);
    assert.match(error.remedy, /Name a file in a folder/);
    return true;
  });
});

void test("a path of 10,000 characters is refused without repeating it", async () => {
  using folder = temporaryFolder();
  for (const name of ["x".repeat(10_000), `${"x".repeat(100)}/`.repeat(50)]) {
    await using store = sqliteStore({ path: folder.file(name) });
    await assert.rejects(store.open(), (error: WindlassError) => {
      assert.equal(error.code, "STORE_UNSUITABLE");
      assert.ok((error.message.match(/x/g)?.length ?? 0) <= 200, error.message);
      return true;
    });
  }
});

void test("a file that is not SQLite is not touched", async () => {
  using folder = temporaryFolder();
  for (const content of ["hello", "x".repeat(100_000), "SQLite format 3"]) {
    writeFileSync(folder.file(), content);
    await leavesAlone(folder.file(), folder.path);
  }
});

void test("the database of another program is not touched, whatever its journal mode", async () => {
  using folder = temporaryFolder();
  for (const mode of ["delete", "wal"]) {
    const path = folder.file(`${mode}.db`);
    {
      using db = new DatabaseSync(path);
      db.exec(`PRAGMA journal_mode = ${mode}; CREATE TABLE task (id TEXT); PRAGMA user_version = 1`);
    }
    await leavesAlone(path, folder.path);
  }
});

void test("a schema from the future is refused", async () => {
  using folder = temporaryFolder();
  {
    using db = new DatabaseSync(folder.file());
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${VERSION + 1}`);
  }
  await refuses(folder.file(), "STORE_TOO_NEW");
});

void test("a schema from the future that is still in the log is refused, too", async () => {
  using folder = temporaryFolder();
  await using store = sqliteStore({ path: folder.file() });
  await store.open();
  using db = new DatabaseSync(folder.file());
  db.exec(`PRAGMA user_version = ${VERSION + 1}`);
  await refuses(folder.file(), "STORE_TOO_NEW");
});

/** As development before the first release made them. */
function makeVersion1(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA journal_mode = wal`);
  db.exec("BEGIN; CREATE TABLE task (id TEXT); PRAGMA user_version = 1; COMMIT");
  return db;
}

void test("a file of version 1 is not touched, and the error says what to do with it", async () => {
  using folder = temporaryFolder();
  makeVersion1(folder.file()).close();
  await leavesAlone(folder.file(), folder.path, "STORE_UNSUITABLE");
  await using store = sqliteStore({ path: folder.file() });
  await assert.rejects(store.open(), (error: WindlassError) => {
    assert.match(error.message, /schema version 1/);
    assert.match(error.remedy, /Remove .*windlass\.db.* or name another file/);
    return true;
  });
});

void test("a file whose version 1 is still in the log, as kill -9 leaves it, is not touched either", async () => {
  using folder = temporaryFolder();
  {
    using db = makeVersion1(folder.file("running.db"));
    copyFileSync(folder.file("running.db"), folder.file());
    copyFileSync(folder.file("running.db-wal"), folder.file("windlass.db-wal"));
    assert.ok(db.isOpen);
  }
  const before = [readFileSync(folder.file()), readFileSync(folder.file("windlass.db-wal"))];
  await refuses(folder.file(), "STORE_UNSUITABLE");
  const after = [readFileSync(folder.file()), readFileSync(folder.file("windlass.db-wal"))];
  assert.deepEqual(after, before);
});

void test("a damaged file is STORE_CORRUPT", async () => {
  using folder = temporaryFolder();
  await makeStore(folder.file());
  truncateSync(folder.file(), 8_192);
  await refuses(folder.file(), "STORE_CORRUPT");
});

void test("damage that is met later is STORE_CORRUPT, too", async () => {
  using folder = temporaryFolder();
  await makeStore(folder.file());
  const bytes = readFileSync(folder.file());
  // The pages of tables and indexes, behind those of the schema.
  bytes.fill(0xa5, 5 * 4_096);
  writeFileSync(folder.file(), bytes);
  await using store = sqliteStore({ path: folder.file() });
  await assert.rejects(
    async () => {
      await store.open();
      await store.list({ limit: 500 });
      await claim(store);
    },
    { code: "STORE_CORRUPT" },
  );
});

void test("a file that lacks a table is STORE_CORRUPT", async () => {
  using folder = temporaryFolder();
  await makeStore(folder.file());
  {
    using db = new DatabaseSync(folder.file());
    db.exec("DROP TABLE activity");
  }
  await refuses(folder.file(), "STORE_CORRUPT");
});

void test("a directory where the file should be, and a file where the directory should be, are STORE_UNSUITABLE", async () => {
  using folder = temporaryFolder();
  await refuses(folder.path, "STORE_UNSUITABLE");
  writeFileSync(folder.file("plain"), "");
  await refuses(folder.file("plain/windlass.db"), "STORE_UNSUITABLE");
});

void test("a read-only file and a read-only directory are STORE_UNSUITABLE", async () => {
  using folder = temporaryFolder();
  chmodSync(folder.path, 0o755);
  mkdirSync(folder.file("closed"));
  await makeStore(folder.file("closed/windlass.db"));
  copyFileSync(folder.file("closed/windlass.db"), folder.file("readonly.db"));
  chmodSync(folder.file("readonly.db"), 0o444);
  chmodSync(folder.file("closed/windlass.db"), 0o666);
  chmodSync(folder.file("closed"), 0o555);
  assert.equal(await openAsSomebody(folder.file("readonly.db")), "STORE_UNSUITABLE");
  assert.equal(await openAsSomebody(folder.file("closed/windlass.db")), "STORE_UNSUITABLE");
  chmodSync(folder.file("closed"), 0o755);
});

void test("network file systems are told from local ones", () => {
  for (const magic of [0x6969, 0xff534d42, 0xfe534d42, 0x517b, 0x65735546, 0xff534d42 | 0]) {
    assert.notEqual(networkFileSystem(magic), undefined);
  }
  // ext4, xfs, btrfs, tmpfs, overlay, zfs, APFS.
  for (const magic of [0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1, 0x1a]) {
    assert.equal(networkFileSystem(magic), undefined);
  }
});

void test("a full store refuses tasks with STORE_FULL, keeps what it has, and can be drained", async () => {
  using folder = temporaryFolder();
  await using store = sqliteStore({ path: folder.file(), maxBytes: 2 ** 19 });
  await store.open();
  let added = 0;
  await assert.rejects(
    async () => {
      for (;;) {
        await store.add([newTask(added, { payload: JSON.stringify("x".repeat(5_000)) })]);
        added++;
      }
    },
    { code: "STORE_FULL" },
  );
  assert.ok(added > 10);
  const [queue] = await queuesOf(store);
  assert.equal(queue?.counts.pending, added);
  let drained = 0;
  for (let leases = await claim(store, 5); leases.length > 0; leases = await claim(store, 5)) {
    drained += leases.length;
    await store.exchange({
      settle: leases.map((lease) => ({ ...lease, outcome: { kind: "completed", keep: false } })),
    });
  }
  assert.equal(drained, added);
  assert.equal((await store.add([newTask(added)]))[0]?.status, "added");
});

void test("calls before open() and after the end say so", async () => {
  using folder = temporaryFolder();
  const store = sqliteStore({ path: folder.file() });
  await assert.rejects(store.add([newTask(1)]), { code: "STORE_UNAVAILABLE" });
  await store[Symbol.asyncDispose]();
  await assert.rejects(store.add([newTask(1)]), { code: "STORE_CLOSED" });
  await assert.rejects(store.open(), { code: "STORE_CLOSED" });
});

void test("a store that could not be opened can be opened once the reason is gone", async () => {
  using folder = temporaryFolder();
  writeFileSync(folder.file(), "hello");
  await using store = sqliteStore({ path: folder.file() });
  await assert.rejects(store.open(), { code: "STORE_FOREIGN" });
  rmSync(folder.file());
  await store.open();
  assert.equal((await store.add([newTask(1)]))[0]?.status, "added");
});

async function makeStore(path: string): Promise<void> {
  await using store = sqliteStore({ path });
  await store.open();
  await store.add(Array.from({ length: 100 }, (_, nth) => newTask(nth)));
}

/** Opens a store as a user who may not write everywhere: file modes mean nothing to root. Answers the error's code. */
async function openAsSomebody(path: string): Promise<string> {
  const nobody = 65_534;
  const child = spawn(
    process.execPath,
    ["--conditions=windlass:source", join(import.meta.dirname, "../../support/programs/open.ts"), path],
    { stdio: ["ignore", "pipe", "inherit"], ...(process.getuid?.() === 0 && { uid: nobody, gid: nobody }) },
  );
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  await once(child, "close");
  return printed.trim();
}
