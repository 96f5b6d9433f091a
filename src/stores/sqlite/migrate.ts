/** The schema's versions. A migration is never changed once it was published; a new one is added. */
import type { DatabaseSync } from "node:sqlite";
import { textOf } from "./texts.ts";

/** `WNDL`: tells our files from everybody else's (https://sqlite.org/pragma.html#pragma_application_id). */
export const APPLICATION_ID = 0x574e444c;

/** The oldest version that can be used. Version 1 was that of development before the first release. */
export const OLDEST_VERSION = 2;

/** The newest version of the schema: that of `migrations/NNN.sql` with the highest number. */
export const VERSION = 6;

/** The schema version of an open file: 0 is a new one. */
export function versionOf(db: DatabaseSync): number {
  return Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
}

/** Runs the migrations that the file has not seen, each in a transaction of its own. */
export function migrate(db: DatabaseSync): void {
  for (let version = versionOf(db); version < VERSION; version = versionOf(db)) {
    const next = version === 0 ? OLDEST_VERSION : version + 1;
    db.exec("BEGIN IMMEDIATE");
    try {
      // Asked again under the lock: several processes may start at once.
      if (versionOf(db) === version) {
        db.exec(migration(next));
        db.exec(`PRAGMA user_version = ${next}`);
      }
      db.exec("COMMIT");
    } catch (error) {
      if (db.isTransaction) db.exec("ROLLBACK");
      throw error;
    }
  }
}

function migration(version: number): string {
  return textOf(`migrations/${String(version).padStart(3, "0")}.sql`);
}
