/** Changing things by hand. `life.ts` says what a state allows; a refused act writes nothing. */
import type { ActResult, TaskEdit } from "../../store/facets.ts";
import { allows, isWaiting, type LifeEvent } from "../../task/life.ts";
import type { TaskState } from "../../task/task.ts";
import { drop, EVERYTHING, finish, leave, type Place, toDue, toTail } from "./moves.ts";
import type { QueueNumbers } from "./queues.ts";
import { priorityOf } from "./rank.ts";
import { toTask } from "./show.ts";
import type { ShownRow } from "./statements.ts";
import type { Work } from "./work.ts";

interface Found extends Place {
  readonly row: ShownRow;
  readonly state: TaskState;
}

export function retry(work: Work, id: string): ActResult {
  return act(work, id, allowedBy("retry"), (found) => {
    const { s, now } = work;
    leave(work, found, "dead");
    s.taskRenew.run(found.rid);
    s.taskTime.run(found.rid, now);
    toTail(work, found);
    s.keyRevive.run(found.rid, now);
  });
}

/** A running task is asked to stop; its worker hears of it when it extends. */
export function cancel(work: Work, id: string): ActResult {
  return act(work, id, allowedBy("cancel"), (found) => {
    if (found.state === "running") {
      work.s.leaseCancel.run(found.row[14]);
      return;
    }
    leave(work, found, found.state);
    finish(work, found, "cancelled");
  });
}

export function runNow(work: Work, id: string): ActResult {
  return act(work, id, allowedBy("runNow"), (found) => {
    if (found.state === "running") return;
    leave(work, found, found.state);
    work.s.taskTime.run(found.rid, work.now);
    toTail(work, found);
  });
}

export function edit(work: Work, id: string, change: TaskEdit): ActResult {
  return act(work, id, isWaiting, (found) => rewrite(work, found, change));
}

/** Answers the task as it was. */
export function remove(work: Work, id: string): ActResult {
  const found = find(work, id);
  if (found === undefined) return { status: "missing" };
  if (found.state === "running") return { status: "refused", state: "running" };
  leave(work, found, found.state);
  drop(work, [found.rid], EVERYTHING);
  return { status: "applied", task: toTask(found.row) };
}

/** Makes the queue known. */
export function pause(work: Work, numbers: QueueNumbers, name: string): void {
  work.s.pause.run(numbers.make(work, name));
}

export function resume(work: Work, name: string): void {
  const resumed = work.s.resume.get(name);
  if (resumed !== undefined && resumed[1] > 0) work.stir(resumed[0]);
}

/** A pending task keeps its place in line unless its priority or its time changes. */
function rewrite(work: Work, found: Found, change: TaskEdit): void {
  const { s, now } = work;
  const { rid, row, state } = found;
  if (state === "running") return;
  const { payload, delayMs, priority = priorityOf(row[5]) } = change;
  const asked = change.runAt ?? (delayMs === undefined ? undefined : now + delayMs);
  const runAt = asked === undefined ? undefined : Math.ceil(asked);
  if (payload !== undefined) s.taskPayload.run(rid, payload);
  if (runAt === undefined && priority === priorityOf(row[5])) return;
  leave(work, found, state);
  s.taskPriority.run(rid, priority);
  if (runAt !== undefined) s.taskTime.run(rid, runAt);
  const pending = runAt === undefined ? state === "pending" : runAt <= now;
  if (pending) toTail(work, found);
  else toDue(work, found, state === "retrying" ? "retrying" : "scheduled", runAt ?? row[7]);
}

function allowedBy(event: LifeEvent): (state: TaskState) => boolean {
  return (state) => allows(state, event);
}

function act(
  work: Work,
  id: string,
  allowed: (state: TaskState) => boolean,
  apply: (found: Found) => void,
): ActResult {
  const found = find(work, id);
  if (found === undefined) return { status: "missing" };
  if (!allowed(found.state)) return { status: "refused", state: found.state };
  apply(found);
  return { status: "applied", task: toTask(work.s.lookAt.get(found.rid)!) };
}

function find(work: Work, id: string): Found | undefined {
  const row = work.s.get.get(id);
  return row && { row, rid: row[0], queue: row[2], state: row[13] ?? "dead" };
}
