/** What the process's exit code says. One table, so that scripts can rely on it. */
import { type ErrorCode, WindlassError } from "../task/errors.ts";

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

/** Every code has a row: a new code does not compile until someone has decided what it means for a script. */
const table: Readonly<Record<ErrorCode, number>> = {
  INVALID_OPTION: EXIT.usage,
  UNKNOWN_OPTION: EXIT.usage,
  INVALID_NAME: EXIT.usage,
  INVALID_ID: EXIT.usage,
  INVALID_KEY: EXIT.usage,
  INVALID_CURSOR: EXIT.usage,
  INVALID_PAYLOAD: EXIT.usage,
  PAYLOAD_TOO_LARGE: EXIT.usage,
  INVALID_JSON: EXIT.usage,
  BODY_TOO_LARGE: EXIT.usage,
  UNSUPPORTED_MEDIA_TYPE: EXIT.usage,
  INVALID_URL: EXIT.usage,
  INVALID_DEFINITION: EXIT.usage,
  INSECURE_BIND: EXIT.usage,
  MALFORMED_REQUEST: EXIT.usage,
  HEADERS_TOO_LARGE: EXIT.usage,
  METHOD_NOT_ALLOWED: EXIT.usage,
  TASK_NOT_FOUND: EXIT.notFound,
  QUEUE_NOT_FOUND: EXIT.notFound,
  NOT_FOUND: EXIT.notFound,
  WRONG_STATE: EXIT.conflict,
  KEY_CONFLICT: EXIT.conflict,
  LEASE_LOST: EXIT.conflict,
  CANCELLED: EXIT.conflict,
  PORT_TAKEN: EXIT.conflict,
  STORE_UNSUPPORTED: EXIT.conflict,
  UNAUTHENTICATED: EXIT.unauthenticated,
  FORBIDDEN: EXIT.unauthenticated,
  REQUEST_TIMEOUT: EXIT.unreachable,
  SHUTTING_DOWN: EXIT.unreachable,
  SERVER_UNREACHABLE: EXIT.unreachable,
  UNKNOWN: EXIT.unreachable,
  STORE_UNAVAILABLE: EXIT.unreachable,
  STORE_BUSY: EXIT.unreachable,
  STORE_FULL: EXIT.unreachable,
  STORE_CLOSED: EXIT.unreachable,
  STORE_UNSUITABLE: EXIT.unreachable,
  STORE_FOREIGN: EXIT.unreachable,
  STORE_TOO_NEW: EXIT.unreachable,
  STORE_CORRUPT: EXIT.unreachable,
  UNKNOWN_TYPE: EXIT.failed,
  UNREADABLE: EXIT.failed,
  HANDLER_FAILED: EXIT.failed,
  INTERNAL: EXIT.failed,
};

/** The exit code for anything thrown. */
export function exitCodeOf(error: unknown): number {
  return error instanceof WindlassError ? table[error.code] : EXIT.failed;
}
