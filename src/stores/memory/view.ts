/** Entries as they are handed out: always copies. */
import type { Lease } from "../../store/store.ts";
import type { TaskSettings } from "../../task/settings.ts";
import { isTerminal } from "../../task/life.ts";
import type { Task, TaskDetail } from "../../task/task.ts";
import type { Entry, HeldLease } from "./entry.ts";

export function toTask(entry: Entry): Task {
  return {
    ...copy(entry.settings),
    id: entry.id,
    type: entry.type,
    queue: entry.queue.name,
    payload: entry.payload,
    priority: entry.priority,
    state: entry.state,
    createdAt: entry.createdAt,
    runAt: entry.runAt,
    putBackAt: isTerminal(entry.state) ? undefined : entry.putBackAt,
    failures: entry.failures,
    crashes: entry.crashes,
    crashLimit: entry.crashLimit,
    key: entry.key?.value,
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

export function toLease({ entry, token, startedAt }: HeldLease): Lease {
  const lease = {
    id: entry.id,
    queue: entry.queue.name,
    token,
    type: entry.type,
    payload: entry.payload,
    priority: entry.priority,
    createdAt: entry.createdAt,
    runAt: entry.runAt,
    startedAt,
    putBackAt: entry.putBackAt,
    failures: entry.failures,
    crashes: entry.crashes,
  };
  return entry.settings === undefined ? lease : { ...lease, ...copy(entry.settings) };
}

/** Whoever gets it may do with it what they like. */
function copy(settings: TaskSettings | undefined): TaskSettings | undefined {
  return settings && structuredClone(settings);
}
