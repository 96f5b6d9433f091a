/** Adding tasks. Everything that can be done once per call is: one insert per task remains. */
import type { AddResult } from "../../store/store.ts";
import { type NewTask, type TaskKey } from "../../task/task.ts";
import type { QueueNumbers } from "./queues.ts";
import { rankOf, tail } from "./rank.ts";
import type { Work } from "./work.ts";

/** What one call adds to one queue. */
interface Lot {
  readonly queue: number;
  pending: number;
  scheduled: number;
  /** The earliest of the scheduled ones. */
  earliest: number;
}

export function add(work: Work, numbers: QueueNumbers, tasks: readonly NewTask[]): AddResult[] {
  if (tasks.length === 0) return [];
  const { s, now } = work;
  const lots = new Map<string, Lot>();
  const last = work.next(tasks.length);
  const first = last - tasks.length + 1;
  const results = tasks.map((task, index): AddResult => {
    let lot = lots.get(task.queue);
    if (lot === undefined) {
      // A repeated call must not make a queue known again that was purged away meanwhile.
      if (s.idFind.get(task.id) !== undefined) return { status: "duplicate", id: task.id };
      lot = { queue: numbers.make(work, task.queue), pending: 0, scheduled: 0, earliest: Infinity };
      lots.set(task.queue, lot);
    }
    return task.key === undefined
      ? insert(work, lot, task, first + index)
      : addKeyed(work, lot, task, task.key, first + index);
  });
  s.addReady.run(first, last, now);
  for (const lot of lots.values()) settleLot(work, lot);
  s.addDue.run(first, last, now);
  return results;
}

/** Looks for the id before the key: a repeated call is answered by its own task, not by the key's. */
function addKeyed(work: Work, lot: Lot, task: NewTask, key: TaskKey, rid: number): AddResult {
  const { s, now } = work;
  if (s.idFind.get(task.id) !== undefined) return { status: "duplicate", id: task.id };
  const holder = s.keyHolder.get(lot.queue, key.value, now);
  if (holder !== undefined) {
    const [id, fingerprint] = holder;
    return { status: fingerprint === key.fingerprint ? "duplicate" : "conflict", id };
  }
  s.keyHold.run(lot.queue, key.value, task.id, key.fingerprint, closing(key, now));
  return insert(work, lot, task, rid);
}

function insert(work: Work, lot: Lot, task: NewTask, rid: number): AddResult {
  const { now } = work;
  // Whole milliseconds, never early.
  const runAt = Math.ceil(task.runAt ?? now + (task.delayMs ?? 0));
  const fresh = work.s.add.run(
    rid,
    task.id,
    lot.queue,
    task.type,
    rankOf(task.priority, tail(rid)),
    now,
    runAt,
    task.retryLimit ?? null,
    task.crashLimit ?? null,
    task.key === undefined ? null : keyText(task.key, now),
    task.payload,
  );
  if (fresh === 0) return { status: "duplicate", id: task.id };
  if (runAt <= now) lot.pending++;
  else {
    lot.scheduled++;
    lot.earliest = Math.min(lot.earliest, runAt);
  }
  return { status: "added", id: task.id };
}

function settleLot(work: Work, { queue, pending, scheduled, earliest }: Lot): void {
  work.count(queue, "pending", pending);
  work.count(queue, "scheduled", scheduled);
  work.event(queue, "added", pending + scheduled);
  // Whoever waits for the task that was due first has to wait less.
  if (scheduled > 0 && earliest < (work.s.queueDue.get(queue)![0] ?? Infinity)) work.stir(queue);
}

/** The `key` column: what is needed to give the key back to a task that lives again. */
function keyText(key: TaskKey, now: number): string {
  return JSON.stringify([key.value, key.fingerprint, closing(key, now)]);
}

function closing(key: TaskKey, now: number): number {
  return Math.ceil(now + key.windowMs);
}
