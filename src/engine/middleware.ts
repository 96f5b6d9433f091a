/** Code of the user's around what the engine does: around each attempt, and around each enqueue. The first is the outermost. */
import { WindlassError } from "../task/errors.ts";
import { quote } from "../task/names.ts";
import { checkKeys } from "../task/options.ts";
import { isList } from "../task/reading.ts";
import type { NewTask } from "../task/task.ts";
import type { TaskContext } from "./definition.ts";
import type { EnqueueResult } from "./enqueued.ts";
import { quiet } from "./quiet.ts";

/**
 * Around one attempt. `next` runs the rest and answers what the handler returned; it may be called once. What the
 * middleware answers is the result, and what it throws is as if the handler had thrown it: `Retry`, `Discard` and `Snooze`
 * steer the outcome. The payload was parsed and checked before.
 */
export type RunMiddleware = (attempt: TaskContext<unknown>, next: () => Promise<unknown>) => unknown;

/**
 * Around one enqueue call, in its asynchronous context. `next` adds the tasks that it is given, and may be called again
 * with the same tasks: their ids make that safe. The answer has one result for each task that the middleware was given,
 * in order.
 */
export type EnqueueMiddleware = (
  tasks: readonly NewTask[],
  next: (tasks: readonly NewTask[]) => Promise<readonly EnqueueResult[]>,
) => Promise<readonly EnqueueResult[]>;

export interface Middleware {
  readonly run?: readonly RunMiddleware[] | undefined;
  readonly enqueue?: readonly EnqueueMiddleware[] | undefined;
}

/** The middleware, or fails with `INVALID_OPTION` or `UNKNOWN_OPTION`. `known`: which kinds there may be. */
export function checkMiddleware(middleware: Middleware, known: readonly (keyof Middleware)[]): Middleware {
  checkKeys(middleware, known, "middleware");
  for (const kind of known) {
    const given: unknown = middleware[kind];
    if (given === undefined) continue;
    if (isList(given) && given.every((one) => typeof one === "function")) continue;
    throw new WindlassError(
      "INVALID_OPTION",
      `middleware.${kind} is ${quote(given)}; expected a list of functions`,
      { pointer: `middleware.${kind}` },
    );
  }
  return middleware;
}

/** All of them as one; undefined if there are none. */
export function composeRun(middleware: readonly RunMiddleware[]): RunMiddleware | undefined {
  return middleware.reduceRight<RunMiddleware | undefined>(
    (inner, outer) => (attempt, last) =>
      outer(attempt, once(inner === undefined ? last : async () => inner(attempt, last))),
    undefined,
  );
}

/** All of them as one; undefined if there are none. */
export function composeEnqueue(middleware: readonly EnqueueMiddleware[]): EnqueueMiddleware | undefined {
  return middleware.reduceRight<EnqueueMiddleware | undefined>(
    (inner, outer) => async (tasks, last) =>
      checkResults(
        tasks,
        await outer(tasks, watched(inner === undefined ? last : async (given) => inner(given, last))),
      ),
    undefined,
  );
}

/** A handler that ran twice for one attempt would be a broken promise. */
function once(next: () => Promise<unknown>): () => Promise<unknown> {
  let called = false;
  return watched(async () => {
    if (called) {
      throw new WindlassError("INTERNAL", "a middleware called next() twice; expected once", {
        remedy: "Mend the middleware around run; to run a task again, throw Retry.",
      });
    }
    called = true;
    return next();
  });
}

/** Whoever does not wait for `next()` does not hear how it failed; that must not end the process as an unhandled rejection. */
function watched<Args extends readonly unknown[], Answer>(
  next: (...args: Args) => Promise<Answer>,
): (...args: Args) => Promise<Answer> {
  return (...args) => {
    const answer = next(...args);
    answer.catch(quiet);
    return answer;
  };
}

function checkResults(tasks: readonly NewTask[], results: unknown): readonly EnqueueResult[] {
  if (Array.isArray(results) && results.length === tasks.length && results.every(isResult)) return results;
  const answer = Array.isArray(results) ? `${results.length} results, ${quote(results)}` : quote(results);
  throw new WindlassError(
    "INTERNAL",
    `a middleware around enqueue answered ${answer}; expected one result for each of ${tasks.length} tasks`,
    { remedy: "Mend the middleware: it answers what next() answers, one result per task, in order." },
  );
}

function isResult(result: unknown): result is EnqueueResult {
  if (typeof result !== "object" || result === null) return false;
  const { id, status } = result as Partial<EnqueueResult>;
  return typeof id === "string" && (status === "added" || status === "duplicate" || status === "conflict");
}
