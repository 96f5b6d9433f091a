/** Events as lines of a log: each task as it starts, and what became of it. Never what is in it. */
import type { AttemptEnded, AttemptStarted } from "../engine/events.ts";
import { checkLogger, type Logger } from "../engine/logger.ts";
import { onEvent } from "../engine/on-event.ts";
import { invalidOption } from "../task/options.ts";

/**
 * Writes a line for every attempt of this process that starts or ends, until the function that it answers is called.
 * What goes well is told at `level`; what fails at `warn`, and a death at `error`. Fails with `INVALID_OPTION`.
 */
export function logTasks(given: Logger, level: "debug" | "info"): () => void {
  const logger = checkLogger(given);
  if (level !== "debug" && level !== "info") throw invalidOption("level", level, "debug or info");
  const stops = [
    onEvent(
      "attempt.started",
      ({ id, type, queue, attempt }: AttemptStarted) =>
        logger[level]({ id, type, queue, attempt }, "started"),
      { logger },
    ),
    logEnds(logger, level),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** As `logTasks`, but for the ends alone: a line for each attempt that is over. */
export function logEnds(logger: Logger, level: "debug" | "info"): () => void {
  return onEvent("attempt.ended", (event) => logEnd(logger, level, event), { logger });
}

function logEnd(logger: Logger, level: "debug" | "info", event: AttemptEnded): void {
  const { id, type, queue, attempt, outcome, durationMs } = event;
  const fields = {
    id,
    type,
    queue,
    attempt,
    ms: durationMs === undefined ? undefined : Math.round(durationMs),
  };
  switch (outcome.kind) {
    case "completed":
      return logger[level](fields, "completed");
    case "retry":
      return logger.warn({ ...fields, retryInMs: outcome.delayMs, error: outcome.error }, "failed");
    case "dead":
      return logger.error({ ...fields, reason: outcome.reason, error: outcome.error }, "dead");
    case "snooze":
      return logger[level]({ ...fields, againInMs: outcome.delayMs }, "snoozed");
    case "requeue":
      return logger.debug({ ...fields, againInMs: outcome.delayMs, why: outcome.why }, "put back");
    case "release":
      return logger.info(fields, "released");
    case "cancelled":
      return logger.info(fields, "cancelled");
  }
}
