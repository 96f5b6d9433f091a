/** One call for several queues is several calls to Redis, of which some may fail. */
import { hasCode, WindlassError } from "../../task/errors.ts";
import type { ScriptRunner } from "./script-runner.ts";

/**
 * Does something for each queue at once. If all of them fail nothing was done, and the first error says why; if some do,
 * or one is in doubt, `UNKNOWN` says so.
 */
export async function eachQueue<T>(
  queues: ReadonlyMap<string, T>,
  work: (queue: string, mine: T) => Promise<void>,
): Promise<void> {
  const outcomes = await Promise.allSettled([...queues].map(([queue, mine]) => work(queue, mine)));
  const failures = outcomes
    .filter((outcome) => outcome.status === "rejected")
    .map(({ reason }): unknown => reason);
  if (failures.length === 0) return;
  const unknown = failures.find((failure) => hasCode(failure, "UNKNOWN"));
  if (unknown !== undefined) throw unknown;
  if (failures.length === outcomes.length) throw failures[0];
  throw partlyDone(failures[0]);
}

/** True if a shard of a cluster is out of reach, which says nothing of the others. */
export function isPartial({ router }: ScriptRunner, error: unknown): error is WindlassError {
  return router.clustered && error instanceof WindlassError && error.retriable;
}

/** The error of a call of which a part was done before another part failed. */
export function partlyDone(failure: unknown): WindlassError {
  const why = failure instanceof Error ? failure.message : String(failure);
  return new WindlassError("UNKNOWN", `a part of the call was done, the rest was not: ${why}`, {
    cause: failure,
  });
}
