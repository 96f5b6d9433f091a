/** Task definitions: one object holds a task's name, its defaults, its input schema and its handler. */
import { DEFAULT_BACKOFF } from "../task/backoff.ts";
import { isMarked } from "../task/brand.ts";
import { type Duration, toMs } from "../task/duration.ts";
import { WindlassError } from "../task/errors.ts";
import type { Headers } from "../task/headers.ts";
import type { RetryPolicy } from "../task/judge.ts";
import { checkName, quote } from "../task/names.ts";
import { checkInteger, checkKeys } from "../task/options.ts";
import { type Priority, toPriority } from "../task/priority.ts";
import { isList } from "../task/reading.ts";
import type { TaskLog } from "./logger.ts";
import { checkSchema, type SchemaInput, type SchemaOutput, type StandardSchema } from "./schema.ts";

/** What a handler gets. */
export interface TaskContext<Input> {
  /** The payload, parsed and (with a schema) checked. */
  readonly input: Input;
  readonly id: string;
  readonly type: string;
  readonly queue: string;
  /** 1 for the first try. Lost leases count, snoozes and clean shutdowns do not. */
  readonly attempt: number;
  /** What travels with the task; frozen, `{}` if there are none. */
  readonly headers: Headers;
  /** Aborted with an `Aborted` whose `reason` is `cancelled`, `shutdown` or `lease-lost`. */
  readonly signal: AbortSignal;
  readonly log: TaskLog;
  /** The number of this lease: higher for each new claim of the task. Hand it on to fence your own side effects. */
  readonly token: number;
}

export interface RetryOptions {
  /** Retries after the first try, 0 to 1,000. Default 3. */
  readonly limit?: number | undefined;
  /** Longest first delay; it grows by 4 with each retry, and at least half of each is waited. Default 5 s. */
  readonly base?: Duration | undefined;
  /** No delay is longer. Default 10 m. */
  readonly max?: Duration | undefined;
}

export interface TaskOptions<Input, Result> {
  /** Picks the handler, e.g. `email.send`; `*` takes every type that has no handler of its own. */
  readonly type: string;
  /** Queue of its tasks unless the enqueue names another. Default `default`. */
  readonly queue?: string | undefined;
  /** 0 (first) to 9 (last), or a name. Default `normal` (5). */
  readonly priority?: Priority | undefined;
  readonly retry?: RetryOptions | undefined;
  run(context: TaskContext<Input>): Result | Promise<Result>;
}

/** Made by `defineTask`. `In` is what a producer gives, `Out` what the handler gets. */
export interface TaskDefinition<In = unknown, Out = In, Result = unknown> {
  readonly [definitionBrand]: true;
  readonly type: string;
  readonly queue: string | undefined;
  readonly priority: number | undefined;
  readonly input: StandardSchema<In, Out> | undefined;
  readonly retry: RetryPolicy;
  run(context: TaskContext<Out>): Result | Promise<Result>;
}

/** Registered, so that two copies of the package recognise each other's definitions. */
export const definitionBrand: unique symbol = Symbol.for("windlass.definition") as never;

/** The type of a worker's catch-all. */
export const CATCH_ALL = "*";

export const DEFAULT_RETRY: RetryPolicy = { limit: 3, ...DEFAULT_BACKOFF };

const KEYS = ["type", "queue", "priority", "retry", "input", "run"];

/**
 * Defines a task. With `input`, a Standard Schema, payloads are checked when they are enqueued and again before the
 * handler runs; without, say what the handler gets: `run({ input }: TaskContext<{ to: string }>) { … }`, and what it answers is
 * known, too. (`defineTask<{ to: string }>({ … })` also says it, but TypeScript then infers no result: it is `unknown`.)
 * Fails with `INVALID_NAME`, `INVALID_OPTION`, `UNKNOWN_OPTION` or `INVALID_DEFINITION`.
 */
export function defineTask<S extends StandardSchema, Result>(
  options: TaskOptions<SchemaOutput<S>, Result> & { readonly input: S },
): TaskDefinition<SchemaInput<S>, SchemaOutput<S>, Result>;
export function defineTask<Input = unknown, Result = unknown>(
  options: TaskOptions<Input, Result> & { readonly input?: undefined },
): TaskDefinition<Input, Input, Result>;
export function defineTask(
  options: TaskOptions<unknown, unknown> & { readonly input?: StandardSchema | undefined },
): TaskDefinition {
  checkKeys(options, KEYS, "a task definition");
  if (typeof options.run !== "function") {
    throw new WindlassError(
      "INVALID_DEFINITION",
      `run of task ${quote(options.type)} is of type ${typeof options.run}; expected a function`,
      { pointer: "run" },
    );
  }
  return Object.freeze({
    [definitionBrand]: true,
    type: options.type === CATCH_ALL ? CATCH_ALL : checkName(options.type, "type"),
    queue: options.queue === undefined ? undefined : checkName(options.queue, "queue"),
    priority: options.priority === undefined ? undefined : toPriority(options.priority),
    input: options.input === undefined ? undefined : checkSchema(options.input, options.type),
    retry: toRetryPolicy(options.retry),
    // A method may use `this`: it stays the object that the user wrote.
    run: (context: TaskContext<unknown>) => options.run(context),
  } satisfies TaskDefinition);
}

/** True for what `defineTask` made, also by another copy of the package. */
export function isTaskDefinition(value: unknown): value is TaskDefinition {
  return isMarked(value, definitionBrand);
}

/** The definition of the task that is meant, undefined for a type's name, or fails with `INVALID_DEFINITION`. */
export function definitionOf<Definition extends object>(task: Definition | string): Definition | undefined {
  if (typeof task === "string") return undefined;
  if (isTaskDefinition(task)) return task;
  throw notDefined("the task", task, "what defineTask made, or the name of a type");
}

/** Fails with `INVALID_DEFINITION` for what is no list of definitions. */
export function checkDefinitions(tasks: readonly TaskDefinition[]): void {
  if (!isList(tasks)) throw notDefined("tasks", tasks, "a list of what defineTask made");
  for (let index = 0; index < tasks.length; index++) {
    const task: unknown = tasks[index];
    if (!isTaskDefinition(task)) throw notDefined(`tasks[${index}]`, task, "what defineTask made");
  }
}

function notDefined(which: string, given: unknown, expected: string): WindlassError {
  return new WindlassError("INVALID_DEFINITION", `${which} is ${quote(given)}; expected ${expected}`, {
    pointer: "tasks",
  });
}

function toRetryPolicy(retry: RetryOptions = {}): RetryPolicy {
  checkKeys(retry, ["limit", "base", "max"], "retry");
  const policy = {
    limit:
      retry.limit === undefined ? DEFAULT_RETRY.limit : checkInteger(retry.limit, 0, 1_000, "retry.limit"),
    baseMs: retry.base === undefined ? DEFAULT_RETRY.baseMs : toMs(retry.base, "retry.base"),
    maxMs: retry.max === undefined ? DEFAULT_RETRY.maxMs : toMs(retry.max, "retry.max"),
  };
  if (retry.max === undefined) policy.maxMs = Math.max(policy.maxMs, policy.baseMs);
  if (policy.maxMs < policy.baseMs) {
    throw new WindlassError(
      "INVALID_OPTION",
      `retry.max is shorter than retry.base; expected at least ${policy.baseMs} ms`,
      {
        pointer: "retry.max",
      },
    );
  }
  return policy;
}
