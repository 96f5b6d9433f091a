/** How SQLite goes about each statement: by an index, unless the table is small by nature. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { openDatabase } from "../../../src/stores/sqlite/database.ts";
import { sql } from "../../../src/stores/sqlite/sql.ts";
import { temporaryFolder } from "../../support/sqlite-under-test.ts";

/** Tables that may be scanned: there are as many leases as attempts run at once, and few queues. */
const SMALL = new Set(["lease", "queue"]);

/** Statements that scan or sort more, each for a reason that its file gives. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "walk-few-pending": ["SCAN ready", "USE TEMP B-TREE FOR ORDER BY"],
  "walk-running": ["USE TEMP B-TREE FOR ORDER BY"],
  "held-expired": ["USE TEMP B-TREE FOR ORDER BY"],
};

/** What the hot path must look like, to the letter. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  claim: ["SEARCH ready USING PRIMARY KEY (queue=?)"],
  "claim-take": [
    "SEARCH ready USING PRIMARY KEY (queue=? AND rank<?)",
    "SCALAR SUBQUERY 1",
    "SEARCH ready USING PRIMARY KEY (queue=?)",
  ],
  "claim-read": [
    "SEARCH l USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
    "SEARCH t USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
  ],
  held: [
    "SEARCH l USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
    "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)",
  ],
  "lease-drop": ["SEARCH lease USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"],
  "task-drop": ["SEARCH task USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"],
  "add-ready": ["SEARCH task USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"],
  "due-now": ["SEARCH due USING INDEX due_at (queue=? AND at<?)"],
  "finished-oldest": ["SEARCH finished USING INDEX finished_place (queue=? AND state=?)"],
};

function planOf(db: DatabaseSync, name: string): string[] {
  return db
    .prepare(`EXPLAIN QUERY PLAN ${sql(name)}`)
    .all()
    .map(({ detail }) => String(detail));
}

void test("no statement scans a table that grows, or sorts what an index could give in order", () => {
  using folder = temporaryFolder();
  using db = openDatabase(folder.file(), { synchronous: "full", maxBytes: undefined });
  const names = readdirSync(join(import.meta.dirname, "../../../src/stores/sqlite/sql")).map((file) =>
    file.replace(/\.sql$/, ""),
  );
  assert.ok(names.length > 50);
  for (const name of names.filter((each) => each !== "begin")) {
    const bad = planOf(db, name).filter(
      (detail) =>
        (/^SCAN (\w+)/.test(detail) && !SMALL.has(detail.split(" ")[1]!) && detail !== "SCAN CONSTANT ROW") ||
        detail.includes("TEMP B-TREE") ||
        detail.includes("AUTOMATIC"),
    );
    assert.deepEqual(bad, ALLOWED[name] ?? [], name);
  }
});

void test("the hot path goes by the indexes that were made for it", () => {
  using folder = temporaryFolder();
  using db = openDatabase(folder.file(), { synchronous: "full", maxBytes: undefined });
  for (const [name, expected] of Object.entries(EXPECTED)) assert.deepEqual(planOf(db, name), expected, name);
});
