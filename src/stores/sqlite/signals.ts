/** Who is to be woken for which queue, in this process; the bell tells the other ones. */
import type { Signal } from "../../store/signal.ts";
import type { Stirred } from "./work.ts";

interface Listener {
  readonly queues: ReadonlySet<string>;
  readonly wake: () => void;
}

type Stirs = readonly (readonly [name: string, stirs: number])[];

export interface SignalsOptions {
  /** Reads how often each queue was stirred so far; undefined if that cannot be read now. */
  readonly read: () => Stirs | undefined;
  /** Called when the first listener comes and when the last one has gone. */
  readonly listening: (anybody: boolean) => void;
}

export class Signals implements Signal {
  readonly #options: SignalsOptions;
  readonly #listeners = new Set<Listener>();
  readonly #due = new Set<Listener>();
  /** The stirs of each queue that the listeners know of. */
  #known = new Map<string, number>();

  constructor(options: SignalsOptions) {
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
  committed(woken: readonly string[], stirred: readonly Stirred[]): void {
    if (this.#listeners.size === 0) return;
    for (const { name, stirs } of stirred) this.#known.set(name, stirs);
    this.#wake([...woken, ...stirred.map(({ name }) => name)]);
  }

  /** The bell rang: wakes the listeners of the queues that another process stirred. */
  heard(): void {
    if (this.#listeners.size === 0) return;
    const now = this.#options.read();
    if (now === undefined) return; // their polling stands in
    this.#wake(now.filter(([name, stirs]) => stirs !== this.#known.get(name)).map(([name]) => name));
    this.#known = new Map(now);
  }

  close(): void {
    this.#listeners.clear();
    this.#due.clear();
  }

  /** After the running call: a listener may claim at once. However many tasks there are, each is woken once. */
  #wake(names: readonly string[]): void {
    for (const listener of this.#listeners) {
      if (!names.some((name) => listener.queues.has(name))) continue;
      if (this.#due.size === 0) queueMicrotask(() => this.#flush());
      this.#due.add(listener);
    }
  }

  #flush(): void {
    const due = [...this.#due];
    this.#due.clear();
    for (const listener of due) if (this.#listeners.has(listener)) listener.wake();
  }
}
