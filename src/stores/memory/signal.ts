/** Wake-ups within the process. */
import type { Signal } from "../../store/signal.ts";

type Listener = () => void;

export class MemorySignal implements Signal {
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #touched = new Set<string>();

  async subscribe(queues: readonly string[], wake: () => void): Promise<AsyncDisposable> {
    // A listener of its own for each subscription: the same function may subscribe twice and leave once.
    const listener: Listener = () => wake();
    for (const queue of queues) {
      const listeners = this.#listeners.get(queue) ?? new Set();
      this.#listeners.set(queue, listeners.add(listener));
    }
    return {
      [Symbol.asyncDispose]: async () => {
        for (const queue of queues) {
          const listeners = this.#listeners.get(queue);
          listeners?.delete(listener);
          if (listeners?.size === 0) this.#listeners.delete(queue);
        }
      },
    };
  }

  /**
   * Wakes the listeners of a queue once the running call is over: a listener may claim at once, and must not do so
   * from within half-done work. However many tasks one call makes ready, each listener is woken once.
   */
  wake(queue: string): void {
    if (!this.#listeners.has(queue)) return;
    if (this.#touched.size === 0) queueMicrotask(() => this.#flush());
    this.#touched.add(queue);
  }

  /** Forgets every listener. */
  close(): void {
    this.#listeners.clear();
  }

  #flush(): void {
    const awake = new Set<Listener>();
    for (const queue of this.#touched) {
      for (const listener of this.#listeners.get(queue) ?? []) awake.add(listener);
    }
    this.#touched.clear();
    for (const listener of awake) listener();
  }
}
