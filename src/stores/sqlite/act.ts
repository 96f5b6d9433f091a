/** Changing tasks by hand. `task/life.ts` says what a state allows and where it leads; a refused act writes nothing. */
import type { ActResult, TaskEdit } from "../../store/facets.ts";
import { type Act, ACTS, afterAct, afterEdit, isTerminal, isTimed, UNREADABLE } from "../../task/life.ts";
import type { TaskRef, TaskState } from "../../task/task.ts";
import { dropLeases } from "./held-lease.ts";
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
  // It keeps its position in line unless its priority or its time changes. One that waits for its time has none yet.
  if (runAt !== undefined) {
    takeOut(tx, found);
    tx.sql.task.setPriority.run(rid, priority);
    tx.sql.task.setTime.run(rid, runAt, null);
    enter(tx, found, to, { at: runAt, wall: change.runAt !== undefined });
  } else if (priority !== found.priority) {
    if (isTimed(to)) tx.sql.task.setPriority.run(rid, priority);
    else {
      takeOut(tx, found);
      tx.sql.task.setPriority.run(rid, priority);
      enter(tx, found, to);
    }
  }
  return applied(tx, found);
}

function actOn(tx: Transaction, task: TaskRef, name: Act): ActResult {
  const found = find(tx, task);
  if (found === undefined) return { status: "missing" };
  const { rid, state } = found;
  const to = afterAct(name, state);
  if (to === undefined) return { status: "refused", state };
  if (to === "removed") {
    takeOut(tx, found);
    drop(tx, [rid], EVERYTHING);
    return { status: "applied", task: toTask(tx, found.row) };
  }
  const { renews, due, reason } = ACTS[name];
  if (renews) tx.sql.task.renew.run(rid);
  if (due) tx.sql.task.setTime.run(rid, tx.now, null);
  // Its worker is asked to stop, and hears of it when it extends.
  if (to === "running") tx.sql.lease.cancel.run(found.token);
  else {
    takeOut(tx, found);
    enter(tx, found, to, { at: due ? tx.now : found.runAt, reason });
    if (isTerminal(state) && !isTerminal(to)) tx.sql.key.revive.run(rid, tx.time);
  }
  return applied(tx, found);
}

function takeOut(tx: Transaction, found: Found): void {
  const { state, token, queue } = found;
  if (state !== "running") leave(tx, found, state);
  else if (token !== null) dropLeases(tx, [{ token, queue }]);
}

/** Whole milliseconds, never early. Undefined: the task keeps its time. */
function newTime({ runAt, delayMs }: TaskEdit, now: number): number | undefined {
  if (runAt !== undefined) return Math.ceil(runAt);
  return delayMs === undefined ? undefined : Math.ceil(now + delayMs);
}

function applied(tx: Transaction, { rid }: Found): ActResult {
  return { status: "applied", task: toTask(tx, tx.sql.list.view.get(rid)!) };
}

function find(tx: Transaction, task: TaskRef): Found | undefined {
  const row = findRow(tx, task);
  if (row === undefined) return undefined;
  const [rid, , queue, , , rank, , runAt, , , , state, token] = row;
  return { rid, queue, row, state: state ?? UNREADABLE.to, priority: priorityOf(rank), runAt, token };
}
