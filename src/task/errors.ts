/**
 * Every error that Windlass reports has a stable code, a sentence that says what happened and what was expected,
 * and a next step. This table is the list of codes; `docs/errors.md` is checked against it by a test.
 */

interface CodeInfo {
  /** What the code means, whatever the particular case. */
  readonly meaning: string;
  /** What to do next. */
  readonly remedy: string;
  /** HTTP status that a server answers with. */
  readonly status: number;
  /** True if the same call may succeed later, unchanged. */
  readonly retriable?: true;
}

const table = {
  // Input
  INVALID_OPTION: {
    meaning: "An option has a value outside its range or of the wrong kind.",
    remedy: "Give a value in the range that the message names.",
    status: 400,
  },
  UNKNOWN_OPTION: {
    meaning: "An option, field, flag or setting does not exist.",
    remedy: "Check the spelling; the message names the nearest one that exists.",
    status: 400,
  },
  INVALID_NAME: {
    meaning:
      "A queue or type name is not 1 to 128 characters of A-Z a-z 0-9 . _ - that start with a letter or digit.",
    remedy: "Rename it.",
    status: 400,
  },
  INVALID_ID: {
    meaning: "A task id is not a UUID.",
    remedy: "Use the id that the enqueue answered.",
    status: 400,
  },
  INVALID_KEY: {
    meaning:
      "An idempotency key is not 1 to 255 visible ASCII characters, or a header and a body name different ones.",
    remedy: "Use a shorter or plainer key, for example a hash of it, and give it once.",
    status: 400,
  },
  INVALID_CURSOR: {
    meaning: "A page cursor does not come from an earlier answer to the same question.",
    remedy: "Start again without a cursor.",
    status: 400,
  },
  INVALID_PAYLOAD: {
    meaning: "A payload cannot be written as JSON, or the task's input schema refuses it.",
    remedy: "Mend the payload; the message names the place.",
    status: 400,
  },
  PAYLOAD_TOO_LARGE: {
    meaning: "A payload is larger than 1 MiB of JSON text.",
    remedy: "Store the data elsewhere and enqueue a reference to it.",
    status: 413,
  },
  INVALID_JSON: {
    meaning: "A request body is not JSON in UTF-8.",
    remedy: "Send one JSON document.",
    status: 400,
  },
  BODY_TOO_LARGE: {
    meaning: "A request body is larger than the limit.",
    remedy: "Send less at once, or a reference to the data.",
    status: 413,
  },
  UNSUPPORTED_MEDIA_TYPE: {
    meaning: "A request body is not declared as plain application/json.",
    remedy: "Send the header content-type: application/json and no content-encoding.",
    status: 415,
  },
  MALFORMED_REQUEST: {
    meaning: "A request is not well-formed HTTP, or ended before its body did.",
    remedy: "Send it with an HTTP client that is known to work, and compare.",
    status: 400,
  },
  HEADERS_TOO_LARGE: {
    meaning: "A request has more than 100 headers, or more than 16 KiB of them and its path together.",
    remedy: "Send fewer and shorter headers, cookies above all.",
    status: 431,
  },
  REQUEST_TIMEOUT: {
    meaning: "A request did not arrive in full in time.",
    remedy: "Send it again, without pauses; nothing was done.",
    status: 408,
    retriable: true,
  },
  INVALID_URL: {
    meaning: "A store URL cannot be used.",
    remedy: "Use memory:, sqlite:PATH or another form that the message lists.",
    status: 400,
  },
  INVALID_DEFINITION: {
    meaning: "A task definition or a module of them cannot be used.",
    remedy: "Export at least one defineTask({ type, run }) with a type of its own.",
    status: 400,
  },

  // Not there, or not now
  TASK_NOT_FOUND: {
    meaning: "No task has this id; it was never added, or its retention is over.",
    remedy: "Check the id, or list the tasks.",
    status: 404,
  },
  QUEUE_NOT_FOUND: {
    meaning: "No task was ever added to this queue.",
    remedy: "Check the name, or list the queues.",
    status: 404,
  },
  NOT_FOUND: {
    meaning: "There is nothing at this address.",
    remedy: "Check the path against the list of calls in the manual.",
    status: 404,
  },
  METHOD_NOT_ALLOWED: {
    meaning: "This address does not take this method.",
    remedy: "Use the method that the Allow header names.",
    status: 405,
  },
  WRONG_STATE: {
    meaning: "The task's state does not allow this.",
    remedy: "Look at the task; the message names the states that do.",
    status: 409,
  },
  KEY_CONFLICT: {
    meaning: "A task with the same key and another type or payload stands.",
    remedy: "Use another key, or the task that the message names.",
    status: 409,
  },
  UNAUTHENTICATED: {
    meaning: "The request has no valid token.",
    remedy: "Send the header authorization: Bearer with the server's token.",
    status: 401,
  },
  FORBIDDEN: {
    meaning: "The request comes from another site's page, or is addressed to another host.",
    remedy:
      "Call the server by the address that it listens on, from its own page or a program; or give it a token.",
    status: 403,
  },
  SHUTTING_DOWN: {
    meaning: "The process is stopping and takes no new work.",
    remedy: "Repeat the call; another process or the restarted one will take it.",
    status: 503,
    retriable: true,
  },

  // The store
  UNKNOWN: {
    meaning: "The call was sent but not answered: it may or may not have taken effect.",
    remedy: "Repeat it with the same id or key; what it already did is not done twice.",
    status: 503,
    retriable: true,
  },
  STORE_UNAVAILABLE: {
    meaning: "The store cannot be reached; nothing was written.",
    remedy: "Check that it runs and that the URL is right; windlass doctor looks closer.",
    status: 503,
    retriable: true,
  },
  STORE_BUSY: {
    meaning: "Another process held the store for longer than the deadline; nothing was written.",
    remedy: "Repeat the call; look for a program that keeps a transaction open.",
    status: 503,
    retriable: true,
  },
  STORE_FULL: {
    meaning: "The store has no room; nothing was written.",
    remedy: "Make room: drain, purge, or give it more. Workers go on and free some.",
    status: 507,
    retriable: true,
  },
  STORE_CLOSED: {
    meaning: "The store was closed before this call.",
    remedy: "Make the call before you dispose of the queue or the worker.",
    status: 503,
  },
  STORE_UNSUITABLE: {
    meaning:
      "What the store runs on, or its settings, cannot keep the promises: read-only, a network file system, evicting memory.",
    remedy: "Do what the message says; windlass doctor lists every such finding.",
    status: 503,
  },
  STORE_FOREIGN: {
    meaning: "The file or database exists and is not Windlass's.",
    remedy: "Name another one; Windlass does not touch it.",
    status: 503,
  },
  STORE_TOO_NEW: {
    meaning: "A newer Windlass has migrated the store.",
    remedy: "Update this program.",
    status: 503,
  },
  STORE_CORRUPT: {
    meaning: "The store's own data cannot be read.",
    remedy: "Restore it from a backup, and keep the broken copy for a report.",
    status: 503,
  },
  STORE_UNSUPPORTED: {
    meaning: "This store cannot do that.",
    remedy: "Use a store that can; the message names them.",
    status: 501,
  },

  // Attempts
  UNKNOWN_TYPE: {
    meaning: "The worker that claimed the task has no handler for its type.",
    remedy: "Give that worker the handler, a `*` handler, or the task a queue of its own.",
    status: 500,
  },
  UNREADABLE: {
    meaning: "The task's record or payload cannot be read.",
    remedy: "Look at the task in the dead-letter queue; its payload is kept as it is.",
    status: 500,
  },
  HANDLER_FAILED: {
    meaning: "The handler threw, or returned what cannot be stored.",
    remedy: "Look at the error of the attempt.",
    status: 500,
  },
  LEASE_LOST: {
    meaning: "The lease ran out, so the task may run elsewhere; what this attempt answers changes nothing.",
    remedy: "Keep handlers from blocking the event loop, or give the worker a longer lease.",
    status: 409,
  },
  CANCELLED: {
    meaning: "Someone asked the running task to stop.",
    remedy: "Nothing; it will not run again.",
    status: 409,
  },

  // The process
  INSECURE_BIND: {
    meaning: "A listener on an address that others can reach needs a token.",
    remedy: "Set --token (WINDLASS_TOKEN), or listen on 127.0.0.1.",
    status: 500,
  },
  PORT_TAKEN: {
    meaning: "Another program listens on this port.",
    remedy: "Stop it, or choose another with --port (WINDLASS_PORT).",
    status: 500,
  },
  SERVER_UNREACHABLE: {
    meaning: "No Windlass server answers at the target.",
    remedy: "Start one with windlass dev or windlass server, or name its address with --target.",
    status: 503,
    retriable: true,
  },
  INTERNAL: {
    meaning: "Something went wrong that should not.",
    remedy: "Report it with the request id and the log.",
    status: 500,
  },
} as const satisfies Record<string, CodeInfo>;

/** A stable name of what went wrong. */
export type ErrorCode = keyof typeof table;

/** Every code with its meaning, remedy and HTTP status. */
export const ERROR_CODES: Readonly<Record<ErrorCode, CodeInfo>> = table;

export interface WindlassErrorOptions extends ErrorOptions {
  /** What to do next in this case; by default what the code's table row says. */
  readonly remedy?: string | undefined;
  /** Where in the input: a JSON pointer (RFC 6901) or the name of an option. */
  readonly pointer?: string | undefined;
}

/** The one error class. `message` says what happened and what was expected; `remedy` says what to do next. */
export class WindlassError extends Error {
  override readonly name = "WindlassError";
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly pointer: string | undefined;

  constructor(code: ErrorCode, message: string, options: WindlassErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.remedy = options.remedy ?? ERROR_CODES[code].remedy;
    this.pointer = options.pointer;
  }

  /** HTTP status of the code. */
  get status(): number {
    return ERROR_CODES[this.code].status;
  }

  /** True if the same call may succeed later, unchanged. */
  get retriable(): boolean {
    return ERROR_CODES[this.code].retriable === true;
  }
}

/** True for a `WindlassError` with this code. */
export function hasCode(error: unknown, code: ErrorCode): error is WindlassError {
  return error instanceof WindlassError && error.code === code;
}
