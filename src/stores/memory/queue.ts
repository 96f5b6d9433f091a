/**
 * One queue: a state set for each state, and the counts. Every task is in exactly one, that of its state:
 * `put` and `take` are the only ways in and out.
 */
import { PRIORITIES, type TaskState } from "../../task/task.ts";
import { Activity, MINUTES_KEPT } from "./activity.ts";
import type { Entry, EntryQueue, HeldLease } from "./entry.ts";
import { Heap } from "./heap.ts";
import { Keys } from "./keys.ts";
import { Line } from "./line.ts";

export class Queue implements EntryQueue {
  readonly name: string;
  readonly counts: Record<TaskState, number> = {
    pending: 0,
    scheduled: 0,
    retrying: 0,
    running: 0,
    completed: 0,
    cancelled: 0,
    dead: 0,
  };
  readonly keys = new Keys();
  readonly activity = new Activity();
  /** By token, in the order in which they were claimed. */
  readonly running = new Map<number, HeldLease>();
  /** Oldest first. */
  readonly finished = {
    completed: new Line<Entry>(),
    cancelled: new Line<Entry>(),
    dead: new Line<Entry>(),
  };
  paused = false;
  /** True from the first task or pause until it is purged away. */
  listed = false;

  /** One line per priority. */
  readonly #pending = Array.from({ length: PRIORITIES }, () => new Line<Entry>());
  /** Scheduled and retrying tasks. Those due at the same instant come out in the order in which they were added. */
  readonly #waiting = new Heap<Entry>((a, b) =>
    a.runAt === b.runAt ? a.sequence < b.sequence : a.runAt < b.runAt,
  );
  readonly #wake: () => void;

  /** `wake` is called whenever there may be something to claim, or something falls due earlier than before. */
  constructor(name: string, wake: () => void) {
    this.name = name;
    this.#wake = wake;
  }

  put(entry: Entry, state: TaskState, end: "head" | "tail" = "tail"): void {
    entry.state = state;
    this.counts[state]++;
    switch (state) {
      case "pending": {
        const line = this.#pending[entry.priority]!;
        if (end === "head") line.prepend(entry);
        else line.append(entry);
        this.#notify();
        break;
      }
      case "scheduled":
      case "retrying":
        this.#waiting.push(entry);
        if (this.#waiting.top === entry) this.#notify();
        break;
      case "running": {
        const held = entry.held!;
        this.running.set(held.token, held);
        break;
      }
      case "completed":
      case "cancelled":
      case "dead":
        this.finished[state].append(entry);
        break;
    }
  }

  /** It was used, and nothing is in it or happened in it for as long as that is shown. */
  isForgettable(now: number): boolean {
    return (
      this.activity.totals.added > 0 &&
      !this.paused &&
      this.keys.size === 0 &&
      Object.values(this.counts).every((count) => count === 0) &&
      this.activity.since(MINUTES_KEPT, now).length === 0
    );
  }

  take(entry: Entry): void {
    this.counts[entry.state]--;
    switch (entry.state) {
      case "pending":
        this.#pending[entry.priority]!.remove(entry);
        break;
      case "scheduled":
      case "retrying":
        this.#waiting.remove(entry);
        break;
      case "running":
        this.running.delete(entry.held!.token);
        break;
      case "completed":
      case "cancelled":
      case "dead":
        this.finished[entry.state].remove(entry);
        break;
    }
  }

  /** The pending task that is claimed first. */
  get first(): Entry | undefined {
    if (this.counts.pending === 0) return undefined;
    for (const line of this.#pending) {
      if (line.head !== undefined) return line.head;
    }
    return undefined;
  }

  /** The waiting task that falls due first. */
  get nextDue(): Entry | undefined {
    return this.#waiting.top;
  }

  /** The tasks in a state, but for the running ones, as a list of its own: the caller may move them. */
  inState(state: Exclude<TaskState, "running">): Entry[] {
    if (state === "pending") return this.#pending.flatMap((line) => [...line]);
    if (state === "scheduled" || state === "retrying") {
      return this.#waiting.items().filter((entry) => entry.state === state);
    }
    return [...this.finished[state]];
  }

  resume(): void {
    this.paused = false;
    this.#notify();
  }

  #notify(): void {
    if (!this.paused) this.#wake();
  }
}
