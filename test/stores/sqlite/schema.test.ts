/** The file: its schema, its settings, its directory. */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { openDatabase } from "../../../src/stores/sqlite/database.ts";
import { sqliteStore } from "../../../src/stores/sqlite/index.ts";
import { APPLICATION_ID, migrate, VERSION } from "../../../src/stores/sqlite/migrate.ts";
import { textOf } from "../../../src/stores/sqlite/texts.ts";
import { manualClock } from "../../../src/testing/index.ts";
import { assertSound, newTask, uuid } from "../../support/sqlite-fixture.ts";
import { temporaryFolder } from "../../support/sqlite-under-test.ts";
import { queuesOf } from "../../support/queues-of.ts";

const GOLDEN = join(import.meta.dirname, "../../../src/stores/sqlite/schema.golden.sql");

const FULL = { synchronous: "full", maxBytes: undefined } as const;

function dump(db: DatabaseSync): string {
  const rows = db
    .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name")
    .all()
    .map(({ sql }) => `${String(sql)};\n`);
  return `PRAGMA user_version = ${VERSION};\n\n${rows.join("\n")}`;
}

function pragma(db: DatabaseSync, name: string): unknown {
  return Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}

void test("an empty file is migrated to the golden schema", () => {
  using folder = temporaryFolder();
  using db = openDatabase(folder.file(), FULL);
  assert.equal(
    dump(db),
    readFileSync(GOLDEN, "utf8"),
    "a migration changed the schema: is the golden file to follow?",
  );
});

void test("migrating twice changes nothing", () => {
  using folder = temporaryFolder();
  using db = openDatabase(folder.file(), FULL);
  const before = dump(db);
  migrate(db);
  assert.equal(dump(db), before);
  assert.equal(pragma(db, "user_version"), VERSION);
});

void test("a file of version 2 keeps what is in it, and its totals begin with the last day", async () => {
  using folder = temporaryFolder();
  {
    using db = new DatabaseSync(folder.file());
    db.exec(
      `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA journal_mode = wal; ${textOf("migrations/002.sql")}`,
    );
    db.exec("INSERT INTO queue (qid, name, completed) VALUES (1, 'mail', 2), (2, 'new', 0)");
    db.exec("INSERT INTO activity VALUES (1, 1, 5, 3, 2, 0, 0), (2, 1, 1, 1, 0, 4, 1)");
    db.exec("PRAGMA user_version = 2");
  }
  await using store = sqliteStore({ path: folder.file() });
  await store.open();
  const [mail, other] = await queuesOf(store);
  assert.deepEqual([mail?.name, mail?.counts.completed], ["mail", 2]);
  assert.deepEqual(mail?.totals, { added: 6, completed: 4, failed: 2, crashed: 4, dead: 1, unhandled: 0 });
  assert.deepEqual(other?.totals, { added: 0, completed: 0, failed: 0, crashed: 0, dead: 0, unhandled: 0 });
});

void test("a file of version 5 goes on counting, and counts what nobody handles from then on", async () => {
  using folder = temporaryFolder();
  const clock = manualClock();
  {
    using db = new DatabaseSync(folder.file());
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA journal_mode = wal`);
    for (const version of [2, 3, 4, 5]) db.exec(textOf(`migrations/00${version}.sql`));
    const minute = Math.floor(clock.now() / 60_000);
    db.exec(`
      PRAGMA user_version = 5;
      INSERT INTO queue (name, total_added) VALUES ('q', 7);
      INSERT INTO activity VALUES (${minute}, 1, 7, 0, 0, 0, 0);
    `);
  }
  await using store = sqliteStore({ path: folder.file(), clock });
  await store.open();
  await store.add([{ ...newTask(1), queue: "q" }]);
  const { leases } = await store.exchange({
    settle: [],
    claim: { queues: ["q"], max: 1, leaseMs: 1_000, worker: "w" },
  });
  const outcome = { kind: "requeue", delayMs: 1, why: "unhandled" } as const;
  await store.exchange({ settle: leases.map(({ id, queue, token }) => ({ id, queue, token, outcome })) });
  const expected = { added: 8, completed: 0, failed: 0, crashed: 0, dead: 0, unhandled: 1 };
  assert.deepEqual((await store.queue("q"))?.totals, expected);
  const [{ minute: _, ...minute } = assert.fail("no minute")] = await store.activity({
    queues: ["q"],
    minutes: 5,
  });
  assert.deepEqual(minute, expected);
});

void test("what a file of version 2 has waiting comes when it would have, by store time", async () => {
  using folder = temporaryFolder();
  const clock = manualClock();
  {
    using db = new DatabaseSync(folder.file());
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA journal_mode = wal`);
    db.exec(textOf("migrations/002.sql"));
    const at = clock.now() + 1_000;
    db.exec(`
      PRAGMA user_version = 2;
      INSERT INTO queue (name, scheduled, running) VALUES ('q', 1, 1);
      INSERT INTO task VALUES (1, '${uuid(1)}', 1, 'work', 0, 0, ${at}, 0, 0, 0, NULL, NULL, '{}');
      INSERT INTO task VALUES (2, '${uuid(2)}', 1, 'work', 0, 0, 0, 0, 0, 0, NULL, NULL, '{}');
      INSERT INTO due VALUES (1, 'scheduled', 1, ${at});
      INSERT INTO lease (rid, queue, worker, started_at, until) VALUES (2, 1, 'w', 0, ${at});
      UPDATE sequence SET last = 2;
    `);
  }
  await using store = sqliteStore({ path: folder.file(), clock });
  await store.open();
  clock.step("1h");
  await clock.advance(999);
  const early = await store.maintain({ limit: 9 });
  await clock.advance(1);
  const late = await store.maintain({ limit: 9 });
  assert.deepEqual([early.promoted, early.expired, late.promoted, late.expired], [0, 0, 1, 1]);
  assertSound(folder.file());
});

void test("what was written is there after closing and opening again", async () => {
  using folder = temporaryFolder();
  {
    await using store = sqliteStore({ path: folder.file() });
    await store.open();
    await store.add([newTask(1)]);
  }
  await using store = sqliteStore({ path: folder.file() });
  await store.open();
  assert.equal((await store.get(newTask(1).id))?.payload, newTask(1).payload);
});

void test("a file that was only begun is finished", async () => {
  using folder = temporaryFolder();
  {
    // As a crash between the first setting and the migration leaves it.
    using db = new DatabaseSync(folder.file());
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  }
  await using store = sqliteStore({ path: folder.file() });
  await store.open();
  assert.deepEqual(await queuesOf(store), []);
});

void test("every setting that the promises rest on is made", () => {
  using folder = temporaryFolder();
  using db = openDatabase(folder.file(), FULL);
  assert.equal(pragma(db, "journal_mode"), "wal");
  assert.equal(pragma(db, "synchronous"), 2);
  assert.equal(pragma(db, "application_id"), APPLICATION_ID);
  using normal = openDatabase(folder.file(), { synchronous: "normal", maxBytes: 2 ** 20 });
  assert.equal(pragma(normal, "synchronous"), 1);
  assert.equal(pragma(normal, "max_page_count"), 256);
});

void test("the directory is made, and the files are their owner's alone", async () => {
  using folder = temporaryFolder();
  const path = folder.file("deep/er/windlass.db");
  await using store = sqliteStore({ path });
  await store.open();
  await store.add([newTask(1)]);
  for (const suffix of ["", "-wal", "-shm", "-notify"]) {
    assert.equal(statSync(`${path}${suffix}`).mode & 0o777, 0o600, `mode of ${suffix}`);
  }
  assert.equal(statSync(join(path, "..")).mode & 0o777, 0o700);
});

void test("diagnosing names every setting and finds all well", async () => {
  using folder = temporaryFolder();
  await using store = sqliteStore({ path: folder.file() });
  await store.open();
  const settings = ["version", "journal_mode", "synchronous", "file system", "file mode", "log"];
  // A check of the whole file would stop a program for a second at every start, and at every probe that asks for it.
  for (const [thorough, topics] of [
    [false, settings],
    [true, [...settings, "integrity"]],
  ] as const) {
    const findings = await store.diagnose({ thorough });
    assert.deepEqual(
      findings.map(({ topic, level }) => [topic, level]),
      topics.map((topic) => [topic, "ok"]),
    );
  }
});

void test("diagnosing warns of relaxed settings", async () => {
  using folder = temporaryFolder();
  await using store = sqliteStore({ path: folder.file(), synchronous: "normal" });
  await store.open();
  const findings = await store.diagnose();
  const synchronous = findings.find(({ topic }) => topic === "synchronous");
  assert.equal(synchronous?.level, "warning");
  assert.match(synchronous?.remedy ?? "", /synchronous/);
});
