/** Queues as a whole: holding them up, letting them go on, emptying them. */
import type { TaskState } from "../../task/task.ts";
import { drop, EVERYTHING } from "./moves.ts";
import { TABLE_OF } from "./state-tables.ts";
import type { Transact, Transaction } from "./transaction.ts";

/** Tasks that are purged per transaction: about 10 ms, so that a million of them hold up no other process for long. */
const PURGED_AT_ONCE = 1_000;

interface PurgeCalls {
  readonly read: Transact;
  readonly write: Transact;
}

/** Makes the queue known. */
export function pause(tx: Transaction, name: string): void {
  tx.sql.queue.pause.run(tx.makeQueue(name));
}

export function resume(tx: Transaction, name: string): void {
  const resumed = tx.sql.queue.resume.get(name);
  if (resumed !== undefined && resumed[1] > 0) tx.notify(resumed[0]);
}

/** Removes what is in these states (never running ones) when the call begins. Answers how many. */
export async function purge(
  { read, write }: PurgeCalls,
  name: string,
  states: readonly TaskState[],
): Promise<number> {
  const { queue, last } = await read((tx) => ({ queue: tx.findQueue(name), last: tx.next(0) }));
  if (queue === undefined) return 0;
  let purged = 0;
  for (let count = PURGED_AT_ONCE; count === PURGED_AT_ONCE; purged += count) {
    count = await write((tx) => purgeSome(tx, queue, states, last));
  }
  return purged;
}

/** Removes up to `PURGED_AT_ONCE` tasks that were added up to `last`. Answers how many. */
function purgeSome(tx: Transaction, queue: number, states: readonly TaskState[], last: number): number {
  let purged = 0;
  for (const state of states) {
    const rids = take(tx, { queue, state, last, limit: PURGED_AT_ONCE - purged });
    tx.count(queue, state, -rids.length);
    drop(tx, rids, EVERYTHING);
    purged += rids.length;
  }
  tx.unlistIfEmpty(queue);
  return purged;
}

interface Purged {
  readonly queue: number;
  readonly state: TaskState;
  /** Only tasks that were added up to this number. */
  readonly last: number;
  readonly limit: number;
}

/** Takes tasks out of the table of their state. */
function take({ sql }: Transaction, { queue, state, last, limit }: Purged): number[] {
  const rows = () => {
    switch (TABLE_OF[state]) {
      case "ready":
        return sql.ready.purge.all(queue, limit, last);
      case "due":
        return sql.due.purge.all(queue, limit, last, state);
      case "finished":
        return sql.finished.purge.all(queue, limit, last, state);
      case "lease":
      default:
        return [];
    }
  };
  return rows().map(([rid]) => rid);
}
