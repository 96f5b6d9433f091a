/** Adding tasks. Everything that can be done once per call is: one insert per task remains. */
import type { AddResult } from "../../store/store.ts";
import { type NewTask, type TaskKey } from "../../task/task.ts";
import type { SQLInputValue } from "node:sqlite";
import type { QueueNumbers } from "./queues.ts";
import { rankOf, tail } from "./rank.ts";
import { ADDED_AT_ONCE } from "./statements.ts";
import type { Work } from "./work.ts";

/** What one call adds to one queue. */
interface Lot {
  readonly queue: number;
  pending: number;
  scheduled: number;
  /** The earliest of the scheduled ones. */
  earliest: number;
}

/** A task on its way into the table. */
interface Entry {
  /** Its place in the call. */
  readonly index: number;
  readonly task: NewTask;
  readonly lot: Lot;
  readonly rid: number;
  readonly runAt: number;
}

export function add(work: Work, numbers: QueueNumbers, tasks: readonly NewTask[]): AddResult[] {
  if (tasks.length === 0) return [];
  const { s, now } = work;
  const lots = new Map<string, Lot>();
  const last = work.next(tasks.length);
  const first = last - tasks.length + 1;
  const answers = tasks.map(({ id }): AddResult => ({ status: "added", id }));
  let plain: Entry[] = [];
  for (const [index, task] of tasks.entries()) {
    let lot = lots.get(task.queue);
    if (lot === undefined) {
      // A repeated task must not make a queue known, or known again after a purge. It may be one of this very call.
      insert(work, plain, answers);
      plain = [];
      if (s.idFind.get(task.id) !== undefined) {
        answers[index] = { status: "duplicate", id: task.id };
        continue;
      }
      lot = { queue: numbers.make(work, task.queue), pending: 0, scheduled: 0, earliest: Infinity };
      lots.set(task.queue, lot);
    }
    // Whole milliseconds, never early.
    const runAt = Math.ceil(task.runAt ?? now + (task.delayMs ?? 0));
    const entry: Entry = { index, task, lot, rid: first + index, runAt };
    if (task.key === undefined) plain.push(entry);
    if (plain.length === ADDED_AT_ONCE || task.key !== undefined) {
      insert(work, plain, answers);
      plain = [];
    }
    if (task.key !== undefined) addKeyed(work, entry, task.key, answers);
  }
  insert(work, plain, answers);
  s.addReady.run(first, last, now);
  for (const lot of lots.values()) settleLot(work, lot);
  s.addDue.run(first, last, now);
  return answers;
}

/** Looks for the id before the key: a repeated call is answered by its own task, not by the key's. */
function addKeyed(work: Work, entry: Entry, key: TaskKey, answers: AddResult[]): void {
  const { s, now } = work;
  const { index, task, lot } = entry;
  if (s.idFind.get(task.id) !== undefined) {
    answers[index] = { status: "duplicate", id: task.id };
    return;
  }
  const holder = s.keyHolder.get(lot.queue, key.value, now);
  if (holder !== undefined) {
    const [id, fingerprint] = holder;
    answers[index] = { status: fingerprint === key.fingerprint ? "duplicate" : "conflict", id };
    return;
  }
  s.keyHold.run(lot.queue, key.value, task.id, key.fingerprint, closing(key, now));
  insert(work, [entry], answers);
}

function insert(work: Work, entries: readonly Entry[], answers: AddResult[]): void {
  const { s, now } = work;
  let landed = 0;
  if (entries.length === ADDED_AT_ONCE) {
    const values: SQLInputValue[] = [];
    for (const entry of entries) pushValues(values, entry, now);
    landed = s.addMany.run(...values);
  } else {
    for (const entry of entries) landed += s.add.run(...pushValues([], entry, now));
  }
  for (const { index, task, lot, rid, runAt } of entries) {
    // Only when fewer landed than were sent is it worth asking which.
    if (landed < entries.length && s.idFind.get(task.id)?.[0] !== rid) {
      answers[index] = { status: "duplicate", id: task.id };
    } else if (runAt <= now) {
      lot.pending++;
    } else {
      lot.scheduled++;
      lot.earliest = Math.min(lot.earliest, runAt);
    }
  }
}

/** In the order of `add.sql`. */
function pushValues(values: SQLInputValue[], { task, lot, rid, runAt }: Entry, now: number): SQLInputValue[] {
  const { id, type, priority, retryLimit, crashLimit, key, payload } = task;
  const rank = rankOf(priority, tail(rid));
  const keyed = key === undefined ? null : keyText(key, now);
  values.push(
    rid,
    id,
    lot.queue,
    type,
    rank,
    now,
    runAt,
    retryLimit ?? null,
    crashLimit ?? null,
    keyed,
    payload,
  );
  return values;
}

function settleLot(work: Work, { queue, pending, scheduled, earliest }: Lot): void {
  work.count(queue, "pending", pending);
  work.count(queue, "scheduled", scheduled);
  work.event(queue, "added", pending + scheduled);
  // Whoever waits for the task that was due first has to wait less.
  if (scheduled > 0 && earliest < (work.s.queueDue.get(queue)?.[0] ?? Infinity)) work.stir(queue);
}

/** The `key` column: what is needed to give the key back to a task that lives again. */
function keyText(key: TaskKey, now: number): string {
  return JSON.stringify([key.value, key.fingerprint, closing(key, now)]);
}

function closing(key: TaskKey, now: number): number {
  return Math.ceil(now + key.windowMs);
}
