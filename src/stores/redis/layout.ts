/**
 * The keys of a queue. Its name is in braces, so that all of them are in one slot of a cluster.
 *
 * | key | type | content |
 * |---|---|---|
 * | `…:t` | hash | id → record (record.ts) |
 * | `…:m` | hash | meta: levels (priorities in use), token, paused, hidden, voids, until, scan, idle, woken, keyed, head0 … head9 |
 * | `…:l` | hash | id → lease: token (16 digits), until (13), since (13), worker |
 * | `…:n` | hash | counters: minute and event (a added, c completed, f failed, x crashed, d dead) |
 * | `…:e` | hash | id → failures, crashes, asked to stop, run at, dead reason; id + "a" → attempts; id + "o" → result |
 * | `…:s` `…:y` | sorted set | scheduled, retrying: id by when it is due |
 * | `…:c` `…:x` `…:d` | sorted set | completed, cancelled, dead: id by when it ended |
 * | `…:v` | hash | priority and id → void entries in that ready list |
 * | `…:k` `…:w` | hash, sorted set | key → id, end of window, fingerprint; key by end of window |
 * | `…:r0` … `…:r9` | list | ids of pending tasks by priority, the next one first |
 *
 * `PREFIX:queues` is the set of all queues ever used.
 */
import { slotOf } from "./net/slot.ts";

/** In the order of `lua/shared/queue.lua`. */
const SUFFIXES = ["t", "m", "l", "n", "e", "s", "y", "c", "x", "d", "v", "k", "w"] as const;

export type Suffix = (typeof SUFFIXES)[number];

export class QueueKeys {
  readonly queue: string;
  readonly slot: number;
  /** All but the ready lists. */
  readonly fixed: readonly string[];
  readonly #base: string;
  readonly #common: readonly string[];
  readonly #ready: readonly string[];

  constructor(prefix: string, queue: string) {
    this.queue = queue;
    this.slot = slotOf(queue);
    this.#base = `${prefix}:{${queue}}:`;
    this.fixed = SUFFIXES.map((suffix) => this.#base + suffix);
    this.#common = this.fixed.slice(0, 8);
    this.#ready = Array.from({ length: 10 }, (_, level) => `${this.#base}r${level}`);
  }

  key(suffix: Suffix): string {
    return this.#base + suffix;
  }

  /** The ready lists of these priorities. */
  lists(levels: string): string[] {
    if (levels.length === 1) return [this.#ready[Number(levels)]!];
    return digitsOf(levels).map((level) => this.#ready[level]!);
  }

  /** The keys of the short way, given the priorities in use. */
  common(levels: string): string[] {
    return [...this.#common, ...this.lists(levels)];
  }

  /** Every key that the moves of a queue may touch, given the priorities in use (digits in order). */
  all(levels: string): string[] {
    return [...this.fixed, ...this.lists(levels)];
  }
}

/** Two sets of priorities as one: digits in order. */
export function mergeLevels(a: string, b: string): string {
  if (a === b && a.length === 1) return a;
  return [...new Set(digitsOf(a + b))].toSorted((x, y) => x - y).join("");
}

export function digitsOf(levels: string): number[] {
  return Array.from(levels, Number);
}
