/**
 * Natural batching: send at once if nothing is under way, otherwise collect until the running call returns.
 *
 * No timer and no window: an idle producer waits for nothing, and a busy one's batches grow just as large as the
 * store is slow. The first send is put off to the end of the current turn of the event loop, so that a loop of
 * enqueues without `await`, or a burst of HTTP requests, is one call.
 */
import type { Clock } from "../store/clock.ts";

export interface BatcherOptions<Item> {
  readonly clock: Clock;
  /** Most items in one call. */
  readonly maxItems: number;
  /** Most weight in one call; a heavier single item still goes, alone. */
  readonly maxWeight: number;
  readonly weigh: (item: Item) => number;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

export class Batcher<Item, Answer> {
  readonly #send: (items: readonly Item[]) => Promise<readonly Answer[]>;
  readonly #options: BatcherOptions<Item>;
  #waiting: Waiting<Item, Answer>[] = [];
  #running = false;
  #idle: (() => void)[] = [];

  /** `send` gets the items of one batch and answers one answer per item, in order. */
  constructor(send: (items: readonly Item[]) => Promise<readonly Answer[]>, options: BatcherOptions<Item>) {
    this.#send = send;
    this.#options = options;
  }

  /** Adds an item to the next batch; settles with its answer, or with the error of its batch. */
  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (this.#running) return;
      this.#running = true;
      this.#options.clock.defer(() => void this.#run());
    });
  }

  /** Resolves when every item added so far has its answer. */
  idle(): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#take();
      try {
        const answers = await this.#send(batch.map((waiting) => waiting.item));
        batch.forEach((waiting, index) => waiting.resolve(answers[index]!));
      } catch (error) {
        for (const waiting of batch) waiting.reject(error);
      }
      // Let those who were answered add again before the next batch is cut.
      await new Promise<void>((resolve) => this.#options.clock.defer(resolve));
    }
    this.#running = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #take(): Waiting<Item, Answer>[] {
    const { maxItems, maxWeight, weigh } = this.#options;
    let count = 0;
    let weight = 0;
    for (const { item } of this.#waiting) {
      weight += weigh(item);
      if (count > 0 && (count === maxItems || weight > maxWeight)) break;
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
