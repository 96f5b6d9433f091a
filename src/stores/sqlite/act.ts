/** Changing tasks by hand. `life.ts` says what a state allows; a refused act writes nothing. */
import type { ActResult, TaskEdit } from "../../store/facets.ts";
import { type Act, afterAct, EDIT } from "../../task/life.ts";
import type { TaskState } from "../../task/task.ts";
import { drop, EVERYTHING, finish, leave, type TaskRow, toDue, toTail } from "./moves.ts";
import { priorityOf } from "./rank.ts";
import type { ViewRow } from "./statements.ts";
import type { Transaction } from "./transaction.ts";
import { toTask } from "./view.ts";

interface Found extends TaskRow {
  readonly row: ViewRow;
  readonly state: TaskState;
}

export function retry(tx: Transaction, id: string): ActResult {
  return act(tx, id, allowedBy("retry"), (found) => {
    const { sql, now } = tx;
    leave(tx, found, "dead");
    sql.task.renew.run(found.rid);
    sql.task.setTime.run(found.rid, now);
    toTail(tx, found);
    sql.key.revive.run(found.rid, now);
  });
}

/** A running task is asked to stop; its worker hears of it when it extends. */
export function cancel(tx: Transaction, id: string): ActResult {
  return act(tx, id, allowedBy("cancel"), (found) => {
    if (found.state === "running") {
      tx.sql.lease.cancel.run(found.row[14]);
      return;
    }
    leave(tx, found, found.state);
    finish(tx, found, "cancelled");
  });
}

export function runNow(tx: Transaction, id: string): ActResult {
  return act(tx, id, allowedBy("runNow"), (found) => {
    if (found.state === "running") return;
    leave(tx, found, found.state);
    tx.sql.task.setTime.run(found.rid, tx.now);
    toTail(tx, found);
  });
}

export function edit(tx: Transaction, id: string, change: TaskEdit): ActResult {
  return act(
    tx,
    id,
    (state) => EDIT[state] !== undefined,
    (found) => rewrite(tx, found, change),
  );
}

/** Answers the task as it was. */
export function remove(tx: Transaction, id: string): ActResult {
  const found = find(tx, id);
  if (found === undefined) return { status: "missing" };
  if (found.state === "running") return { status: "refused", state: "running" };
  leave(tx, found, found.state);
  drop(tx, [found.rid], EVERYTHING);
  return { status: "applied", task: toTask(found.row) };
}

/** A pending task keeps its position in line unless its priority or its time changes. */
function rewrite(tx: Transaction, found: Found, change: TaskEdit): void {
  const { sql, now } = tx;
  const { rid, row, state } = found;
  if (state === "running") return;
  const { payload, delayMs, priority = priorityOf(row[5]) } = change;
  const asked = change.runAt ?? (delayMs === undefined ? undefined : now + delayMs);
  const runAt = asked === undefined ? undefined : Math.ceil(asked);
  if (payload !== undefined) sql.task.setPayload.run(rid, payload);
  if (runAt === undefined && priority === priorityOf(row[5])) return;
  leave(tx, found, state);
  sql.task.setPriority.run(rid, priority);
  if (runAt !== undefined) sql.task.setTime.run(rid, runAt);
  const pending = runAt === undefined ? state === "pending" : runAt <= now;
  if (pending) toTail(tx, found);
  else toDue(tx, found, state === "retrying" ? "retrying" : "scheduled", runAt ?? row[7]);
}

function allowedBy(name: Act): (state: TaskState) => boolean {
  return (state) => afterAct(name, state) !== undefined;
}

function act(
  tx: Transaction,
  id: string,
  allowed: (state: TaskState) => boolean,
  apply: (found: Found) => void,
): ActResult {
  const found = find(tx, id);
  if (found === undefined) return { status: "missing" };
  if (!allowed(found.state)) return { status: "refused", state: found.state };
  apply(found);
  return { status: "applied", task: toTask(tx.sql.list.view.get(found.rid)!) };
}

function find(tx: Transaction, id: string): Found | undefined {
  const rid = tx.sql.task.find.get(id)?.[0];
  const row = rid === undefined ? undefined : tx.sql.list.view.get(rid);
  return row && { row, rid: row[0], queue: row[2], state: row[13] ?? "dead" };
}
