/** A clock that stands still until a test moves it. */
import { type Clock, systemClock } from "../store/clock.ts";

export interface ManualClock extends Clock {
  /**
   * Moves time forward by `ms`. Timers that fall due on the way fire at their own instant and in order, and what
   * they set off runs until it waits for something, so that a timer set by a timer is not missed.
   */
  advance(ms: number): Promise<void>;
  /** Steps the wall clock by `ms`, forwards or back, as a correction of the system's time does: timers do not notice. */
  step(ms: number): void;
  /** Timers that wait. */
  readonly timers: number;
}

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** 2030-01-01T00:00:30Z: a start of its own, half a minute away from the next minute. */
const START = 1_893_456_030_000;

/** A clock that starts at `start`, ms since the epoch. */
export function manualClock(start: number = START): ManualClock {
  let elapsed = 0;
  let shift = start;
  const timers = new Set<Timer>();
  return {
    now: () => shift + elapsed,
    monotonic: () => elapsed,
    after(ms, callback) {
      const timer = { at: elapsed + Math.max(ms, 0), callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    defer: (callback) => systemClock.defer(callback),
    async advance(ms) {
      const until = elapsed + ms;
      for (let timer = next(timers, until); timer !== undefined; timer = next(timers, until)) {
        timers.delete(timer);
        elapsed = Math.max(elapsed, timer.at);
        timer.callback();
        await quiet();
      }
      elapsed = Math.max(elapsed, until);
      await quiet();
    },
    step(ms) {
      shift += ms;
    },
    get timers() {
      return timers.size;
    },
  };
}

/** The first timer due by `until`; of two for the same instant the one set first. */
function next(timers: ReadonlySet<Timer>, until: number): Timer | undefined {
  let first: Timer | undefined;
  for (const timer of timers) {
    if (timer.at <= until && (first === undefined || timer.at < first.at)) first = timer;
  }
  return first;
}

/** Once promises that are already on their way have run. */
function quiet(): Promise<void> {
  return new Promise((resolve) => systemClock.defer(resolve));
}
