/** What cannot be read is put aside, so that it stops no other task. */
import { readSettings } from "../../store/settings-text.ts";
import { UNREADABLE } from "../../task/life.ts";
import type { TaskError } from "../../task/task.ts";
import { dropLeases } from "./held-lease.ts";
import { enter } from "./moves.ts";
import type { Transaction } from "./transaction.ts";

const ERROR: TaskError = {
  name: "WindlassError",
  message: "the task's record has values that cannot be; they were replaced, the payload was kept as it is",
  code: "UNREADABLE",
};

/** Puts aside what was leased under this token, or drops the lease if there is no such task. */
export function quarantine(tx: Transaction, queue: number, token: number): void {
  const { sql } = tx;
  if (dropDangling(tx, [token]) > 0) return;
  const [rid] = sql.lease.task.get(token)!;
  const [, , , , settings] = sql.lease.attempt.get(token)!;
  const readable = settings !== null && readSettings(settings) !== undefined;
  sql.task.mend.run(token, tx.now, readable ? settings : null);
  dropLeases(tx, [{ token, queue }]);
  sql.task.markDetail.run(rid);
  sql.detail.recordError.run(rid, JSON.stringify(ERROR));
  enter(tx, { rid, queue }, UNREADABLE.to, { reason: UNREADABLE.reason });
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
