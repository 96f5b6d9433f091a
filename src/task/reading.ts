/** Reading what a program without types handed over: a getter or a proxy may fail, whatever is asked of it. */
import { WindlassError } from "./errors.ts";

/** True for a list; false for a proxy that cannot be asked. */
export function isList(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** What `read` answers; what it throws, unless it is an error of ours, as `INVALID_OPTION`. */
export function reading<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw unreadable(what, error);
  }
}

/** The error for what cannot be read; one of ours stays what it is. */
export function unreadable(what: string, error: unknown): WindlassError {
  if (error instanceof WindlassError) return error;
  return new WindlassError("INVALID_OPTION", `${what} cannot be read: it throws; expected plain values`, {
    cause: error,
  });
}
