/** Figures over all queues. */
import { defineOperation } from "./operation.ts";
import { integer, list, object, optional } from "./schema.ts";
import { activityView, countsView, queueView, toActivityView, toQueueView, totalsView } from "./views.ts";

export const getStats = defineOperation({
  name: "stats.get",
  permission: "stats.read",
  changes: false,
  summary: "Counts per state and per queue, and what happened: in all and in each of the last minutes.",
  input: object({
    minutes: optional(
      integer({ minimum: 1, maximum: 1_440, default: 60, description: "How far back the activity goes" }),
    ),
  }),
  output: object({
    states: countsView,
    totals: totalsView,
    queues: list(queueView),
    activity: list(activityView, {
      description: "Oldest first; minutes in which nothing happened are left out",
    }),
  }),
  http: { method: "GET", path: "/v1/stats" },
  run: async ({ client }, options) => {
    const { states, totals, queues, activity } = await client.stats(options);
    return { states, totals, queues: queues.map(toQueueView), activity: activity.map(toActivityView) };
  },
});
