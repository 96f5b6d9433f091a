/** Queues as a whole: holding them up, letting them go on, emptying them. */
import type { TaskState } from "../../task/task.ts";
import { drop, EVERYTHING } from "./moves.ts";
import { TABLE_OF } from "./state-tables.ts";
import type { Transaction } from "./transaction.ts";

/** Tasks that are purged per transaction: about 10 ms, so that a million of them hold up no other process for long. */
const PURGED_AT_ONCE = 1_000;

type Write = <T>(body: (tx: Transaction) => T) => Promise<T>;

/** Makes the queue known. */
export function pause(tx: Transaction, name: string): void {
  tx.sql.queue.pause.run(tx.makeQueue(name));
}

export function resume(tx: Transaction, name: string): void {
  const resumed = tx.sql.queue.resume.get(name);
  if (resumed !== undefined && resumed[1] > 0) tx.notify(resumed[0]);
}

/** Removes what is in these states (never running ones) when the call begins. Answers how many. */
export async function purge(write: Write, name: string, states: readonly TaskState[]): Promise<number> {
  const { queue, last } = await write((tx) => ({ queue: tx.findQueue(name), last: tx.next(0) }));
  if (queue === undefined) return 0;
  let purged = 0;
  for (const state of states) {
    if (TABLE_OF[state] === "lease") continue;
    for (let count = PURGED_AT_ONCE; count === PURGED_AT_ONCE; purged += count) {
      count = await write((tx) => purgeSome(tx, queue, state, last));
    }
  }
  await write((tx) => tx.sql.queue.unlist.run(queue));
  return purged;
}

/** Removes up to `PURGED_AT_ONCE` tasks of one state that were added up to `last`. Answers how many. */
function purgeSome(tx: Transaction, queue: number, state: TaskState, last: number): number {
  const { sql } = tx;
  const table = TABLE_OF[state];
  const rows =
    table === "ready"
      ? sql.ready.purge.all(queue, PURGED_AT_ONCE, last)
      : table === "due"
        ? sql.due.purge.all(queue, PURGED_AT_ONCE, last, state)
        : sql.finished.purge.all(queue, PURGED_AT_ONCE, last, state);
  if (rows.length === 0) return 0;
  tx.count(queue, state, -rows.length);
  drop(
    tx,
    rows.map(([rid]) => rid),
    EVERYTHING,
  );
  return rows.length;
}
