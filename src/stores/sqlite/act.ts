/** Changing tasks by hand. `task/life.ts` says what a state allows and where it leads; a refused act writes nothing. */
import type { ActResult, TaskEdit } from "../../store/facets.ts";
import { type Act, ACTS, afterAct, afterEdit, UNREADABLE } from "../../task/life.ts";
import type { TaskRef, TaskState } from "../../task/task.ts";
import { drop, enter, EVERYTHING, leave, type TaskRow } from "./moves.ts";
import { priorityOf } from "./rank.ts";
import type { ViewRow } from "./statements.ts";
import type { Transact, Transaction } from "./transaction.ts";
import { findRow, toTask } from "./view.ts";

interface Found extends TaskRow {
  readonly row: ViewRow;
  readonly state: TaskState;
  readonly priority: number;
  readonly runAt: number;
  /** Of its lease, while it runs. */
  readonly token: number | null;
}

/** Tasks that are acted on per transaction: about 10 ms. */
const ACTED_ON_AT_ONCE = 100;

/** One answer per task, in order. One transaction for all of them, unless they are many. */
export async function act(write: Transact, tasks: readonly TaskRef[], name: Act): Promise<ActResult[]> {
  const results: ActResult[] = [];
  for (let start = 0; start < tasks.length; start += ACTED_ON_AT_ONCE) {
    const some = tasks.slice(start, start + ACTED_ON_AT_ONCE);
    results.push(...(await write((tx) => some.map((task) => actOn(tx, task, name)))));
  }
  return results;
}

export function edit(tx: Transaction, task: TaskRef, change: TaskEdit): ActResult {
  const found = find(tx, task);
  if (found === undefined) return { status: "missing" };
  const runAt = newTime(change, tx.now);
  const to = afterEdit(found.state, runAt === undefined ? "kept" : runAt <= tx.now ? "due" : "later");
  if (to === undefined) return { status: "refused", state: found.state };
  const { rid } = found;
  const { payload, priority = found.priority } = change;
  if (payload !== undefined) tx.sql.task.setPayload.run(rid, payload);
  // It keeps its position in line unless its priority or its time changes.
  if (runAt !== undefined || priority !== found.priority) {
    leave(tx, found, found.state);
    tx.sql.task.setPriority.run(rid, priority);
    if (runAt !== undefined) tx.sql.task.setTime.run(rid, runAt);
    enter(tx, found, to, { at: runAt ?? found.runAt });
  }
  return applied(tx, found);
}

function actOn(tx: Transaction, task: TaskRef, name: Act): ActResult {
  const found = find(tx, task);
  if (found === undefined) return { status: "missing" };
  const to = afterAct(name, found.state);
  if (to === undefined) return { status: "refused", state: found.state };
  if (to === "removed") {
    leave(tx, found, found.state);
    drop(tx, [found.rid], EVERYTHING);
    return { status: "applied", task: toTask(found.row) };
  }
  // Its worker is asked to stop, and hears of it when it extends.
  if (to === "running") tx.sql.lease.cancel.run(found.token);
  else move(tx, found, name, to);
  return applied(tx, found);
}

function move(tx: Transaction, found: Found, name: Act, to: TaskState): void {
  const { sql, now } = tx;
  const { rid } = found;
  const { renews, due, reason } = ACTS[name];
  leave(tx, found, found.state);
  if (renews) sql.task.renew.run(rid);
  if (due) sql.task.setTime.run(rid, now);
  enter(tx, found, to, { at: due ? now : found.runAt, reason });
  if (renews) sql.key.revive.run(rid, now);
}

/** Whole milliseconds, never early. Undefined: the task keeps its time. */
function newTime({ runAt, delayMs }: TaskEdit, now: number): number | undefined {
  if (runAt !== undefined) return Math.ceil(runAt);
  return delayMs === undefined ? undefined : Math.ceil(now + delayMs);
}

function applied(tx: Transaction, { rid }: Found): ActResult {
  return { status: "applied", task: toTask(tx.sql.list.view.get(rid)!) };
}

function find(tx: Transaction, task: TaskRef): Found | undefined {
  const row = findRow(tx, task);
  if (row === undefined) return undefined;
  const [rid, , queue, , , rank, , runAt, , , , state, token] = row;
  return { rid, queue, row, state: state ?? UNREADABLE.to, priority: priorityOf(rank), runAt, token };
}
