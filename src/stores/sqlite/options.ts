/** What the store can be told. */
import type { Clock, Random } from "../../store/clock.ts";
import { WindlassError } from "../../task/errors.ts";
import { checkKeys, invalidOption } from "../../task/options.ts";

export interface SqliteStoreOptions {
  /** Where the file is; relative to the working directory at the time of the call. Directories are made. */
  readonly path: string;
  /**
   * `full` (default): an acknowledged call survives a power loss, if the disk keeps its word. `normal`: it survives
   * the end of any process, but the last ones before a power loss may be lost; nothing is ever damaged.
   */
  readonly synchronous?: "full" | "normal" | undefined;
  /** The file never grows beyond this many bytes: calls that would need more fail with `STORE_FULL`. No limit by default. */
  readonly maxBytes?: number | undefined;
  /** The store's clock; the system's by default. */
  readonly clock?: Clock | undefined;
  /** Spreads the tries of those who wait for the write lock. */
  readonly random?: Random | undefined;
}

/** An empty store takes about 100 kB. */
const LEAST_BYTES = 2 ** 18;

const KEYS: readonly (keyof SqliteStoreOptions)[] = ["path", "synchronous", "maxBytes", "clock", "random"];

/** Fails with `INVALID_OPTION` for what is no object, and with `UNKNOWN_OPTION` for what it should not have. */
export function checkOptions(options: SqliteStoreOptions): void {
  checkKeys(options, KEYS, "sqliteStore");
}

/** The path, or fails with `INVALID_OPTION`. */
export function checkPath(path: unknown): string {
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw invalidOption("path", path, "the path of a file");
  }
  if (path === ":memory:") {
    throw new WindlassError("INVALID_OPTION", 'path is ":memory:"; expected the path of a file', {
      pointer: "path",
      remedy: "Use the memory store (memory:) for tasks that need not outlive the process.",
    });
  }
  return path;
}

/** The mode, `full` if there is none, or fails with `INVALID_OPTION`. */
export function checkSynchronous(synchronous: unknown): "full" | "normal" {
  if (synchronous === undefined || synchronous === "full") return "full";
  if (synchronous === "normal") return "normal";
  throw invalidOption("synchronous", synchronous, "full or normal");
}

/** The limit, or fails with `INVALID_OPTION`. */
export function checkMaxBytes(maxBytes: unknown): number | undefined {
  if (maxBytes === undefined) return undefined;
  if (typeof maxBytes === "number" && maxBytes >= LEAST_BYTES && Number.isSafeInteger(maxBytes))
    return maxBytes;
  throw invalidOption("maxBytes", maxBytes, `a whole number from ${LEAST_BYTES}`);
}
