/** Says what a worker does: each task as it starts, and what became of it. Never what is in it. */
import type { TaskContext, TaskDefinition } from "../engine/definition.ts";
import type { Logger } from "../engine/logger.ts";
import type { WorkOptions } from "../engine/work-options.ts";
import type { Clock } from "../store/clock.ts";
import type { Lease } from "../store/store.ts";
import type { Outcome } from "../task/outcome.ts";

export interface Watched {
  /** The definitions, with handlers that announce themselves. */
  readonly tasks: readonly TaskDefinition[];
  readonly observe: NonNullable<WorkOptions["observe"]>;
}

/** What goes well is told at `level`; what fails at `warn`, and a death at `error`. */
export function watchTasks(
  tasks: readonly TaskDefinition[],
  logger: Logger,
  clock: Clock,
  level: "debug" | "info",
): Watched {
  const startedAt = new Map<string, number>();

  const announce = (task: TaskDefinition): TaskDefinition => ({
    ...task,
    run: async (context: TaskContext<unknown>) => {
      const { id, type, queue, attempt, token } = context;
      const key = `${id}:${token}`;
      startedAt.set(key, clock.monotonic());
      logger[level]({ id, type, queue, attempt }, "started");
      try {
        return await task.run(context);
      } finally {
        // The outcome is observed in this turn of the event loop, unless the lease was lost.
        clock.defer(() => startedAt.delete(key));
      }
    },
  });

  const observe = (lease: Lease, outcome: Outcome): void => {
    const started = startedAt.get(`${lease.id}:${lease.token}`);
    const ms = started === undefined ? undefined : Math.round(clock.monotonic() - started);
    const { id, type, queue } = lease;
    const fields = { id, type, queue, ms };
    switch (outcome.kind) {
      case "completed":
        return logger[level](fields, "completed");
      case "retry":
        return logger.warn({ ...fields, retryInMs: outcome.delayMs, error: outcome.error }, "failed");
      case "dead":
        return logger.error({ ...fields, reason: outcome.reason, error: outcome.error }, "dead");
      case "snooze":
        return logger[level]({ ...fields, againInMs: outcome.delayMs }, "snoozed");
      case "release":
        return logger.info(fields, "released");
      case "cancelled":
        return logger.info(fields, "cancelled");
    }
  };

  return { tasks: tasks.map(announce), observe };
}
