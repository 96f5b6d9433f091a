/** A program whose working directory was removed: every path that is seen from there leads nowhere. */
import { WindlassError } from "./errors.ts";

/** What `act` answers. Fails with `NOT_FOUND` if it asks for the working directory and that is gone. */
export function inWorkingFolder<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if ((error as NodeJS.ErrnoException | null)?.syscall !== "uv_cwd") throw error;
    throw new WindlassError("NOT_FOUND", "the working directory of this process was removed", {
      cause: error,
      remedy: "Change to a directory that is there (cd), and call again.",
    });
  }
}
