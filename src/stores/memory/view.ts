/** Entries as they are handed out: always copies. */
import type { Lease } from "../../store/store.ts";
import type { Task, TaskDetail } from "../../task/task.ts";
import type { Entry, HeldLease } from "./entry.ts";

export function toTask(entry: Entry): Task {
  return {
    id: entry.id,
    type: entry.type,
    queue: entry.queue.name,
    payload: entry.payload,
    priority: entry.priority,
    state: entry.state,
    createdAt: entry.createdAt,
    runAt: entry.runAt,
    failures: entry.failures,
    crashes: entry.crashes,
    retryLimit: entry.retryLimit,
    crashLimit: entry.crashLimit,
    key: entry.key?.value,
    headers: entry.headers,
    worker: entry.held?.worker,
    startedAt: entry.held?.startedAt,
    leaseUntil: entry.held?.until,
    cancelRequested: entry.held?.cancelRequested || undefined,
    finishedAt: entry.finishedAt,
    deadReason: entry.deadReason,
    error: entry.error,
    result: entry.result,
  };
}

export function toDetail(entry: Entry): TaskDetail {
  return { ...toTask(entry), attempts: [...(entry.attempts ?? [])] };
}

export function toLease({ entry, token }: HeldLease): Lease {
  return {
    id: entry.id,
    queue: entry.queue.name,
    token,
    type: entry.type,
    payload: entry.payload,
    priority: entry.priority,
    createdAt: entry.createdAt,
    runAt: entry.runAt,
    failures: entry.failures,
    crashes: entry.crashes,
    retryLimit: entry.retryLimit,
    headers: entry.headers,
  };
}
