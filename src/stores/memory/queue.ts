/**
 * One queue: a shelf for each state, and the counts. Every task is on exactly one shelf, the one of its state:
 * `put` and `take` are the only ways on and off.
 */
import { PRIORITIES, type TaskState } from "../../task/task.ts";
import { Activity } from "./activity.ts";
import type { Entry, Tenure } from "./entry.ts";
import { Heap } from "./heap.ts";
import { Keys } from "./keys.ts";
import { Line } from "./line.ts";

export class Queue {
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
  readonly running = new Map<number, Tenure>();
  /** Oldest first. */
  readonly finished = { completed: new Line(), cancelled: new Line(), dead: new Line() };
  paused = false;
  /** True from the first task or pause until it is purged away. */
  listed = false;

  /** One line per priority. */
  readonly #pending = Array.from({ length: PRIORITIES }, () => new Line());
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

  /** Puts a task that is on no shelf on that of `state`: at the tail, or back at the head. */
  put(entry: Entry, state: TaskState, end: "head" | "tail" = "tail"): void {
    entry.state = state;
    this.counts[state]++;
    switch (state) {
      case "pending": {
        const line = this.#pending[entry.priority]!;
        if (end === "head") line.prepend(entry);
        else line.append(entry);
        this.#stir();
        break;
      }
      case "scheduled":
      case "retrying":
        this.#waiting.push(entry);
        if (this.#waiting.top === entry) this.#stir();
        break;
      case "running": {
        const tenure = entry.tenure!;
        this.running.set(tenure.token, tenure);
        break;
      }
      case "completed":
      case "cancelled":
      case "dead":
        this.finished[state].append(entry);
        break;
    }
  }

  /** Takes a task off its shelf. */
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
        this.running.delete(entry.tenure!.token);
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

  /** The tasks of a shelf, but for the running ones, as a list of its own: the caller may move them. */
  inState(state: Exclude<TaskState, "running">): Entry[] {
    if (state === "pending") return this.#pending.flatMap((line) => [...walk(line)]);
    if (state === "scheduled" || state === "retrying") {
      return this.#waiting.items().filter((entry) => entry.state === state);
    }
    return [...walk(this.finished[state])];
  }

  resume(): void {
    this.paused = false;
    this.#stir();
  }

  #stir(): void {
    if (!this.paused) this.#wake();
  }
}

function* walk(line: Line): Generator<Entry> {
  for (let entry = line.head; entry !== undefined; entry = entry.next) yield entry;
}
