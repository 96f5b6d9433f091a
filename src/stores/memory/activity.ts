/** What happened: per minute for the last day, and in all. */
import {
  COUNTED_EVENTS,
  type CountedEvent,
  type MinuteActivity,
  type QueueTotals,
} from "../../store/facets.ts";

type Counters = { -readonly [K in keyof MinuteActivity]: number };

const MINUTE_MS = 60_000;

/** A day. */
const MINUTES_KEPT = 1_440;

/** One entry per minute, oldest first. */
export function sumOfMinutes(several: readonly MinuteActivity[]): MinuteActivity[] {
  const sums = new Map<number, Counters>();
  for (const each of several) {
    const sum = sums.get(each.minute);
    if (sum === undefined) sums.set(each.minute, { ...each });
    else for (const event of COUNTED_EVENTS) sum[event] += each[event];
  }
  return [...sums.values()].toSorted((a, b) => a.minute - b.minute);
}

export class Activity {
  readonly #minutes = new Map<number, Counters>();
  readonly #totals = { added: 0, completed: 0, failed: 0, crashed: 0, dead: 0, unhandled: 0 };
  #latest: Counters | undefined;

  count(event: CountedEvent, now: number): void {
    const minute = Math.floor(now / MINUTE_MS) * MINUTE_MS;
    if (this.#latest?.minute !== minute) this.#latest = this.#open(minute);
    this.#latest[event]++;
    this.#totals[event]++;
  }

  /** From the first event on. */
  get totals(): QueueTotals {
    return { ...this.#totals };
  }

  /** The last `minutes` minutes in which anything happened, in no order. */
  since(minutes: number, now: number): readonly MinuteActivity[] {
    const from = (Math.floor(now / MINUTE_MS) - minutes + 1) * MINUTE_MS;
    return [...this.#minutes.values()].filter(({ minute }) => minute >= from);
  }

  #open(minute: number): Counters {
    const open = this.#minutes.get(minute);
    if (open !== undefined) return open;
    for (const old of this.#minutes.keys()) {
      if (old <= minute - MINUTES_KEPT * MINUTE_MS) this.#minutes.delete(old);
    }
    const counters: Counters = {
      minute,
      added: 0,
      completed: 0,
      failed: 0,
      crashed: 0,
      dead: 0,
      unhandled: 0,
    };
    this.#minutes.set(minute, counters);
    return counters;
  }
}
