/** A look at the file and its settings. */
import { statfsSync, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import type { Finding } from "../../store/facets.ts";
import { sqliteVersion } from "./database.ts";

/** A check reads the whole file: about 1 s for this much. Larger ones are left to a quiet moment. */
const CHECKED_BYTES = 256 * 2 ** 20;

/** A log larger than this does not get smaller by itself while a reader stands in the way. */
const LARGE_LOG_BYTES = 64 * 2 ** 20;

export function diagnose(
  db: DatabaseSync,
  path: string,
  { thorough = false }: { readonly thorough?: boolean | undefined } = {},
): Finding[] {
  return [
    {
      level: "ok",
      topic: "version",
      message: `SQLite ${sqliteVersion(db)}, schema ${pragma(db, "user_version")}.`,
    },
    journalMode(db),
    synchronous(db),
    fileSystem(path),
    fileMode(path),
    log(path),
    ...(thorough ? [integrity(db, path)] : []),
  ];
}

function journalMode(db: DatabaseSync): Finding {
  const mode = pragma(db, "journal_mode");
  if (mode === "wal") return { level: "ok", topic: "journal_mode", message: "Write-ahead log." };
  return {
    level: "error",
    topic: "journal_mode",
    message: `The journal mode is ${mode}; readers and writers block each other.`,
    remedy: "Stop every program that uses the file and start again; the store sets WAL when it opens.",
  };
}

function synchronous(db: DatabaseSync): Finding {
  if (Number(pragma(db, "synchronous")) >= 2) {
    return {
      level: "ok",
      topic: "synchronous",
      message: "FULL: what was acknowledged is on the disk.",
    };
  }
  return {
    level: "warning",
    topic: "synchronous",
    message: "NORMAL: the last commits may be lost with the power (not with a process).",
    remedy: 'Leave out the option synchronous: "normal" if acknowledged tasks must survive a power loss.',
  };
}

function fileSystem(path: string): Finding {
  const magic = statfsSync(path).type >>> 0;
  return { level: "ok", topic: "file system", message: `Local (type 0x${magic.toString(16)}).` };
}

function fileMode(path: string): Finding {
  const mode = statSync(path).mode & 0o777;
  const octal = `0${mode.toString(8)}`;
  if ((mode & 0o077) === 0)
    return { level: "ok", topic: "file mode", message: `${octal}: its owner's alone.` };
  return {
    level: "warning",
    topic: "file mode",
    message: `${octal}: other users of this machine may read the payloads.`,
    remedy: `chmod 600 ${path}`,
  };
}

function log(path: string): Finding {
  const bytes = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  const message = `The write-ahead log has ${(bytes / 2 ** 20).toFixed(1)} MiB.`;
  if (bytes <= LARGE_LOG_BYTES) return { level: "ok", topic: "log", message };
  return {
    level: "warning",
    topic: "log",
    message,
    remedy: "Look for a program that keeps a read transaction open on the file.",
  };
}

function integrity(db: DatabaseSync, path: string): Finding {
  if (statSync(path).size > CHECKED_BYTES) {
    return {
      level: "ok",
      topic: "integrity",
      message: "Not checked: the file is larger than 256 MiB.",
      remedy: `In a quiet moment: sqlite3 ${path} 'PRAGMA quick_check'`,
    };
  }
  const [first] = db.prepare("PRAGMA quick_check(1)").all();
  const found = String(first?.["quick_check"]);
  if (found === "ok") return { level: "ok", topic: "integrity", message: "The file is sound." };
  return {
    level: "error",
    topic: "integrity",
    message: `The file is damaged: ${found}`,
    remedy: "Stop every program that uses it, keep a copy for a report, and restore a backup.",
  };
}

function pragma(db: DatabaseSync, name: string): string {
  return String(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
}
