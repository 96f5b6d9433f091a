/**
 * One transaction: the statements, its instant, and what it changes in counts, activity and numbers. Those are
 * gathered here and written once per queue at the end, so that a call with 1,000 tasks pays for them once.
 */
import type { MinuteActivity } from "../../store/facets.ts";
import { TASK_STATES, type TaskState } from "../../task/task.ts";
import type { Statements } from "./statements.ts";

export type ActivityEvent = Exclude<keyof MinuteActivity, "minute">;

/** A queue whose idle workers should look, with its new number of stirs. */
export interface Stirred {
  readonly name: string;
  readonly stirs: number;
}

type Change = Record<TaskState, number> & Record<`${ActivityEvent}Event`, number> & { stir: boolean };

const MINUTE_MS = 60_000;

export class Work {
  readonly s: Statements;
  /** Ms since the epoch, the same for everything in the transaction. */
  readonly now: number;
  readonly #changes = new Map<number, Change>();
  #read: number | undefined;
  #last = 0;

  constructor(statements: Statements, now: number) {
    this.s = statements;
    this.now = now;
  }

  /** Takes `count` numbers that rise over everything and answers the last of them. */
  next(count = 1): number {
    if (this.#read === undefined) this.#last = this.#read = this.s.sequenceRead.get()![0];
    this.#last += count;
    return this.#last;
  }

  /** `count` tasks more (or less) in this state. */
  count(queue: number, state: TaskState, count: number): void {
    this.#change(queue)[state] += count;
  }

  /** How many tasks more (or less) this transaction has put in this state so far. */
  counted(queue: number, state: TaskState): number {
    return this.#changes.get(queue)?.[state] ?? 0;
  }

  event(queue: number, event: ActivityEvent, count = 1): void {
    this.#change(queue)[`${event}Event`] += count;
  }

  /** Wakes the queue's workers although its pending count does not rise: something falls due earlier than before. */
  stir(queue: number): void {
    this.#change(queue).stir = true;
  }

  /** Writes what was gathered; to be called last. Answers whom to wake: here, and in other processes. */
  flush(): { readonly woken: readonly string[]; readonly stirred: readonly Stirred[] } {
    if (this.#read !== undefined && this.#last !== this.#read) this.s.sequenceWrite.run(this.#last);
    const woken: string[] = [];
    const stirred: Stirred[] = [];
    for (const [queue, change] of this.#changes) {
      this.#writeActivity(queue, change);
      const [name, pending, paused] = this.s.queueCount.get(queue, ...TASK_STATES.map((s) => change[s]))!;
      if (paused === 1) continue;
      if (change.pending > 0 || change.stir) woken.push(name);
      // While something is pending already, whoever is idle has been told.
      if (change.stir || (pending > 0 && pending - change.pending <= 0)) {
        const [, stirs] = this.s.queueStir.get(queue)!;
        stirred.push({ name, stirs });
      }
    }
    return { woken, stirred };
  }

  #writeActivity(queue: number, change: Change): void {
    const { addedEvent, completedEvent, failedEvent, crashedEvent, deadEvent } = change;
    if (addedEvent + completedEvent + failedEvent + crashedEvent + deadEvent === 0) return;
    const minute = Math.floor(this.now / MINUTE_MS);
    this.s.activityCount.run(minute, queue, addedEvent, completedEvent, failedEvent, crashedEvent, deadEvent);
  }

  #change(queue: number): Change {
    let change = this.#changes.get(queue);
    if (change === undefined) this.#changes.set(queue, (change = { ...UNCHANGED }));
    return change;
  }
}

const UNCHANGED: Change = {
  pending: 0,
  scheduled: 0,
  retrying: 0,
  running: 0,
  completed: 0,
  cancelled: 0,
  dead: 0,
  addedEvent: 0,
  completedEvent: 0,
  failedEvent: 0,
  crashedEvent: 0,
  deadEvent: 0,
  stir: false,
};
