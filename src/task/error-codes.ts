/** The list of error codes. `docs/errors.md` is checked against it by a test. */

/** What sort of failure a code is, in no protocol's words: each entry point says which status or exit code that means. */
export type ErrorKind =
  /** The call itself is wrong; it will be refused again. */
  | "invalid"
  /** What it names is not there. */
  | "missing"
  /** The state of things does not allow it. */
  | "conflict"
  /** The caller may not. */
  | "denied"
  /** What has to do it cannot be reached or used. */
  | "unavailable"
  /** There is no room. */
  | "full"
  /** It went wrong on our side, or in a handler. */
  | "internal";

export interface CodeInfo {
  readonly kind: ErrorKind;
  /** What the code means, whatever the particular case. */
  readonly meaning: string;
  /** What to do next. */
  readonly remedy: string;
  /** True if the same call may succeed later, unchanged. */
  readonly retriable?: true;
}

const table = {
  // Input
  INVALID_OPTION: {
    kind: "invalid",
    meaning: "An option has a value outside its range or of the wrong kind.",
    remedy: "Give a value in the range that the message names.",
  },
  UNKNOWN_OPTION: {
    kind: "invalid",
    meaning: "An option, field, flag or setting does not exist.",
    remedy: "Check the spelling; the message names the nearest one that exists.",
  },
  INVALID_NAME: {
    kind: "invalid",
    meaning:
      "A queue or type name is not 1 to 128 characters of A-Z a-z 0-9 . _ - that start with a letter or digit.",
    remedy: "Rename it.",
  },
  INVALID_ID: {
    kind: "invalid",
    meaning: "A task id is not a UUID.",
    remedy: "Use the id that the enqueue answered.",
  },
  INVALID_KEY: {
    kind: "invalid",
    meaning:
      "An idempotency key is not 1 to 255 visible ASCII characters, or a header and a body name different ones.",
    remedy: "Use a shorter or plainer key, for example a hash of it, and give it once.",
  },
  INVALID_CURSOR: {
    kind: "invalid",
    meaning: "A page cursor does not come from an earlier answer to the same question.",
    remedy: "Start again without a cursor.",
  },
  INVALID_PAYLOAD: {
    kind: "invalid",
    meaning: "A payload cannot be written as JSON, or the task's input schema refuses it.",
    remedy: "Mend the payload; the message names the path.",
  },
  PAYLOAD_TOO_LARGE: {
    kind: "invalid",
    meaning: "A payload is larger than 1 MiB of JSON text.",
    remedy: "Store the data elsewhere and enqueue a reference to it.",
  },
  INVALID_JSON: {
    kind: "invalid",
    meaning: "A request body is not JSON in UTF-8.",
    remedy: "Send one JSON document.",
  },
  BODY_TOO_LARGE: {
    kind: "invalid",
    meaning: "A request body is larger than the limit.",
    remedy: "Send less at once, or a reference to the data.",
  },
  UNSUPPORTED_MEDIA_TYPE: {
    kind: "invalid",
    meaning: "A request body is not declared as plain application/json.",
    remedy: "Send the header content-type: application/json and no content-encoding.",
  },
  MALFORMED_REQUEST: {
    kind: "invalid",
    meaning: "A request is not well-formed HTTP, or ended before its body did.",
    remedy: "Send it with an HTTP client that is known to work, and compare.",
  },
  HEADERS_TOO_LARGE: {
    kind: "invalid",
    meaning: "A request has more than 100 headers, or more than 16 KiB of them and its path together.",
    remedy: "Send fewer and shorter headers, cookies above all.",
  },
  REQUEST_TIMEOUT: {
    kind: "unavailable",
    meaning: "A request did not arrive in full in time.",
    remedy: "Send it again, without pauses; nothing was done.",
    retriable: true,
  },
  SERVER_BUSY: {
    kind: "unavailable",
    meaning: "More request bodies are under way than the server keeps in memory; nothing was written.",
    remedy: "Repeat the call a little later, or send less at once.",
    retriable: true,
  },
  INVALID_URL: {
    kind: "invalid",
    meaning: "A store URL cannot be used.",
    remedy: "Use memory:, sqlite:PATH or another form that the message lists.",
  },
  INVALID_DEFINITION: {
    kind: "invalid",
    meaning: "A task definition or a module of them cannot be used.",
    remedy: "Export at least one defineTask({ type, run }) with a type of its own.",
  },

  // Not there, or not now
  TASK_NOT_FOUND: {
    kind: "missing",
    meaning: "No task has this id; it was never added, or its retention is over.",
    remedy: "Check the id, or list the tasks.",
  },
  QUEUE_NOT_FOUND: {
    kind: "missing",
    meaning:
      "No queue of this name is known: it never had a task, was purged to its last one, or is long empty.",
    remedy: "Check the name, or list the queues.",
  },
  NOT_FOUND: {
    kind: "missing",
    meaning: "There is nothing at this address.",
    remedy: "Check the path against the list of calls in the manual.",
  },
  METHOD_NOT_ALLOWED: {
    kind: "invalid",
    meaning: "This address does not take this method.",
    remedy: "Use the method that the Allow header names.",
  },
  WRONG_STATE: {
    kind: "conflict",
    meaning: "The task's state does not allow this.",
    remedy: "Look at the task; the message names the states that do.",
  },
  KEY_CONFLICT: {
    kind: "conflict",
    meaning: "A task with the same key or id and another type or payload stands.",
    remedy: "Use another key or id, or the task that the message names.",
  },
  UNAUTHENTICATED: {
    kind: "denied",
    meaning: "The request has no valid token.",
    remedy: "Send the header authorization: Bearer with the server's token.",
  },
  FORBIDDEN: {
    kind: "denied",
    meaning: "The request comes from another site's page, through a proxy, or is addressed to another host.",
    remedy:
      "Call the server by the address that it listens on, from its own page or a program; or give it a token.",
  },
  SHUTTING_DOWN: {
    kind: "unavailable",
    meaning: "The process is stopping and takes no new work.",
    remedy: "Repeat the call; another process or the restarted one will take it.",
    retriable: true,
  },

  // The store
  UNKNOWN: {
    kind: "unavailable",
    meaning: "The call was sent but not answered: it may or may not have taken effect.",
    remedy: "Repeat it with the same id or key; what it already did is not done twice.",
    retriable: true,
  },
  STORE_UNAVAILABLE: {
    kind: "unavailable",
    meaning: "The store cannot be reached; nothing was written.",
    remedy: "Check that it runs and that the URL is right; windlass doctor looks closer.",
    retriable: true,
  },
  STORE_BUSY: {
    kind: "unavailable",
    meaning: "Another process held the store for longer than the deadline; nothing was written.",
    remedy: "Repeat the call; look for a program that keeps a transaction open.",
    retriable: true,
  },
  STORE_FULL: {
    kind: "full",
    meaning: "The store has no room; nothing was written.",
    remedy: "Make room: drain, purge, or give it more. Workers go on and free some.",
    retriable: true,
  },
  STORE_CLOSED: {
    kind: "unavailable",
    meaning: "The store was closed before this call.",
    remedy: "Make the call before you dispose of the client or the worker.",
  },
  STORE_UNSUITABLE: {
    kind: "unavailable",
    meaning:
      "What the store runs on, or its settings, cannot keep the promises: read-only, a network file system, evicting memory.",
    remedy: "Do what the message says; windlass doctor lists every such finding.",
  },
  STORE_FOREIGN: {
    kind: "unavailable",
    meaning: "The file or database exists and is not Windlass's.",
    remedy: "Name another one; Windlass does not touch it.",
  },
  STORE_TOO_NEW: {
    kind: "unavailable",
    meaning: "A newer Windlass has migrated the store.",
    remedy: "Update this program.",
  },
  STORE_CORRUPT: {
    kind: "unavailable",
    meaning: "The store's own data cannot be read.",
    remedy: "Restore it from a backup, and keep the broken copy for a report.",
  },
  STORE_GONE: {
    kind: "unavailable",
    meaning: "The store's file was removed or replaced while in use; nothing was written.",
    remedy: "Stop the programs that use it, put the right file in its place, and start them again.",
  },
  STORE_UNSUPPORTED: {
    kind: "conflict",
    meaning: "This store cannot do that.",
    remedy: "Use a store that can; the message names them.",
  },

  // Attempts
  UNKNOWN_TYPE: {
    kind: "internal",
    meaning: "No worker that claimed the task had a handler for its type.",
    remedy: "Run a worker that has the handler, and retry the task; or give it a queue of its own.",
  },
  UNREADABLE: {
    kind: "internal",
    meaning: "The task's record or payload cannot be read.",
    remedy: "Look at the task in the dead-letter queue; its payload is kept as it is.",
  },
  HANDLER_FAILED: {
    kind: "internal",
    meaning: "The handler threw, or returned what cannot be stored.",
    remedy: "Look at the error of the attempt.",
  },
  LEASE_LOST: {
    kind: "conflict",
    meaning: "The lease ran out, so the task may run elsewhere; what this attempt answers changes nothing.",
    remedy: "Keep handlers from blocking the event loop, or give the worker a longer lease.",
  },
  CANCELLED: {
    kind: "conflict",
    meaning: "Someone asked the running task to stop.",
    remedy: "Nothing; it will not run again.",
  },

  // The process
  RUNTIME_UNSUITABLE: {
    kind: "invalid",
    meaning: "This version of Node, or what stands in its place, lacks something that Windlass needs.",
    remedy: "Install Node 24.15 or newer from https://nodejs.org.",
  },
  INSECURE_BIND: {
    kind: "invalid",
    meaning: "A listener on an address that others can reach needs a token.",
    remedy: "Set --token (WINDLASS_TOKEN), or listen on 127.0.0.1.",
  },
  PORT_TAKEN: {
    kind: "conflict",
    meaning: "Another program listens on this port.",
    remedy: "Stop it, or choose another with --port (WINDLASS_PORT).",
  },
  SERVER_UNREACHABLE: {
    kind: "unavailable",
    meaning: "No Windlass server answers at the target.",
    remedy: "Start one with windlass dev or windlass server, or name its address with --target.",
    retriable: true,
  },
  INTERNAL: {
    kind: "internal",
    meaning: "Something went wrong that should not.",
    remedy: "Report it with the request id and the log.",
  },
} as const satisfies Record<string, CodeInfo>;

/** A stable name of what went wrong. */
export type ErrorCode = keyof typeof table;

/** Every code with its kind, meaning and remedy. */
export const ERROR_CODES: Readonly<Record<ErrorCode, CodeInfo>> = table;
