/**
 * What a store refuses. The client has checked before, for the better message; but a store is public, and one value that
 * no script or statement expects can stop every claim of a queue. So each store checks what it is given, by one rule.
 *
 * Each check fails with a `WindlassError` before anything is written. On the path of every task they are a few comparisons.
 */
import { WindlassError } from "../task/errors.ts";
import { ACTS } from "../task/life.ts";
import { checkExactId, checkKey, checkName, isName, quote } from "../task/names.ts";
import { checkInteger, checkMethods } from "../task/options.ts";
import { checkPayload } from "../task/payload.ts";
import { checkSettings } from "../task/settings.ts";
import type { NewTask, TaskRef } from "../task/task.ts";
import { checkOutcome } from "./check-outcome.ts";
import {
  bothTimes,
  checkAtLeastZero,
  checkElement,
  checkInstant,
  checkList,
  checkMs,
  checkObject,
  checkPriority,
  checkState,
  checkText,
  invalid,
} from "./check-value.ts";
import type { ActivityQuery, QueueQuery, TaskEdit, TaskFilter } from "./facets.ts";
import type { Claim, Exchange, LeaseRef, MaintainRequest, Store } from "./store.ts";

/** Most tasks that one call may ask for. */
const MOST_ASKED = 2 ** 31 - 1;

/** Most queues that one call may ask for. */
const MOST_QUEUES = 500;

/** Characters of a UUID. */
const ID_LENGTH = 36;

/** Fails with `INVALID_OPTION` for what lacks a part of the contract that every store has. */
export function checkStore(store: Store): void {
  checkMethods(store, ["open", "add", "exchange", "extend", "maintain", Symbol.asyncDispose], "the store");
  checkText(store.name, "the store's name");
  checkMethods(store.signal, ["subscribe"], "the store's signal");
  checkInteger(store.callsAtOnce, 1, 1_000, "the store's callsAtOnce");
}

export function checkNewTasks(tasks: readonly NewTask[]): void {
  checkList(tasks, "tasks");
  // Most calls are of one queue and type: a name that was just checked is not looked at again.
  // To begin with it is what is no name; `undefined` would let a task without one pass.
  let queue: unknown = tasks;
  let type: unknown = tasks;
  for (let index = 0; index < tasks.length; index++) {
    const task = tasks[index]!;
    checkElement(task, "tasks", index);
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
    checkObject(key, "key");
    checkKey(key.value);
    checkMs(key.windowMs, "key.windowMs");
    if (typeof key.fingerprint !== "string" || !/^[\x21-\x7e]{1,64}$/.test(key.fingerprint)) {
      throw invalid("key.fingerprint", key.fingerprint, "1 to 64 visible ASCII characters");
    }
  }
}

export function checkExchange(exchange: Exchange): void {
  checkObject(exchange, "exchange");
  const { settle, claim } = exchange;
  checkList(settle, "settle");
  let queue: unknown = settle; // as in `checkNewTasks`
  for (let index = 0; index < settle.length; index++) {
    const settlement = settle[index]!;
    checkElement(settlement, "settle", index);
    const { id } = settlement;
    // Every task passes here, and its fence tells an id that no task has: its characters are not looked at (5 against 90 ns).
    if (typeof id !== "string" || id.length !== ID_LENGTH) checkExactId(id);
    queue = checkFence(settlement, queue);
    checkOutcome(settlement.outcome);
    if (settlement.followers !== undefined) checkNewTasks(settlement.followers);
  }
  if (claim !== undefined) checkClaim(claim);
}

/** Answers its queue; `known` is one that was checked. A stale or invented token is `lost`: an answer, not an error. */
function checkFence({ queue, token }: LeaseRef, known: unknown): unknown {
  if (queue !== known) checkName(queue, "queue");
  if (typeof token !== "number") throw invalid("token", token, "the number of a lease");
  return queue;
}

function checkLeases(leases: readonly LeaseRef[], option: string): void {
  checkList(leases, option);
  let queue: unknown = leases;
  for (let index = 0; index < leases.length; index++) {
    const lease = leases[index]!;
    checkElement(lease, option, index);
    checkExactId(lease.id);
    queue = checkFence(lease, queue);
  }
}

function checkClaim(claim: Claim): void {
  checkObject(claim, "claim");
  const { queues, max, leaseMs, worker, holding } = claim;
  checkQueues(queues, "claim.queues");
  checkInteger(max, 0, MOST_ASKED, "claim.max");
  checkMs(leaseMs, "claim.leaseMs");
  checkText(worker, "claim.worker");
  if (worker === "" || worker.length > 256) throw invalid("claim.worker", worker, "1 to 256 characters");
  if (holding !== undefined) checkLeases(holding, "claim.holding");
}

export function checkExtend(leases: readonly LeaseRef[], leaseMs: number): void {
  checkLeases(leases, "leases");
  checkMs(leaseMs, "leaseMs");
}

export function checkMaintain(request: MaintainRequest): void {
  checkObject(request, "request");
  const { limit, retention } = request;
  checkInteger(limit, 0, MOST_ASKED, "limit");
  if (retention === undefined) return;
  checkObject(retention, "retention");
  for (const state of ["completed", "cancelled", "dead"] as const) {
    const keep = retention[state];
    checkObject(keep, `retention.${state}`);
    checkAtLeastZero(keep.ageMs, `retention.${state}.ageMs`);
    checkAtLeastZero(keep.count, `retention.${state}.count`);
  }
}

export function checkFilter(filter: TaskFilter): void {
  checkObject(filter, "filter");
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

export function checkQueueQuery(query: QueueQuery): void {
  checkObject(query, "query");
  const { limit, cursor } = query;
  checkInteger(limit, 1, MOST_QUEUES, "limit");
  if (cursor === undefined) return;
  checkText(cursor, "cursor");
  // It is the name of the last queue of a page: so every store has the same.
  if (isName(cursor)) return;
  throw new WindlassError(
    "INVALID_CURSOR",
    `the cursor is ${quote(cursor)}; expected what a page of queues named`,
    {
      pointer: "cursor",
    },
  );
}

export function checkActivityQuery(query: ActivityQuery): void {
  checkObject(query, "query");
  const { queues, minutes } = query;
  checkQueues(queues, "queues");
  if (queues.length === 0 || queues.length > MOST_QUEUES) {
    throw invalid("queues", queues.length, `1 to ${MOST_QUEUES} names`);
  }
  checkInteger(minutes, 1, 1_440, "minutes");
}

export function checkTaskRef(task: TaskRef): void {
  checkObject(task, "task");
  const { id, queue } = task;
  checkExactId(id);
  if (queue !== undefined) checkName(queue, "queue");
}

export function checkAct(tasks: readonly TaskRef[], act: unknown): void {
  checkList(tasks, "tasks");
  for (let index = 0; index < tasks.length; index++) {
    checkElement(tasks[index], "tasks", index);
    checkTaskRef(tasks[index]!);
  }
  if (typeof act === "string" && Object.hasOwn(ACTS, act)) return;
  throw invalid("act", act, Object.keys(ACTS).join(", "));
}

export function checkEdit(edit: TaskEdit): void {
  checkObject(edit, "edit");
  const { payload, priority, delayMs, runAt } = edit;
  if (payload !== undefined) checkPayload(payload);
  if (priority !== undefined) checkPriority(priority);
  if (delayMs !== undefined) checkMs(delayMs, "delayMs");
  if (runAt !== undefined) checkInstant(runAt, "runAt");
  if (delayMs !== undefined && runAt !== undefined) throw bothTimes();
}

export function checkQueue(name: unknown): void {
  checkName(name, "queue");
}

function checkQueues(queues: readonly string[], option: string): void {
  checkList(queues, option);
  for (const queue of queues) checkName(queue, "queue");
}

export function checkSubscribe(queues: readonly string[], wake: () => void): void {
  checkQueues(queues, "queues");
  if (typeof wake !== "function") throw invalid("wake", wake, "a function");
}

export function checkStates(states: readonly unknown[]): void {
  checkList(states, "states");
  for (const state of states) checkState(state);
}
