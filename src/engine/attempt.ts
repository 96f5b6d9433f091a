/**
 * One attempt: find the handler, decode the payload, check it, run, and say what is to become of the task.
 *
 * Nothing here writes: the outcome is data, and the worker settles it under the lease's fence.
 */
import type { Random } from "../store/clock.ts";
import type { Lease } from "../store/store.ts";
import type { Outcome } from "../task/outcome.ts";
import { WindlassError } from "../task/errors.ts";
import { judge } from "../task/judge.ts";
import { Aborted, type AbortReason } from "../task/control-errors.ts";
import type { Headers } from "../task/headers.ts";
import type { NewTask } from "../task/task.ts";
import { DEFAULT_RETRY, type TaskContext, type TaskDefinition } from "./definition.ts";
import { handlerFor, type Handlers } from "./handlers.ts";
import { type Logger, type TaskLog, taskLog } from "./logger.ts";
import type { RunMiddleware } from "./middleware.ts";
import { quiet } from "./quiet.ts";
import { parseWith } from "./schema.ts";

/** Told once how the attempt ended; undefined: its lease is lost, and there is nothing to settle. */
export type Done = (attempt: Attempt, outcome: Outcome | undefined) => void;

export interface AttemptTools {
  readonly handlers: Handlers;
  readonly logger: Logger;
  readonly random: Random;
  /** False if completed tasks are not kept: their results need not be written then. */
  readonly keepCompleted: boolean;
  /** What runs around every handler, if anything does. */
  readonly around: RunMiddleware | undefined;
  /** Decides on tasks without a handler. */
  readonly unhandled: { outcomeOf(lease: Lease): Outcome };
}

/** Largest result that is kept, in characters of JSON text. */
const RESULT_LIMIT = 65_536;

const COMPLETED_KEPT: Outcome = { kind: "completed", keep: true };
const COMPLETED_DROPPED: Outcome = { kind: "completed", keep: false };
const RELEASED: Outcome = { kind: "release" };
const CANCELLED: Outcome = { kind: "cancelled" };

const NO_HEADERS: Headers = Object.freeze({});

export class Attempt {
  readonly lease: Lease;
  /** When the lease ends at the latest, by our own monotonic clock. */
  expiresAt: number;
  /** By our own monotonic clock; undefined if nobody will ask how long it took. */
  startedAt: number | undefined;
  /** Tasks that are added together with a completion of this one; any other outcome drops them, for it may run again. */
  followers: readonly NewTask[] | undefined;
  readonly #tools: AttemptTools;
  #controller: AbortController | undefined;
  #aborted: AbortReason | undefined;

  constructor(lease: Lease, expiresAt: number, tools: AttemptTools) {
    this.lease = lease;
    this.expiresAt = expiresAt;
    this.#tools = tools;
  }

  /** 1 for the first try. */
  get number(): number {
    return this.lease.failures + this.lease.crashes + 1;
  }

  /** A copy: the lease is the store's. */
  get headers(): Headers {
    const { headers } = this.lease;
    return headers === undefined ? NO_HEADERS : Object.freeze({ ...headers });
  }

  /** Why it was asked to stop, if it was. */
  get aborted(): AbortReason | undefined {
    return this.#aborted;
  }

  /** Made when a handler first asks: most never do, and a controller costs more than the rest of the attempt. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(new Aborted(this.#aborted));
    }
    return this.#controller.signal;
  }

  get log(): TaskLog {
    const { id, type, queue } = this.lease;
    return taskLog(this.#tools.logger, { id, type, queue });
  }

  /** Asks the handler to stop. The first reason stands. */
  abort(reason: AbortReason): void {
    if (this.#aborted !== undefined) return;
    this.#aborted = reason;
    this.#controller?.abort(new Aborted(reason));
  }

  /**
   * Runs the handler and hands its outcome to `done`. Never throws. A handler that answers at once is done at once:
   * no promise is made for it.
   */
  start(done: Done): void {
    const definition = handlerFor(this.#tools.handlers, this.lease.type);
    let result: unknown;
    try {
      if (definition === undefined) {
        done(this, this.#tools.unhandled.outcomeOf(this.lease));
        return;
      }
      const parsed = this.#decode();
      result =
        definition.input === undefined && this.#tools.around === undefined
          ? definition.run(new Context(this, parsed))
          : this.#runWrapped(definition, parsed);
      // In here, too: what a handler returns may throw when it is looked at.
      if (isPromise(result)) {
        this.#follow(Promise.resolve(result), definition, done);
        return;
      }
    } catch (thrown) {
      done(this, this.failed(thrown, definition));
      return;
    }
    done(this, this.#succeeded(result));
  }

  /** Apart from `start`, so that only attempts that take time pay for functions of their own. */
  #follow(result: Promise<unknown>, definition: TaskDefinition | undefined, done: Done): void {
    // Not the promise's own `then`, which may throw, answer twice or answer at once.
    void Promise.prototype.then.call(
      result,
      (value) => done(this, this.#succeeded(value)),
      (thrown: unknown) => done(this, this.failed(thrown, definition)),
    );
  }

  /** With what stands before the handler: the schema, then the middleware. */
  async #runWrapped(definition: TaskDefinition, parsed: unknown): Promise<unknown> {
    const input =
      definition.input === undefined ? parsed : await parseWith(definition.input, parsed, this.lease.type);
    const context = new Context(this, input);
    const { around } = this.#tools;
    return around === undefined
      ? definition.run(context)
      : around(context, async () => definition.run(context));
  }

  #decode(): unknown {
    try {
      return JSON.parse(this.lease.payload);
    } catch (error) {
      throw new WindlassError("UNREADABLE", `the payload is not JSON: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  #succeeded(result: unknown): Outcome | undefined {
    if (this.#aborted === "lease-lost") return undefined;
    if (!this.#tools.keepCompleted) return COMPLETED_DROPPED;
    if (result === undefined) return COMPLETED_KEPT;
    // The work is done: a result that cannot be kept must not make it be done again.
    const text = writeResult(result);
    if (text !== undefined && text.length <= RESULT_LIMIT)
      return { kind: "completed", keep: true, result: text };
    this.log.warn(
      `the result is not kept: expected what JSON can write in at most ${RESULT_LIMIT} characters`,
    );
    return COMPLETED_KEPT;
  }

  /** What is to become of the task after its handler threw, by the definition's policy or the default one. */
  failed(thrown: unknown, definition?: TaskDefinition): Outcome | undefined {
    if (this.#aborted === "lease-lost") return undefined;
    if (this.#aborted === "shutdown") return RELEASED;
    if (this.#aborted === "cancelled") return CANCELLED;
    quiet(thrown);
    const { failures, retryLimit } = this.lease;
    const retry = definition?.retry ?? DEFAULT_RETRY;
    const policy = retryLimit === undefined ? retry : { ...retry, limit: retryLimit };
    return judge(failures, thrown, policy, this.#tools.random());
  }
}

/** What the handler sees. Getters on a class: a handler that destructures pays only for what it names. */
class Context implements TaskContext<unknown> {
  readonly input: unknown;
  readonly #attempt: Attempt;

  /** The attempt that a context is of. */
  static attemptOf(context: TaskContext<unknown>): Attempt | undefined {
    return context instanceof Context ? context.#attempt : undefined;
  }

  constructor(attempt: Attempt, input: unknown) {
    this.#attempt = attempt;
    this.input = input;
  }

  get id(): string {
    return this.#attempt.lease.id;
  }
  get type(): string {
    return this.#attempt.lease.type;
  }
  get queue(): string {
    return this.#attempt.lease.queue;
  }
  get token(): number {
    return this.#attempt.lease.token;
  }
  get attempt(): number {
    return this.#attempt.number;
  }
  get headers(): Headers {
    return this.#attempt.headers;
  }
  get signal(): AbortSignal {
    return this.#attempt.signal;
  }
  get log(): TaskLog {
    return this.#attempt.log;
  }
}

/**
 * Has these tasks added when the attempt completes, together with that and only if its lease still holds. For the engine's
 * own use: their ids are to be derived from the task, so that a second attempt adds the same ones.
 */
export function addFollowers(context: TaskContext<unknown>, tasks: readonly NewTask[]): void {
  const attempt = Context.attemptOf(context);
  if (attempt === undefined) {
    throw new WindlassError("INTERNAL", "followers were given to a context that no attempt made");
  }
  attempt.followers = attempt.followers === undefined ? tasks : [...attempt.followers, ...tasks];
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function"
  );
}

function writeResult(result: unknown): string | undefined {
  try {
    return JSON.stringify(result);
  } catch {
    return undefined; // circular, a BigInt, a throwing toJSON
  }
}
