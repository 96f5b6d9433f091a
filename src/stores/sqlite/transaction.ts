/**
 * One transaction: the statements, its instant, and what it changes in counts, totals, activity and numbers. Those are
 * gathered here and written once per queue at the end, so that a call with 1,000 tasks pays for them once.
 */
import { COUNTED_EVENTS, type CountedEvent } from "../../store/facets.ts";
import { TASK_STATES, type TaskState } from "../../task/task.ts";
import type { QueueNumbers } from "./queue-numbers.ts";
import type { Statements } from "./statements.ts";
import type { Instant } from "./store-time.ts";

/** A queue whose idle workers should look, and how often that was said of it so far. */
export interface Notification {
  readonly queue: string;
  readonly count: number;
}

/** What follows a commit. */
export interface Committed {
  /** Queues whose listeners in this process are to be woken. */
  readonly wake: readonly string[];
  /** Queues whose listeners everywhere are to be woken. */
  readonly notify: readonly Notification[];
}

/** Runs `body` in a transaction and answers what it answers. */
export type Transact = <T>(body: (tx: Transaction) => T) => Promise<T>;

type Change = Record<TaskState, number> &
  Record<`${CountedEvent}Event`, number> & {
    notify: boolean;
    unlist: boolean;
  };

const MINUTE_MS = 60_000;

export class Transaction {
  readonly sql: Statements;
  /** The wall clock: instants that were given as such, and what people look at. The same for everything in the transaction. */
  readonly now: number;
  /** Store time: leases, delays, windows and ages. */
  readonly time: number;
  /** Takes an instant of the wall clock to store time. */
  readonly shift: number;
  readonly #numbers: QueueNumbers;
  readonly #changes = new Map<number, Change>();
  #read: number | undefined;
  #last = 0;

  constructor(sql: Statements, numbers: QueueNumbers, { now, time, shift }: Instant) {
    this.sql = sql;
    this.now = now;
    this.time = time;
    this.shift = shift;
    this.#numbers = numbers;
  }

  /** The store time in `ms` from now: never early. */
  after(ms: number): number {
    return Math.ceil(this.now + this.shift + ms);
  }

  /** The wall clock at this store time, as far as can be told now. */
  shown(time: number): number {
    return time - this.shift;
  }

  /** When the first of those that wait falls due, in store time; `Infinity` if none waits. */
  firstDue(due: number | null, wallDue: number | null): number {
    return Math.min(due ?? Infinity, wallDue === null ? Infinity : wallDue + this.shift);
  }

  /** The minute since the epoch that `now` is in. */
  get minute(): number {
    return Math.floor(this.now / MINUTE_MS);
  }

  /** The queue's number, undefined if nothing was ever added to it. */
  findQueue(name: string): number | undefined {
    return this.#numbers.find(this.sql, name);
  }

  /** The queue's number, made on first sight; the queue is listed from here on. */
  makeQueue(name: string): number {
    return this.#numbers.make(this.sql, name);
  }

  /** Takes `count` numbers that rise over everything and answers the last of them. */
  next(count = 1): number {
    if (this.#read === undefined) this.#last = this.#read = this.sql.transaction.readSequence.get()![0];
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

  event(queue: number, event: CountedEvent, count = 1): void {
    this.#change(queue)[`${event}Event`] += count;
  }

  /** Wakes the queue's workers although its pending count does not rise: something falls due earlier than before. */
  notify(queue: number): void {
    this.#change(queue).notify = true;
  }

  /** The queue is no longer listed if there is nothing in it after this transaction. */
  unlistIfEmpty(queue: number): void {
    this.#change(queue).unlist = true;
  }

  /** Writes what was gathered; to be called last. */
  flush(): Committed {
    const { sql } = this;
    if (this.#read !== undefined && this.#last !== this.#read)
      sql.transaction.writeSequence.run(this.#last, this.time);
    const wake: string[] = [];
    const notify: Notification[] = [];
    for (const [queue, change] of this.#changes) {
      const events = COUNTED_EVENTS.map((event) => change[`${event}Event`]);
      if (events.some((count) => count > 0)) sql.activity.count.run(this.minute, queue, ...events);
      const counts = TASK_STATES.map((state) => change[state]);
      const [name, pending, paused] = sql.queue.count.get(queue, ...counts, ...events)!;
      if (change.unlist) sql.queue.unlist.run(queue);
      if (paused === 1) continue;
      if (change.pending > 0 || change.notify) wake.push(name);
      // While something is pending already, whoever is idle has been told.
      if (change.notify || (pending > 0 && pending - change.pending <= 0)) {
        const [, count] = sql.queue.notify.get(queue)!;
        notify.push({ queue: name, count });
      }
    }
    return { wake, notify };
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
  unhandledEvent: 0,
  notify: false,
  unlist: false,
};
