/** A task as the scripts show it (lua/shared/view.lua), as the store shows it. */
import type { TaskDetail, TaskState } from "../../task/task.ts";
import { DEFAULT_CRASH_LIMIT } from "../../task/task.ts";
import { isTerminal } from "../../task/life.ts";
import { readAttempts, readAttemptState, readWorker } from "./attempt-state.ts";
import { readId } from "./id.ts";
import type { Reply } from "./net/client.ts";
import { readRecord, type RecordFields } from "./record.ts";

/** Id, state, lease or score, record, attempt state, attempts, result. */
export type View = readonly [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer, Buffer | null];

export function readView(queue: string, reply: Reply): TaskDetail {
  const [id, stateText, at, record, attemptStateText, attemptsText, result] = reply as View;
  const state = String(stateText) as TaskState;
  const { createdAt, priority, runAt, settings, key, type, payload } =
    readRecord(record) ?? unreadable(record);
  const attemptState = readAttemptState(attemptStateText);
  const attempts = readAttempts(attemptsText);
  return {
    ...settings,
    id: readId(id),
    type,
    queue,
    payload,
    priority,
    state,
    createdAt,
    runAt: attemptState.runAt ?? runAt,
    putBackAt: isTerminal(state) ? undefined : attemptState.putBackAt,
    failures: attemptState.failures,
    crashes: attemptState.crashes,
    crashLimit: settings?.crashLimit ?? DEFAULT_CRASH_LIMIT,
    key,
    ...(state === "running" && readLease(at, attemptState.cancelRequested)),
    ...(isTerminal(state) && { finishedAt: Number(String(at)) }),
    ...(state === "dead" && { deadReason: attemptState.deadReason }),
    error: attempts.findLast((attempt) => attempt.error !== undefined)?.error,
    ...(result !== null && { result: result.toString("utf8") }),
    attempts,
  };
}

/** Token (16 digits), until (13), since (13), worker. */
function readLease(lease: Buffer, cancelRequested: boolean): Partial<TaskDetail> {
  const text = lease.toString("latin1");
  return {
    worker: readWorker(text.slice(42)),
    startedAt: Number(text.slice(29, 42)),
    leaseUntil: Number(text.slice(16, 29)),
    ...(cancelRequested && { cancelRequested }),
  };
}

/** What can be shown of a record that is cut or not one of ours: all of it, as it is. */
function unreadable(record: Buffer): RecordFields {
  return {
    createdAt: 0,
    priority: 9,
    runAt: 0,
    settings: undefined,
    key: undefined,
    type: "unreadable",
    payload: record.toString("utf8"),
  };
}
