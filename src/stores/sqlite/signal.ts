/** Who is to be woken for which queue, in this process; the notifier tells the other ones. */
import type { Signal } from "../../store/signal.ts";
import type { Committed } from "./transaction.ts";

interface Listener {
  readonly queues: ReadonlySet<string>;
  readonly wake: () => void;
}

type Counts = readonly (readonly [queue: string, notifications: number])[];

export interface SqliteSignalOptions {
  /** Reads how many notifications there were of each queue so far; undefined if that cannot be read now. */
  readonly read: () => Counts | undefined;
  /** Called when the first listener comes and when the last one has gone. */
  readonly listening: (anybody: boolean) => void;
}

export class SqliteSignal implements Signal {
  readonly #options: SqliteSignalOptions;
  readonly #listeners = new Set<Listener>();
  readonly #woken = new Set<Listener>();
  /** The notifications of each queue that the listeners know of. */
  #known = new Map<string, number>();

  constructor(options: SqliteSignalOptions) {
    this.#options = options;
  }

  async subscribe(queues: readonly string[], wake: () => void): Promise<AsyncDisposable> {
    const listener: Listener = { queues: new Set(queues), wake };
    if (this.#listeners.size === 0) {
      this.#options.listening(true);
      this.#known = new Map(this.#options.read() ?? []);
    }
    this.#listeners.add(listener);
    return {
      [Symbol.asyncDispose]: async () => {
        if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#options.listening(false);
      },
    };
  }

  /** After a commit of this process. */
  committed({ wake, notify }: Committed): void {
    if (this.#listeners.size === 0) return;
    for (const { queue, count } of notify) this.#known.set(queue, count);
    this.#wake([...wake, ...notify.map(({ queue }) => queue)]);
  }

  /** Wakes the listeners of the queues that another process has notified of. */
  notified(): void {
    if (this.#listeners.size === 0) return;
    const now = this.#options.read();
    if (now === undefined) return; // their polling stands in
    this.#wake(now.filter(([queue, count]) => count !== this.#known.get(queue)).map(([queue]) => queue));
    this.#known = new Map(now);
  }

  close(): void {
    this.#listeners.clear();
    this.#woken.clear();
  }

  /** After the running call: a listener may claim at once. However many tasks there are, each is woken once. */
  #wake(queues: readonly string[]): void {
    for (const listener of this.#listeners) {
      if (!queues.some((queue) => listener.queues.has(queue))) continue;
      if (this.#woken.size === 0) queueMicrotask(() => this.#flush());
      this.#woken.add(listener);
    }
  }

  #flush(): void {
    const woken = [...this.#woken];
    this.#woken.clear();
    for (const listener of woken) if (this.#listeners.has(listener)) listener.wake();
  }
}
