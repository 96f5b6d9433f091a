/**
 * Natural batching: send at once if nothing is under way, otherwise collect until a running call returns.
 *
 * No timer and no window: an idle producer waits for nothing, and a busy one's batches grow just as large as the
 * store is slow. While no call is under way the next is sent as soon as the code that runs now, and every promise that
 * is settled already, has had its say: so a loop of enqueues without `await` is one call, and so is what many producers add
 * that were answered together. A call beside another is put off for a whole turn of the event loop, so that a burst of HTTP
 * requests shares it.
 *
 * Behind a network two calls are worth having under way: while the server works on one, the other is written. What
 * waits is then split between them, and from there on they take turns by themselves.
 */
import type { Clock } from "../store/clock.ts";
import { stagger } from "./stagger.ts";

export interface BatcherOptions<Item> {
  readonly clock: Clock;
  /** Most calls under way at once. */
  readonly calls: number;
  /** Most items in one call. */
  readonly maxItems: number;
  /** Most weight in one call; a heavier single item still goes, alone. */
  readonly maxWeight: number;
  readonly weigh: (item: Item) => number;
}

/** Fewer items than this are not split: a call of its own costs as much as adding ten tasks to another. */
const SPLIT_FROM = 32;

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** In the place of an answer: this item alone failed. */
export class Failed {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

export class Batcher<Item, Answer> {
  readonly #send: (items: readonly Item[]) => Promise<readonly (Answer | Failed)[]>;
  readonly #options: BatcherOptions<Item>;
  #waiting: Waiting<Item, Answer>[] = [];
  readonly #running = new Set<readonly Waiting<Item, Answer>[]>();
  #scheduled = false;
  #answering = false;
  #idle: (() => void)[] = [];

  /** `send` gets the items of one batch and answers one answer per item, in order. */
  constructor(
    send: (items: readonly Item[]) => Promise<readonly (Answer | Failed)[]>,
    options: BatcherOptions<Item>,
  ) {
    this.#send = send;
    this.#options = options;
  }

  /** Adds an item to the next batch; settles with its answer, or with the error of its batch. */
  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#schedule();
    });
  }

  /** Resolves when every item added so far has its answer. */
  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Waits for no answer any more: what was sent fails with the one error, what was not with the other. */
  abandon(sent: unknown, unsent: unknown): void {
    for (const { reject } of [...this.#running].flat()) reject(sent);
    for (const { reject } of this.#waiting.splice(0)) reject(unsent);
    this.#running.clear(); // so that what is added later is not kept waiting for them
  }

  #isIdle(): boolean {
    return this.#running.size === 0 && this.#waiting.length === 0;
  }

  #schedule(): void {
    if (this.#scheduled || this.#running.size >= this.#options.calls) return;
    this.#scheduled = true;
    const send = (): void => {
      this.#scheduled = false;
      if (this.#waiting.length > 0) void this.#run(this.#take());
      // A turn later, not at once: two calls that arrive together are answered together, and would never take turns.
      if (this.#waiting.length > 0) this.#schedule();
    };
    if (this.#running.size === 0) process.nextTick(send);
    else this.#options.clock.defer(send);
  }

  async #run(batch: readonly Waiting<Item, Answer>[]): Promise<void> {
    this.#running.add(batch);
    try {
      const answers = await this.#send(batch.map((waiting) => waiting.item));
      if (this.#options.calls > 1) await this.#turnToAnswer();
      for (let index = 0; index < batch.length; index++) {
        const answer = answers[index]!;
        if (answer instanceof Failed) batch[index]!.reject(answer.error);
        else batch[index]!.resolve(answer);
      }
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    }
    this.#running.delete(batch);
    // Put off like the first: those who were answered add again before the next batch is cut.
    if (this.#waiting.length > 0) this.#schedule();
    else if (this.#isIdle()) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Of batches that are answered at the same time each waits until the one that follows the last has gone out. */
  async #turnToAnswer(): Promise<void> {
    const { clock } = this.#options;
    if (this.#answering) await stagger(clock);
    this.#answering = true;
    clock.defer(() => (this.#answering = false));
  }

  #take(): readonly Waiting<Item, Answer>[] {
    const { calls, maxItems, maxWeight, weigh } = this.#options;
    const among = this.#waiting.length < SPLIT_FROM ? 1 : calls - this.#running.size;
    const most = Math.min(maxItems, Math.ceil(this.#waiting.length / among));
    let count = 0;
    let weight = 0;
    for (const { item } of this.#waiting) {
      weight += weigh(item);
      if (count > 0 && (count === most || weight > maxWeight)) break;
      count += 1;
    }
    if (count === this.#waiting.length) {
      const all = this.#waiting;
      this.#waiting = [];
      return all;
    }
    return this.#waiting.splice(0, count);
  }
}
