/** What the process's exit code says. One table, so that scripts can rely on it. */
import { type ErrorKind, WindlassError } from "../task/errors.ts";

export const EXIT = {
  ok: 0,
  /** Unexpected: a bug, or a handler's doing. */
  failed: 1,
  /** The command line, the configuration or the input is wrong. */
  usage: 2,
  notFound: 3,
  /** The state of things does not allow it. */
  conflict: 4,
  unauthenticated: 5,
  /** The store or the server cannot be reached or used. */
  unreachable: 6,
  /** Some of a bulk action was refused or failed. */
  partial: 8,
} as const;

/** No code needs a row of its own: a script wants to know the kind, and the message has the code. */
const BY_KIND: Readonly<Record<ErrorKind, number>> = {
  invalid: EXIT.usage,
  missing: EXIT.notFound,
  conflict: EXIT.conflict,
  denied: EXIT.unauthenticated,
  unavailable: EXIT.unreachable,
  full: EXIT.unreachable,
  internal: EXIT.failed,
};

/** The exit code for anything thrown. */
export function exitCodeOf(error: unknown): number {
  return error instanceof WindlassError ? BY_KIND[error.kind] : EXIT.failed;
}
