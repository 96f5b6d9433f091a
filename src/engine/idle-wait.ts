/** Waiting until nothing is left to do, for so long and no longer. */
import type { Clock } from "../store/clock.ts";

export class IdleWait {
  readonly #clock: Clock;
  readonly #isIdle: () => boolean;
  #waiting: (() => void)[] = [];

  constructor(clock: Clock, isIdle: () => boolean) {
    this.#clock = clock;
    this.#isIdle = isIdle;
  }

  /** True once it is idle; false if that takes longer than `ms`. */
  within(ms: number): Promise<boolean> {
    if (this.#isIdle()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, () => resolve(false));
      this.#waiting.push(() => {
        cancel();
        resolve(true);
      });
    });
  }

  /** To be called whenever it may have become idle. */
  look(): void {
    if (this.#waiting.length === 0 || !this.#isIdle()) return;
    for (const tell of this.#waiting.splice(0)) tell();
  }
}
