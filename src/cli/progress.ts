/** A progress bar on standard error, only where someone can see it. */
import { type Clock, systemClock } from "../store/clock.ts";

const WIDTH = 30;

/** Redrawn at most this often: drawing costs a system call, and the eye sees no more. */
const EVERY_MS = 100;

export class Progress implements Disposable {
  readonly #total: number;
  readonly #shown: boolean;
  readonly #clock: Clock;
  readonly #startedAt: number;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #done = 0;
  #failed = 0;

  /** For `total` steps; draws nothing when `quiet` or when standard error is no terminal. */
  constructor(total: number, quiet: boolean, clock: Clock = systemClock) {
    this.#total = total;
    this.#shown = !quiet && process.stderr.isTTY;
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
  }

  /** One more is done, or several; `failed` of all so far did not succeed. */
  step(failed: number, steps = 1): void {
    this.#done += steps;
    this.#failed = failed;
    if (!this.#shown) return;
    const now = this.#clock.monotonic();
    if (now - this.#drawnAt < EVERY_MS) return;
    this.#drawnAt = now;
    const line = progressLine(this.#done, this.#total, this.#failed, now - this.#startedAt);
    process.stderr.write(`\r${line}\u001b[K`);
  }

  /** Clears the line. */
  [Symbol.dispose](): void {
    if (this.#shown) process.stderr.write("\r\u001b[K");
  }
}

/** The bar with its figures: done of total, rate, failures, and the time that is left. */
export function progressLine(done: number, total: number, failed: number, elapsedMs: number): string {
  const filled = total === 0 ? WIDTH : Math.floor((WIDTH * done) / total);
  const bar = "█".repeat(filled) + "░".repeat(WIDTH - filled);
  const perSecond = elapsedMs <= 0 ? 0 : (done / elapsedMs) * 1_000;
  const left = perSecond === 0 ? "?" : `${Math.ceil((total - done) / perSecond)} s`;
  const failures = failed === 0 ? "" : `  ${failed} failed`;
  return `${bar} ${done}/${total}  ${Math.round(perSecond)}/s  ${left} left${failures}`;
}
