/** Opening the file: every setting that the promises rest on is made here, and none is left to a default. */
import { DatabaseSync } from "node:sqlite";
import { WindlassError } from "../../task/errors.ts";
import { APPLICATION_ID, migrate, versionOf } from "./migrate.ts";
import { checkVersion } from "./preflight.ts";

export interface Settings {
  /** `full`: a commit is on the disk. `normal`: the last commits may be lost with the power, never with a process. */
  readonly synchronous: "full" | "normal";
  /** The file never grows beyond; undefined for no limit. */
  readonly maxBytes: number | undefined;
}

const PAGE_BYTES = 4_096;

/** Older ones may damage a file in WAL mode that several connections write to (sqlite.org/wal.html, "WAL-reset bug"). */
const OLDEST_SQLITE = "3.51.3";

/** Opens, sets up and migrates. Fails with SQLite's own errors; a busy one may be tried again. */
export function openDatabase(path: string, settings: Settings): DatabaseSync {
  // No time for SQLite's own busy handler, which would sleep in this thread: see lock-waiter.ts.
  const db = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: false });
  try {
    checkVersion(path, versionOf(db));
    checkSqlite(db);
    db.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
    // Before WAL, so that it is in the file itself: whoever looks at a file that crashed here finds it ours.
    if (versionOf(db) === 0) db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    db.exec("PRAGMA journal_mode = WAL");
    db.exec(`PRAGMA synchronous = ${settings.synchronous === "full" ? "FULL" : "NORMAL"}`);
    db.exec(PRAGMAS);
    if (settings.maxBytes !== undefined) {
      db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(settings.maxBytes / PAGE_BYTES))}`);
    }
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

// temp_store: sorting must not need a disk that may be full. cache_size: 16 MiB hold the ends of the trees that a
// queue works at. wal_autocheckpoint: 1,000 pages are 4 MB; a queue rewrites the same few pages, so most of a larger
// log would be the same pages again, and the commit that has to copy them would stall longer.
// journal_size_limit: what a burst or a long reader made of the log is given back to the disk.
const PRAGMAS = `
  PRAGMA temp_store = MEMORY;
  PRAGMA cache_size = -16384;
  PRAGMA wal_autocheckpoint = 1000;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA trusted_schema = OFF;
`;

function checkSqlite(db: DatabaseSync): void {
  const sqlite = sqliteVersion(db);
  if (sqlite.localeCompare(OLDEST_SQLITE, "en", { numeric: true }) < 0) {
    throw new WindlassError(
      "STORE_UNSUITABLE",
      `this Node.js has SQLite ${sqlite}, which can damage files in use by several processes; expected ${OLDEST_SQLITE} or newer`,
      { remedy: "Update Node.js." },
    );
  }
}

export function sqliteVersion(db: DatabaseSync): string {
  return String(db.prepare("SELECT sqlite_version() AS version").get()?.["version"]);
}
