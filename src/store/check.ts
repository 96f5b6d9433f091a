/**
 * What a store refuses. The client has checked before, for the better message; but a store is public, and one value that
 * no script or statement expects can stop every claim of a queue. So each store checks what it is given, by one rule.
 *
 * Each check fails with a `WindlassError` before anything is written. On the path of every task they are a few comparisons.
 */
import { WindlassError } from "../task/errors.ts";
import { LAST_INSTANT_MS } from "../task/instant.ts";
import { ACTS, moveOf } from "../task/life.ts";
import { checkExactId, checkKey, checkName, quote } from "../task/names.ts";
import { checkInteger } from "../task/options.ts";
import { checkPayload } from "../task/payload.ts";
import { checkSettings } from "../task/settings.ts";
import { type NewTask, PRIORITIES, TASK_STATES, type TaskRef } from "../task/task.ts";
import type { ActivityQuery, TaskEdit, TaskFilter } from "./facets.ts";
import type { Claim, Exchange, LeaseRef, MaintainRequest, Settlement } from "./store.ts";

/** Most tasks that one call may ask for. */
const MOST_ASKED = 2 ** 31 - 1;

export function checkNewTasks(tasks: readonly NewTask[]): void {
  checkList(tasks, "tasks");
  // Most calls are of one queue and type: a name that was just checked is not looked at again.
  // To begin with it is what is no name; `undefined` would let a task without one pass.
  let queue: unknown = tasks;
  let type: unknown = tasks;
  for (const task of tasks) {
    if (task.queue !== queue) queue = checkName(task.queue, "queue");
    if (task.type !== type) type = checkName(task.type, "type");
    checkNewTask(task);
  }
}

function checkNewTask(task: NewTask): void {
  checkExactId(task.id);
  checkPayload(task.payload);
  checkPriority(task.priority);
  const { delayMs, runAt, key } = task;
  if (delayMs !== undefined) checkMs(delayMs, "delayMs");
  if (runAt !== undefined) checkInstant(runAt, "runAt");
  if (delayMs !== undefined && runAt !== undefined) throw bothTimes();
  checkSettings(task);
  if (key !== undefined) {
    checkKey(key.value);
    checkMs(key.windowMs, "key.windowMs");
    if (typeof key.fingerprint !== "string" || !/^[\x21-\x7e]{1,64}$/.test(key.fingerprint)) {
      throw invalid("key.fingerprint", key.fingerprint, "1 to 64 visible ASCII characters");
    }
  }
}

export function checkExchange({ settle, claim }: Exchange): void {
  checkList(settle, "settle");
  for (const settlement of settle) checkSettlement(settlement);
  if (claim !== undefined) checkClaim(claim);
}

function checkSettlement({ outcome, followers }: Settlement): void {
  // A stale or invented lease is `lost`, which is an answer, not an error.
  if (typeof outcome !== "object" || outcome === null || moveOf(outcome) === undefined) {
    throw invalid("outcome", outcome, "an outcome");
  }
  if (outcome.kind === "retry" || outcome.kind === "snooze") checkMs(outcome.delayMs, "outcome.delayMs");
  if (outcome.kind === "completed" && outcome.result !== undefined)
    checkText(outcome.result, "outcome.result");
  if (followers !== undefined) checkNewTasks(followers);
}

function checkClaim({ queues, max, leaseMs, worker, holding }: Claim): void {
  checkList(queues, "claim.queues");
  for (const queue of queues) checkName(queue, "queue");
  checkInteger(max, 0, MOST_ASKED, "claim.max");
  checkMs(leaseMs, "claim.leaseMs");
  checkText(worker, "claim.worker");
  if (worker === "" || worker.length > 256) throw invalid("claim.worker", worker, "1 to 256 characters");
  if (holding !== undefined) checkList(holding, "claim.holding");
}

export function checkExtend(leases: readonly LeaseRef[], leaseMs: number): void {
  checkList(leases, "leases");
  checkMs(leaseMs, "leaseMs");
}

export function checkMaintain({ limit, retention }: MaintainRequest): void {
  checkInteger(limit, 0, MOST_ASKED, "limit");
  if (retention === undefined) return;
  for (const state of ["completed", "cancelled", "dead"] as const) {
    const { ageMs, count } = retention[state];
    checkAtLeastZero(ageMs, `retention.${state}.ageMs`);
    checkAtLeastZero(count, `retention.${state}.count`);
  }
}

export function checkFilter(filter: TaskFilter): void {
  const { queue, state, type, text, createdFrom, createdBefore, limit, cursor } = filter;
  if (queue !== undefined) checkName(queue, "queue");
  if (state !== undefined) checkState(state);
  if (type !== undefined) checkName(type, "type");
  if (text !== undefined) checkText(text, "text");
  if (createdFrom !== undefined) checkInstant(createdFrom, "createdFrom");
  if (createdBefore !== undefined) checkInstant(createdBefore, "createdBefore");
  if (cursor !== undefined) checkText(cursor, "cursor");
  checkInteger(limit, 1, 500, "limit");
}

export function checkActivityQuery({ queue, minutes }: ActivityQuery): void {
  if (queue !== undefined) checkName(queue, "queue");
  checkInteger(minutes, 1, 1_440, "minutes");
}

export function checkTaskRef({ id, queue }: TaskRef): void {
  checkExactId(id);
  if (queue !== undefined) checkName(queue, "queue");
}

export function checkAct(tasks: readonly TaskRef[], act: unknown): void {
  checkList(tasks, "tasks");
  for (const task of tasks) checkTaskRef(task);
  if (typeof act === "string" && Object.hasOwn(ACTS, act)) return;
  throw invalid("act", act, Object.keys(ACTS).join(", "));
}

export function checkEdit({ payload, priority, delayMs, runAt }: TaskEdit): void {
  if (payload !== undefined) checkPayload(payload);
  if (priority !== undefined) checkPriority(priority);
  if (delayMs !== undefined) checkMs(delayMs, "delayMs");
  if (runAt !== undefined) checkInstant(runAt, "runAt");
  if (delayMs !== undefined && runAt !== undefined) throw bothTimes();
}

export function checkQueue(name: unknown): void {
  checkName(name, "queue");
}

export function checkStates(states: readonly unknown[]): void {
  checkList(states, "states");
  for (const state of states) checkState(state);
}

function checkPriority(priority: unknown): void {
  if (Number.isInteger(priority) && (priority as number) >= 0 && (priority as number) < PRIORITIES) return;
  throw invalid("priority", priority, `a whole number from 0 to ${PRIORITIES - 1}`);
}

function checkState(state: unknown): void {
  if (!(TASK_STATES as readonly unknown[]).includes(state)) {
    throw invalid("state", state, TASK_STATES.join(", "));
  }
}

function checkMs(ms: unknown, option: string): void {
  if (typeof ms === "number" && ms >= 0 && ms <= LAST_INSTANT_MS) return;
  throw invalid(option, ms, "milliseconds from 0 on");
}

function checkInstant(instant: unknown, option: string): void {
  if (typeof instant === "number" && Math.abs(instant) <= LAST_INSTANT_MS) return;
  throw invalid(option, instant, "milliseconds since 1970");
}

/** Infinity is fine: it bounds nothing. */
function checkAtLeastZero(value: unknown, option: string): void {
  if (typeof value !== "number" || !(value >= 0)) throw invalid(option, value, "a number from 0 on");
}

function checkText(text: unknown, option: string): void {
  if (typeof text !== "string" || !text.isWellFormed()) {
    throw invalid(option, text, "text that UTF-8 can write");
  }
}

function checkList(list: unknown, option: string): void {
  if (!Array.isArray(list)) throw invalid(option, list, "a list");
}

function bothTimes(): WindlassError {
  return new WindlassError("INVALID_OPTION", "delayMs and runAt are both given; expected one of them", {
    pointer: "runAt",
  });
}

function invalid(option: string, value: unknown, expected: string): WindlassError {
  return new WindlassError("INVALID_OPTION", `${option} is ${quote(value)}; expected ${expected}`, {
    pointer: option,
  });
}
