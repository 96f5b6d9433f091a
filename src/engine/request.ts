/** From what a producer says to the task that a store is given: every check of input happens here, once. */
import { createHash } from "node:crypto";
import { shareClass } from "../task/brand.ts";
import { type Duration, toMs } from "../task/duration.ts";
import { WindlassError } from "../task/errors.ts";
import { checkHeaders, type Headers } from "../task/headers.ts";
import { type Instant, toInstantMs } from "../task/instant.ts";
import { checkId, checkKey, checkName, DEFAULT_QUEUE, quote } from "../task/names.ts";
import { checkInteger, checkKeys } from "../task/options.ts";
import { checkPayload } from "../task/payload.ts";
import { DEFAULT_PRIORITY, type Priority, toPriority } from "../task/priority.ts";
import { reasonOf } from "../task/quote.ts";
import type { NewTask, TaskKey } from "../task/task.ts";
import { CATCH_ALL } from "./definition.ts";

export interface EnqueueOptions {
  /** Default: the definition's queue, else `default`. */
  readonly queue?: string | undefined;
  /** Default: the definition's priority, else `normal` (5). */
  readonly priority?: Priority | undefined;
  /** Not before this long from now, by the store's clock. Not together with `runAt`. */
  readonly delay?: Duration | undefined;
  /** Not before this instant, by the store's clock. One that is past means now. */
  readonly runAt?: Instant | undefined;
  /** At most one task per queue and key: a second enqueue answers the first task, or `KEY_CONFLICT` if it differs. */
  readonly key?: string | undefined;
  /** How long the key holds after the enqueue; it always holds until the task has ended. Default 24 h. */
  readonly keyWindow?: Duration | undefined;
  /** Retries after the first try, 0 to 1,000. Default: what the worker's definition says (3). */
  readonly retries?: number | undefined;
  /** Lost leases that are forgiven, 0 to 1,000. Default 3. */
  readonly crashes?: number | undefined;
  /**
   * A UUID that you made: repeating the call with it is then safe after any error. `KEY_CONFLICT` if it stands for a task of
   * another type, queue or payload. Default: a new one.
   */
  readonly id?: string | undefined;
  /**
   * Up to 32 strings, 4 KiB in all, that travel with the task: trace context, tenant, tags. Names as of HTTP headers in
   * lower case; those that start with `windlass-` are the engine's.
   */
  readonly headers?: Headers | undefined;
}

/** One task to add, as the HTTP API and the command line say it. */
export interface TaskRequest extends EnqueueOptions {
  readonly type: string;
  /** Anything that JSON can write, or a `JsonText`; nothing is `null`. */
  readonly payload?: unknown;
}

/**
 * A payload that is JSON text already, and is kept as it stands: parsing and writing it again would cost time and
 * change it (numbers that a double does not hold, the order of keys). Whoever makes one has checked that it is JSON.
 */
export class JsonText {
  static {
    shareClass(this, "JsonText"); // the server may be of another copy of the package than the client
  }

  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A record, so that the compiler sees to it that none is missing. */
const KEYS = Object.keys({
  queue: true,
  priority: true,
  delay: true,
  runAt: true,
  key: true,
  keyWindow: true,
  retries: true,
  crashes: true,
  id: true,
  headers: true,
} satisfies Record<keyof EnqueueOptions, true>);

/** How the names of the engine's own headers begin. */
const ENGINE_HEADER = "windlass-";

/** An option that only the engine reads says its header here. There is none yet. */
const NO_HEADERS: Headers = {};

const DEFAULT_KEY_WINDOW_MS = 86_400_000;

/** What the definition says where the options say nothing. */
export interface RequestDefaults {
  readonly queue?: string | undefined;
  readonly priority?: number | undefined;
}

/** Makes a task of a payload as JSON text. */
export type Template = (payload: string, newId: () => string) => NewTask;

const NO_OPTIONS: EnqueueOptions = {};
const NO_DEFAULTS: RequestDefaults = {};

/**
 * The checked parts of a task that many inputs can share. Fails with `INVALID_OPTION`, `INVALID_NAME`,
 * `INVALID_KEY`, `INVALID_ID` or `UNKNOWN_OPTION`.
 */
export function taskTemplate(
  type: string,
  options: EnqueueOptions = NO_OPTIONS,
  defaults: RequestDefaults = NO_DEFAULTS,
): Template {
  checkKeys(options, KEYS, "enqueue");
  if (type === CATCH_ALL) {
    throw new WindlassError(
      "INVALID_NAME",
      "type is *; expected the name of a type: * is only for handlers",
      {
        pointer: "type",
      },
    );
  }
  checkName(type, "type");
  const queue =
    options.queue === undefined ? (defaults.queue ?? DEFAULT_QUEUE) : checkName(options.queue, "queue");
  const priority =
    options.priority === undefined ? (defaults.priority ?? DEFAULT_PRIORITY) : toPriority(options.priority);
  checkPairs(options);
  const delayMs = options.delay === undefined ? undefined : toMs(options.delay, "delay");
  const runAt = options.runAt === undefined ? undefined : toInstantMs(options.runAt, "runAt");
  const retryLimit =
    options.retries === undefined ? undefined : checkInteger(options.retries, 0, 1_000, "retries");
  const crashLimit =
    options.crashes === undefined ? undefined : checkInteger(options.crashes, 0, 1_000, "crashes");
  const id = options.id === undefined ? undefined : checkId(options.id);
  const keyValue = options.key === undefined ? undefined : checkKey(options.key);
  const windowMs =
    options.keyWindow === undefined ? DEFAULT_KEY_WINDOW_MS : toMs(options.keyWindow, "keyWindow");
  const headers = headersOf(options.headers, NO_HEADERS);

  return (payload, newId) => ({
    id: id ?? newId(),
    type,
    queue,
    payload,
    priority,
    delayMs,
    runAt,
    retryLimit,
    crashLimit,
    key: keyValue === undefined ? undefined : taskKey(keyValue, windowMs, type, payload),
    headers,
  });
}

/** What means nothing together, or without the other. */
function checkPairs({ delay, runAt, key, keyWindow }: EnqueueOptions): void {
  if (delay !== undefined && runAt !== undefined) {
    throw new WindlassError("INVALID_OPTION", "delay and runAt are both given; expected one of them", {
      pointer: "runAt",
    });
  }
  if (keyWindow !== undefined && key === undefined) {
    throw new WindlassError("INVALID_OPTION", "keyWindow is given without a key; expected both", {
      pointer: "keyWindow",
    });
  }
}

/**
 * The headers of a task: those that are given, and those by which the engine says what its own options are. The bounds hold
 * for them together, so that what passes here passes the store, too. Undefined if nothing is said of any. A copy, so that
 * what the caller does to his object later changes no task that waits to be sent. Fails with `INVALID_OPTION`.
 */
export function headersOf(given: Headers | undefined, engines: Headers): Headers | undefined {
  if (given === undefined && Object.keys(engines).length === 0) return undefined;
  const own = given === undefined ? undefined : checkHeaders(given);
  const reserved = own && Object.keys(own).find((name) => name.startsWith(ENGINE_HEADER));
  if (reserved !== undefined) {
    throw new WindlassError(
      "INVALID_OPTION",
      `the header ${reserved} is the engine's; expected a name that does not start with ${ENGINE_HEADER}`,
      { pointer: "headers" },
    );
  }
  return checkHeaders(Object.freeze({ ...own, ...engines }));
}

/**
 * That no two tasks of one call contradict each other: the store would add the first and refuse or drop the second. The
 * same task twice is fine, the second is a duplicate. Fails with `KEY_CONFLICT`.
 */
export function checkTogether(tasks: readonly NewTask[]): void {
  const byId = new Map<string, number>();
  const byKey = new Map<string, number>();
  for (const [index, task] of tasks.entries()) {
    const { id, queue, type, payload, key } = task;
    const earlier = firstOf(byId, id, index);
    const same = tasks[earlier]!;
    if (same.queue !== queue || same.type !== type || same.payload !== payload)
      throw new WindlassError(
        "KEY_CONFLICT",
        `tasks[${index}] has the id of tasks[${earlier}], ${id}, and another queue, type or payload`,
        { pointer: `/tasks/${index}/id`, remedy: "Give each task an id of its own, or none." },
      );
    if (key === undefined) continue;
    const holder = firstOf(byKey, `${queue}\0${key.value}`, index);
    if (tasks[holder]!.key!.fingerprint !== key.fingerprint)
      throw new WindlassError(
        "KEY_CONFLICT",
        `tasks[${index}] has the key of tasks[${holder}], ${quote(key.value)}, and another type or payload`,
        { pointer: `/tasks/${index}/key` },
      );
  }
}

/** The first index that came with this name: `index` if none did before. */
function firstOf(seen: Map<string, number>, name: string, index: number): number {
  const first = seen.get(name);
  if (first === undefined) seen.set(name, index);
  return first ?? index;
}

/** The payload as JSON text. Fails with `INVALID_PAYLOAD` or `PAYLOAD_TOO_LARGE`. */
export function encodePayload(payload: unknown): string {
  if (payload === undefined) return "null";
  let text: string | undefined;
  try {
    text = payload instanceof JsonText ? payload.text : JSON.stringify(payload);
  } catch (error) {
    throw new WindlassError("INVALID_PAYLOAD", `the payload cannot be written as JSON: ${reasonOf(error)}`, {
      cause: error,
      pointer: "/payload",
    });
  }
  if (text === undefined) {
    throw new WindlassError(
      "INVALID_PAYLOAD",
      `the payload is a ${typeof payload}; expected what JSON can write`,
      {
        pointer: "/payload",
      },
    );
  }
  return checkPayload(text);
}

/** The fingerprint is over the bytes as written: other key order or white space is another payload. */
function taskKey(value: string, windowMs: number, type: string, payload: string): TaskKey {
  const fingerprint = createHash("sha256").update(`${type}\0${payload}`).digest("base64url").slice(0, 22);
  return { value, windowMs, fingerprint };
}
