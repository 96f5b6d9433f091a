/** SQLite's errors in Windlass's words: https://sqlite.org/rescode.html */
import { type ErrorCode, WindlassError } from "../../task/errors.ts";
import { reasonOf, shorten } from "../../task/quote.ts";

const BUSY = 5;
const LOCKED = 6;
const PROTOCOL = 15;

interface Meaning {
  readonly code: ErrorCode;
  readonly says: string;
}

/** By primary result code, the low byte of SQLite's extended codes. */
const MEANINGS: Readonly<Record<number, Meaning>> = {
  3: { code: "STORE_UNSUITABLE", says: "may not be opened by this user" },
  7: { code: "STORE_UNAVAILABLE", says: "cannot be used: out of memory" },
  8: { code: "STORE_UNSUITABLE", says: "is read-only; expected a file and a directory that can be written" },
  10: { code: "STORE_UNAVAILABLE", says: "cannot be read or written: the disk or file system fails" },
  11: { code: "STORE_CORRUPT", says: "is damaged" },
  13: { code: "STORE_FULL", says: "has no room left: the disk or the file's limit is reached" },
  14: { code: "STORE_UNSUITABLE", says: "cannot be opened; expected a directory in which files can be made" },
  18: { code: "PAYLOAD_TOO_LARGE", says: "cannot take a value this large" },
  26: { code: "STORE_CORRUPT", says: "is no longer a database: something else has written into it" },
};

/** True if another connection is in the way and the same attempt may soon succeed. */
export function isBusy(error: unknown): boolean {
  const result = resultOf(error);
  return result === BUSY || result === LOCKED || result === PROTOCOL;
}

/** The primary result code of an SQLite error; undefined for any other. */
export function resultOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number")
    return undefined;
  return error.errcode & 0xff;
}

/** The error as users see it. One that is neither SQLite's nor Windlass's is a mistake of ours. */
export function toWindlassError(error: unknown, path: string): WindlassError {
  if (error instanceof WindlassError) return error;
  const result = resultOf(error);
  const name = shorten(path);
  const detail = reasonOf(error);
  const meaning = result === undefined ? undefined : MEANINGS[result];
  if (meaning === undefined) {
    return new WindlassError("INTERNAL", `the SQLite store ${name} failed: ${detail}`, { cause: error });
  }
  return new WindlassError(meaning.code, `${name} ${meaning.says} (SQLite: ${detail})`, { cause: error });
}
