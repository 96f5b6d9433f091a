/**
 * The floor on SQLite: the smallest correct program with the same durability. Tasks are added in one transaction,
 * claimed in one with a lease row per batch, and removed in one. No ids, no states, no counts, no retries.
 */
import { DatabaseSync } from "node:sqlite";

export interface Floor {
  enqueue(bodies: readonly string[]): void;
  claim(max: number): { lease: number; tasks: { rid: number; body: string }[] };
  settle(lease: number, rids: readonly number[]): void;
  close(): void;
}

export function sqliteFloor(path: string): Floor {
  const db = new DatabaseSync(path);
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE task (rid INTEGER PRIMARY KEY, body TEXT NOT NULL);
    CREATE TABLE ready (queue INTEGER, priority INTEGER, rid INTEGER, PRIMARY KEY (queue, priority, rid)) WITHOUT ROWID;
    CREATE TABLE lease (id INTEGER PRIMARY KEY, until INTEGER NOT NULL, rids TEXT NOT NULL);
  `);
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  const addTask = db.prepare("INSERT INTO task (body) VALUES (?)");
  const addReady = db.prepare("INSERT INTO ready VALUES (1, 5, ?)");
  const pick = db.prepare("SELECT rid FROM ready WHERE queue = 1 AND priority = 5 ORDER BY rid LIMIT ?");
  const take = db.prepare("DELETE FROM ready WHERE queue = 1 AND priority = 5 AND rid BETWEEN ? AND ?");
  const addLease = db.prepare("INSERT INTO lease (until, rids) VALUES (?, ?)");
  const read = db.prepare("SELECT rid, body FROM task WHERE rid BETWEEN ? AND ?");
  const drop = db.prepare("DELETE FROM task WHERE rid = ?");
  const dropLease = db.prepare("DELETE FROM lease WHERE id = ?");
  return {
    enqueue(bodies) {
      begin.run();
      for (const body of bodies) addReady.run(addTask.run(body).lastInsertRowid);
      commit.run();
    },
    claim(max) {
      begin.run();
      const rids = pick.all(max).map((row) => row["rid"] as number);
      if (rids.length === 0) {
        commit.run();
        return { lease: 0, tasks: [] };
      }
      const [first, last] = [rids[0]!, rids.at(-1)!];
      take.run(first, last);
      const lease = Number(addLease.run(performance.now(), rids.join()).lastInsertRowid);
      const tasks = read.all(first, last) as unknown as { rid: number; body: string }[];
      commit.run();
      return { lease, tasks };
    },
    settle(lease, rids) {
      begin.run();
      for (const rid of rids) drop.run(rid);
      dropLease.run(lease);
      commit.run();
    },
    close: () => db.close(),
  };
}
