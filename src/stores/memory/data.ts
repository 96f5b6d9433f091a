/** Everything that one memory store holds. */
import type { Clock } from "../../store/clock.ts";
import type { CountedEvent } from "../../store/facets.ts";
import type { LeaseRef } from "../../store/store.ts";
import { WindlassError } from "../../task/errors.ts";
import type { TaskRef } from "../../task/task.ts";
import type { Entry, EntryQueue, HeldLease } from "./entry.ts";
import { Queue } from "./queue.ts";
import { MemorySignal } from "./signal.ts";

export class Data {
  /** By id, in the order in which they were added. */
  readonly entries = new Map<string, Entry>();
  readonly queues = new Map<string, Queue>();
  readonly signal = new MemorySignal();
  readonly #clock: Clock;
  #sequence = 0;
  #token = 0;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  /** The queue, made on first sight. */
  queue(name: string): Queue {
    let queue = this.queues.get(name);
    if (queue === undefined) {
      queue = new Queue(name, () => this.signal.wake(name));
      this.queues.set(name, queue);
    }
    queue.listed = true;
    return queue;
  }

  nextSequence(): number {
    return ++this.#sequence;
  }

  /** Fences rise over all tasks, so that a task removed and added again under its old id cannot repeat one. */
  nextToken(): number {
    return ++this.#token;
  }

  /** What this lease stands for, while it is the newest of its task. */
  held(lease: LeaseRef): HeldLease | undefined {
    const held = this.queues.get(lease.queue)?.running.get(lease.token);
    return held?.entry.id === lease.id ? held : undefined;
  }

  /** The task, in the queue alone that the caller names, if it names one. */
  find({ id, queue }: TaskRef): Entry | undefined {
    const entry = this.entries.get(id);
    return queue === undefined || entry?.queue.name === queue ? entry : undefined;
  }

  count(queue: EntryQueue, event: CountedEvent, now: number): void {
    queue.activity.count(event, now);
  }

  /** Removes a task for good. Its key holds until its window closes. */
  remove(entry: Entry, now: number): void {
    entry.queue.take(entry);
    this.entries.delete(entry.id);
    if (entry.key !== undefined) entry.queue.keys.end(entry.key, now);
  }

  /** These very data, or fails with `STORE_CLOSED`. */
  opened(): this {
    if (this.#closed) throw new WindlassError("STORE_CLOSED", "the memory store was closed before this call");
    return this;
  }

  close(): void {
    this.#closed = true;
    this.signal.close();
  }
}
