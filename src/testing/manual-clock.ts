/** A clock that stands still until a test moves it. */
import { type Clock, systemClock } from "../store/clock.ts";
import { type Duration, toMs } from "../task/duration.ts";
import { invalidOption } from "../task/options.ts";

export interface ManualClock extends Clock {
  /**
   * Moves time forward by `ms`, a number or text such as `"5m"`. Timers that fall due on the way fire at their own instant and in order, and what
   * they set off runs until it waits for something, so that a timer set by a timer is not missed.
   */
  advance(ms: Duration): Promise<void>;
  /** Steps the wall clock by `ms`, forwards or back, as a correction of the system's time does: timers do not notice. */
  step(ms: Duration): void;
  /** Timers that wait. */
  readonly timers: number;
}

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** 2030-01-01T00:00:30Z: a start of its own, half a minute away from the next minute. */
const START = 1_893_456_030_000;

/** Each stands for a machine of its own, since its boot. */
let clocks = 0;

/** A clock that starts at `start`, ms since the epoch. It and its moves fail with `INVALID_OPTION` for what is no time. */
export function manualClock(start: number = START): ManualClock {
  checkNumber(start, -Infinity, "start");
  let elapsed = 0;
  let shift = start;
  let deferred = 0;
  const boot = `manual-${process.pid}-${++clocks}`;
  const timers = new Set<Timer>();

  /** Until what was set off waits for something that is not on its way already. */
  async function quiet(): Promise<void> {
    await new Promise<void>((resolve) => systemClock.defer(resolve));
    if (deferred > 0) await quiet();
  }

  return {
    now: () => shift + elapsed,
    monotonic: () => elapsed,
    machine: { boot, now: () => elapsed },
    after(ms, callback) {
      const timer = { at: elapsed + Math.max(ms, 0), callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    defer(callback) {
      deferred += 1;
      systemClock.defer(() => {
        deferred -= 1;
        callback();
      });
    },
    async advance(ms) {
      const until = elapsed + numberOf(ms, 0);
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
      shift += numberOf(ms, -Infinity);
    },
    get timers() {
      return timers.size;
    },
  };
}

function numberOf(ms: Duration, min: number): number {
  if (typeof ms === "string") return toMs(ms, "ms");
  checkNumber(ms, min, "ms");
  return ms;
}

function checkNumber(value: unknown, min: number, option: string): void {
  if (typeof value === "number" && Number.isFinite(value) && value >= min) return;
  throw invalidOption(option, value, min === 0 ? "milliseconds from 0 on" : "milliseconds");
}

/** The first timer due by `until`; of two for the same instant the one set first. */
function next(timers: ReadonlySet<Timer>, until: number): Timer | undefined {
  let first: Timer | undefined;
  for (const timer of timers) {
    if (timer.at <= until && (first === undefined || timer.at < first.at)) first = timer;
  }
  return first;
}
