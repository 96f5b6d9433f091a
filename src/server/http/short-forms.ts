/** What people type by hand: three names for adding a task, and the figures in one line. */
import type { EnqueuedView } from "../../api/enqueue.ts";
import type { OutputOf } from "../../api/call.ts";
import { listQueues } from "../../api/queues.ts";
import { sumOfCounts, sumOfTotals } from "../../engine/inspection.ts";
import type { StateCounts } from "../../store/facets.ts";

/** Paths that take a task as `POST /v1/tasks` does. */
export const ENQUEUE_PATHS: readonly string[] = ["/task", "/tasks", "/enqueue"];

export const STATS_PATH = "/stats";

/** What the short figures are made of: the queues, as many as one call may ask for unless it says otherwise. */
export const summedQueues: typeof listQueues = {
  ...listQueues,
  call: (context, input) => listQueues.call(context, { limit: 500, ...input }),
};

/** The short answer to an enqueue; the same for a task that was there already. */
export function shortEnqueued({ id }: EnqueuedView): object {
  return { status: "queued", task_id: id };
}

/** The short figures, over these queues and for each; `nextCursor` says that there are more. */
export function shortStats({ items: queues, nextCursor }: OutputOf<"queues.list">): object {
  return {
    ...shortCounts(sumOfCounts(queues)),
    totals: sumOfTotals(queues),
    queues: Object.fromEntries(
      queues.map(({ name, paused, counts, totals }) => [name, { ...shortCounts(counts), totals, paused }]),
    ),
    nextCursor,
  };
}

function shortCounts({ pending, running, dead, ...rest }: StateCounts): object {
  const { scheduled, retrying, completed, cancelled } = rest;
  return { pending, processing: running, dead_letter: dead, scheduled, retrying, completed, cancelled };
}
