/** Emptying a queue, a piece per transaction, so that a million tasks hold up nobody for long. */
import type { TaskState } from "../../task/task.ts";
import { drop, EVERYTHING } from "./moves.ts";
import type { QueueNumbers } from "./queues.ts";
import type { Work } from "./work.ts";

/** Tasks per transaction: about 10 ms. */
const PURGED_AT_ONCE = 1_000;

type Write = <T>(body: (work: Work) => T) => Promise<T>;

/** Removes what is in these states (never running ones) when the call begins. Answers how many. */
export async function purgeAll(
  write: Write,
  numbers: QueueNumbers,
  name: string,
  states: readonly TaskState[],
): Promise<number> {
  const start = await write((work) => ({ queue: numbers.find(work, name), last: work.next(0) }));
  const { queue, last } = start;
  if (queue === undefined) return 0;
  let purged = 0;
  for (const state of states) {
    if (state === "running") continue;
    for (let count = PURGED_AT_ONCE; count === PURGED_AT_ONCE; purged += count) {
      count = await write((work) => purge(work, queue, state, last));
    }
  }
  await write((work) => work.s.purged.run(queue));
  return purged;
}

/** Removes up to `PURGED_AT_ONCE` tasks of one state that were added up to `last`. Answers how many. */
function purge(work: Work, queue: number, state: Exclude<TaskState, "running">, last: number): number {
  const { s } = work;
  const rows =
    state === "pending"
      ? s.purgePending.all(queue, PURGED_AT_ONCE, last)
      : state === "scheduled" || state === "retrying"
        ? s.purgeDue.all(queue, PURGED_AT_ONCE, last, state)
        : s.purgeFinished.all(queue, PURGED_AT_ONCE, last, state);
  if (rows.length === 0) return 0;
  work.count(queue, state, -rows.length);
  drop(
    work,
    rows.map(([rid]) => rid),
    EVERYTHING,
  );
  return rows.length;
}
