/** From state to state: the row leaves one table and enters another, and the counts follow. See life.ts for the law. */
import type { DeadReason, TaskState } from "../../task/task.ts";
import { head, tail } from "./rank.ts";
import { forRuns } from "./runs.ts";
import type { Work } from "./work.ts";

export interface Place {
  readonly rid: number;
  readonly queue: number;
}

export type Terminal = "completed" | "cancelled" | "dead";

/** To the end of its line. */
export function toTail(work: Work, { rid, queue }: Place): void {
  putReady(work, rid, queue, tail(work.next()));
}

/** Back to the head, in the order given: the first of them runs first. */
export function toHead(work: Work, places: readonly Place[]): void {
  for (const { rid, queue } of places.toReversed()) putReady(work, rid, queue, head(work.next()));
}

/** Waits until `at`. */
export function toDue(work: Work, { rid, queue }: Place, state: "scheduled" | "retrying", at: number): void {
  const { s } = work;
  const earliest = s.queueDue.get(queue)?.[0] ?? Infinity;
  s.taskTime.run(rid, at);
  s.duePut.run(rid, state, at);
  work.count(queue, state, 1);
  if (at < earliest) work.stir(queue);
}

/** Ends; its key holds only as long as its window from here on. */
export function finish(work: Work, { rid, queue }: Place, state: Terminal, reason?: DeadReason): void {
  const { s, now } = work;
  s.finishedPut.run(state, rid, work.next(), now, reason ?? null);
  s.keysEnd.run(rid, rid);
  work.count(queue, state, 1);
}

/** Ends among the dead letters. */
export function bury(work: Work, place: Place, reason: DeadReason): void {
  finish(work, place, "dead", reason);
  work.event(place.queue, "dead");
}

/** Takes a task that does not run out of the table of its state. */
export function leave(work: Work, { rid, queue }: Place, state: Exclude<TaskState, "running">): void {
  const { s } = work;
  // By what was there: a task that no table has, in a damaged store, was not counted either.
  const left =
    state === "pending"
      ? s.readyDrop.run(rid)
      : state === "scheduled" || state === "retrying"
        ? s.dueDrop.run(rid)
        : s.finishedDrop.run(state, rid, rid);
  work.count(queue, state, -left);
}

/** For `drop`, where nobody has looked. */
export const EVERYTHING = { keyed: true, noted: true };

/** Removes tasks that no table of a state has any more. `has` says what some of them may have besides. */
export function drop(
  work: Work,
  rids: readonly number[],
  has: { readonly keyed: boolean; readonly noted: boolean },
): void {
  const { s } = work;
  forRuns(rids, (first, last) => {
    // Before the tasks go: it is they who know their keys.
    if (has.keyed) s.keysEnd.run(first, last);
    if (has.noted) s.noteDrop.run(first, last);
    s.taskDrop.run(first, last);
  });
}

function putReady(work: Work, rid: number, queue: number, place: number): void {
  work.s.readyPlace.run(rid, place);
  // No row if the task itself is missing: nothing to run, and nothing to count.
  work.count(queue, "pending", work.s.readyPut.run(rid));
}
