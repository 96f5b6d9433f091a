/** What people type by hand: three names for adding a task, and the figures in one line. */
import type { EnqueuedView } from "../../api/enqueue.ts";
import type { QueueView } from "../../api/views.ts";
import { sumOfCounts, sumOfTotals } from "../../engine/inspection.ts";
import type { StateCounts } from "../../store/facets.ts";

/** Paths that take a task as `POST /v1/tasks` does. */
export const ENQUEUE_PATHS: readonly string[] = ["/task", "/tasks", "/enqueue"];

export const STATS_PATH = "/stats";

/** The short answer to an enqueue; the same for a task that was there already. */
export function shortEnqueued({ id }: EnqueuedView): object {
  return { status: "queued", task_id: id };
}

/** The short figures, over all queues and for each. */
export function shortStats(queues: readonly QueueView[]): object {
  return {
    ...shortCounts(sumOfCounts(queues)),
    totals: sumOfTotals(queues),
    queues: Object.fromEntries(
      queues.map(({ name, paused, counts, totals }) => [name, { ...shortCounts(counts), totals, paused }]),
    ),
  };
}

function shortCounts({ pending, running, dead, ...rest }: StateCounts): object {
  const { scheduled, retrying, completed, cancelled } = rest;
  return { pending, processing: running, dead_letter: dead, scheduled, retrying, completed, cancelled };
}
