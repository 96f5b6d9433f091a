/** Figures over queues: all of them, unless there are more than a call may ask for. */
import { defineOperation } from "./operation.ts";
import { integer, list, object, optional, text } from "./schema.ts";
import { activityView, countsView, queueView, toActivityView, toQueueView, totalsView } from "./views.ts";

export const getStats = defineOperation({
  name: "stats.get",
  permission: "stats.read",
  changes: false,
  summary:
    "Counts per state and per queue, and what happened: in all and in each of the last minutes. With more than 500 queues, a page at a time.",
  input: object({
    minutes: optional(
      integer({ minimum: 1, maximum: 1_440, default: 60, description: "How far back the activity goes" }),
    ),
    limit: optional(
      integer({
        minimum: 1,
        maximum: 500,
        default: 500,
        description: "How many queues are added up at most",
      }),
    ),
    cursor: optional(
      text({ description: "`nextCursor` of the page before: the figures are of those behind it" }),
    ),
  }),
  output: object({
    states: countsView,
    totals: totalsView,
    queues: list(queueView),
    activity: list(activityView, {
      description: "Oldest first; minutes in which nothing happened are left out",
    }),
    nextCursor: optional(
      text({ description: "There are further queues, of which these figures say nothing" }),
    ),
  }),
  http: { method: "GET", path: "/v1/stats" },
  run: async ({ client }, options) => {
    const { queues, activity, ...rest } = await client.stats(options);
    return { ...rest, queues: queues.map(toQueueView), activity: activity.map(toActivityView) };
  },
});
