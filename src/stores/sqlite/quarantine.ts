/** What cannot be read goes to the dead letters with reason `invalid`, so that it stops no other task. */
import type { TaskError } from "../../task/task.ts";
import { markDead } from "./moves.ts";
import type { Transaction } from "./transaction.ts";

const UNREADABLE: TaskError = {
  name: "WindlassError",
  message: "the task's record has numbers that cannot be; they were replaced, the payload was kept as it is",
  code: "UNREADABLE",
};

/** Puts aside what was leased under this token, or drops the lease if there is no such task. */
export function quarantine(tx: Transaction, queue: number, token: number): void {
  const { sql } = tx;
  if (dropDangling(tx, [token]) > 0) return;
  sql.task.mend.run(token, tx.now);
  const [rid] = sql.lease.task.get(token)!;
  sql.lease.drop.run(token, token);
  sql.task.markDetail.run(rid);
  sql.detail.recordError.run(rid, JSON.stringify(UNREADABLE));
  tx.count(queue, "running", -1);
  markDead(tx, { rid, queue }, "invalid");
}

/** Drops those of the leases whose task is gone. Answers how many. */
export function dropDangling(tx: Transaction, tokens: readonly number[]): number {
  let dropped = 0;
  for (const token of tokens) {
    const row = tx.sql.lease.dropDangling.get(token);
    if (row === undefined) continue;
    tx.count(row[0], "running", -1);
    dropped++;
  }
  return dropped;
}
