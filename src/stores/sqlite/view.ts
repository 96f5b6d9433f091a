/** Rows of `list.view` as tasks. What cannot be parsed is left out: a task must be visible to be mended. */
import { readSettings } from "../../store/settings-text.ts";
import { UNREADABLE } from "../../task/life.ts";
import {
  type DeadReason,
  DEFAULT_CRASH_LIMIT,
  type Task,
  type TaskDetail,
  type TaskError,
  type TaskRef,
} from "../../task/task.ts";
import { parseAttempts } from "./attempts.ts";
import { priorityOf } from "./rank.ts";
import type { ViewRow } from "./statements.ts";
import type { Transaction } from "./transaction.ts";

/** The task's row, looked for in its queue alone if that is given. */
export function findRow({ sql }: Transaction, { id, queue }: TaskRef): ViewRow | undefined {
  const rid = sql.task.find.get(id)?.[0];
  const row = rid === undefined ? undefined : sql.list.view.get(rid);
  return queue === undefined || row?.[3] === queue ? row : undefined;
}

export function toTask(tx: Transaction, row: ViewRow): Task {
  const [, id, , queue, type, rank, createdAt, runAt, failures, crashes, key, state, , ...more] = row;
  const [
    worker,
    startedAt,
    until,
    cancel,
    finishedAt,
    reason,
    error,
    ,
    result,
    settings,
    payload,
    putBackAt,
  ] = more;
  const kept = settings === null ? undefined : readSettings(settings);
  return {
    ...kept,
    id,
    type,
    queue,
    payload,
    priority: priorityOf(rank),
    // A task that no table of a state has: its record is broken, and only a person can decide.
    state: state ?? UNREADABLE.to,
    createdAt,
    runAt,
    putBackAt: putBackAt === null || finishedAt !== null ? undefined : putBackAt,
    failures,
    crashes,
    crashLimit: kept?.crashLimit ?? DEFAULT_CRASH_LIMIT,
    key: (parse(key) as [string] | undefined)?.[0],
    worker: worker ?? undefined,
    startedAt: startedAt ?? undefined,
    leaseUntil: until === null ? undefined : tx.shown(until),
    cancelRequested: cancel === 1 || undefined,
    finishedAt: finishedAt === null ? undefined : tx.shown(finishedAt),
    deadReason: (reason as DeadReason | null) ?? undefined,
    error: parse(error) as TaskError | undefined,
    result: result ?? undefined,
  };
}

export function toDetail(tx: Transaction, row: ViewRow): TaskDetail {
  const attempts = parseAttempts(row[20]).map((attempt) => ({ ...attempt, error: attempt.error }));
  return { ...toTask(tx, row), attempts };
}

function parse(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
