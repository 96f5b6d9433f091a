/** Looking without touching, but for lists (see list.ts). */
import type { ActivityQuery, MinuteActivity, QueueInfo } from "../../store/facets.ts";
import type { TaskDetail } from "../../task/task.ts";
import { toDetail } from "./show.ts";
import type { Work } from "./work.ts";

const MINUTE_MS = 60_000;

export function get(work: Work, id: string): TaskDetail | undefined {
  const row = work.s.get.get(id);
  return row && toDetail(row);
}

export function queues(work: Work): QueueInfo[] {
  return work.s.queues
    .all()
    .map(([name, paused, pending, scheduled, retrying, running, completed, cancelled, dead, first]) => ({
      name,
      paused: paused === 1,
      counts: { pending, scheduled, retrying, running, completed, cancelled, dead },
      oldestPendingMs: first === null ? undefined : Math.max(0, work.now - first),
    }));
}

export function activity(work: Work, { queue, minutes }: ActivityQuery): MinuteActivity[] {
  const first = Math.floor(work.now / MINUTE_MS) - minutes + 1;
  return work.s.activity
    .all(first, queue ?? null)
    .map(([minute, added, completed, failed, crashed, dead]) => ({
      minute: minute * MINUTE_MS,
      added,
      completed,
      failed,
      crashed,
      dead,
    }));
}
