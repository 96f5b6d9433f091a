/** How SQLite goes about each statement: by an index, unless the table is small by nature. */
import assert from "node:assert/strict";
import type { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { openDatabase } from "../../../src/stores/sqlite/database.ts";
import { readStatements } from "../../../src/stores/sqlite/sql.ts";
import { STATEMENTS } from "../../../src/stores/sqlite/statements.ts";
import { temporaryFolder } from "../../support/sqlite-under-test.ts";

/** Tables that may be scanned: there are as many leases as attempts run at once, and few queues. */
const SMALL = new Set(["lease", "queue"]);

/** Statements that scan or sort more, each for a reason that is said beside it. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "activity.read": [
    "SCAN json_each VIRTUAL TABLE INDEX 1:",
    "USE TEMP B-TREE FOR DISTINCT",
    "USE TEMP B-TREE FOR GROUP BY",
  ],
  "list.walkFewReady": ["SCAN ready", "USE TEMP B-TREE FOR ORDER BY"],
  "list.walkLeases": ["USE TEMP B-TREE FOR ORDER BY"],
  "lease.expired": ["USE TEMP B-TREE FOR ORDER BY"],
};

/** What the hot path, and what is asked of one queue of many, must look like, to the letter. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  "queue.infos": [
    "SEARCH queue USING INDEX sqlite_autoindex_queue_1 (name>? AND name<?)",
    "CORRELATED SCALAR SUBQUERY 1",
    "SEARCH r USING PRIMARY KEY (queue=?)",
    "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)",
  ],
  "lease.claim": ["SEARCH ready USING PRIMARY KEY (queue=?)"],
  "ready.take": [
    "SEARCH ready USING PRIMARY KEY (queue=? AND rank<?)",
    "SCALAR SUBQUERY 1",
    "SEARCH ready USING PRIMARY KEY (queue=?)",
  ],
  "lease.claimed": [
    "SEARCH l USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
    "SEARCH t USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
  ],
  "lease.held": [
    "SEARCH l USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
    "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)",
  ],
  "lease.drop": ["SEARCH lease USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"],
  "task.drop": ["SEARCH task USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"],
  "ready.addRange": ["SEARCH task USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"],
  "due.now": ["SEARCH due USING INDEX due_at (queue=? AND wall=? AND at<?)"],
  "finished.oldest": ["SEARCH finished USING INDEX finished_position (queue=? AND state=?)"],
};

const TEXTS: ReadonlyMap<string, string> = new Map(
  Object.keys(STATEMENTS).flatMap((file) =>
    [...readStatements(file)].map(([name, text]) => [`${file}.${name}`, text] as const),
  ),
);

function planOf(db: DatabaseSync, name: string): string[] {
  return db
    .prepare(`EXPLAIN QUERY PLAN ${TEXTS.get(name)!}`)
    .all()
    .map(({ detail }) => String(detail));
}

void test("no statement scans a table that grows, or sorts what an index could give in order", () => {
  using folder = temporaryFolder();
  using db = openDatabase(folder.file(), { synchronous: "full", maxBytes: undefined });
  for (const [name, text] of TEXTS) {
    // Transactions have no plan.
    if (/^(BEGIN|COMMIT|ROLLBACK)/m.test(text)) continue;
    const bad = planOf(db, name).filter(
      (detail) =>
        (/^SCAN (\w+)/.test(detail) && !SMALL.has(detail.split(" ")[1]!) && detail !== "SCAN CONSTANT ROW") ||
        detail.includes("TEMP B-TREE") ||
        detail.includes("AUTOMATIC"),
    );
    assert.deepEqual(bad, ALLOWED[name] ?? [], name);
  }
});

void test("the hot path, and a look at one queue of many, goes by the indexes that were made for it", () => {
  using folder = temporaryFolder();
  using db = openDatabase(folder.file(), { synchronous: "full", maxBytes: undefined });
  for (const [name, expected] of Object.entries(EXPECTED)) assert.deepEqual(planOf(db, name), expected, name);
  assert.ok(
    planOf(db, "activity.read").includes("SEARCH activity USING INDEX activity_queue (queue=? AND minute>?)"),
  );
});
