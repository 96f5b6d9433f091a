/** Figures over all queues. */
import * as z from "zod";
import type { QueueInfo, StateCounts } from "../store/facets.ts";
import { TASK_STATES, type TaskState } from "../task/task.ts";
import { wholeNumber } from "./input.ts";
import { defineOperation } from "./operation.ts";
import { activityView, queueView, showActivity, showQueue, stateView } from "./views.ts";

export const getStats = defineOperation({
  name: "stats.get",
  method: "GET",
  path: "/v1/stats",
  permission: "stats.read",
  summary: "Counts per state and per queue, and what happened in each of the last minutes.",
  input: z.object({
    minutes: wholeNumber(1, 1_440).default(60).meta({ description: "How far back the activity goes" }),
  }),
  output: z.object({
    states: z.record(stateView, z.int()),
    queues: z.array(queueView),
    activity: z
      .array(activityView)
      .meta({ description: "Oldest first; minutes in which nothing happened are left out" }),
  }),
  run: async ({ client: { store } }, { minutes }) => {
    const [queues, activity] = await Promise.all([store.queues(), store.activity({ minutes })]);
    return { states: totals(queues), queues: queues.map(showQueue), activity: activity.map(showActivity) };
  },
});

/** Tasks per state over all queues. */
export function totals(queues: readonly Pick<QueueInfo, "counts">[]): StateCounts {
  const sum = (state: TaskState): number => queues.reduce((total, { counts }) => total + counts[state], 0);
  return Object.fromEntries(TASK_STATES.map((state) => [state, sum(state)])) as StateCounts;
}
