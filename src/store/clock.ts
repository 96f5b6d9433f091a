/**
 * Time and chance, as parameters. This file is the only one that touches the process's clock, timers and dice
 * (a tidy test sees to it), so that everything else can be driven by a test.
 */
import { readFileSync } from "node:fs";
import { checkFunction, checkMethods } from "../task/options.ts";

/** Cancels a timer. Calling it twice, or after the timer fired, does nothing. */
export type Cancel = () => void;

export interface Clock {
  /** Milliseconds since the Unix epoch. May step. */
  now(): number;
  /** Milliseconds from an arbitrary start. Never steps back. */
  monotonic(): number;
  /**
   * What all processes of the machine have in common, for a store that they share. Undefined where the system names no boot,
   * or where this clock is nobody else's.
   */
  readonly machine?: MachineClock | undefined;
  /** Calls back once after at least `ms`. The timer keeps the process alive unless `background`. */
  after(ms: number, callback: () => void, options?: { readonly background?: boolean }): Cancel;
  /** Calls back when the input that is already waiting has been handled: the point at which a batch is full. */
  defer(callback: () => void): void;
}

/** A clock that reads alike in all processes of a machine, from its boot to the next. */
export interface MachineClock {
  /** Names the boot. Two that differ have nothing in common. */
  readonly boot: string;
  /** Milliseconds since an instant of that boot. Never steps; does not count while the machine sleeps. */
  now(): number;
}

/** A number in [0, 1). */
export type Random = () => number;

/** The clock, that of the process if there is none, or fails with `INVALID_OPTION`. */
export function toClock(clock: Clock = systemClock): Clock {
  checkMethods(clock, ["now", "monotonic", "after", "defer"], "clock");
  return clock;
}

/** The dice, those of the process if there are none, or fails with `INVALID_OPTION`. */
export function toRandom(random: Random = systemRandom): Random {
  checkFunction(random, "random");
  return random;
}

/** A longer timer would fire at once (Node sets it to 1 ms), so it is cut; every caller polls again anyway. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

let thisMachine: { readonly clock: MachineClock | undefined } | undefined;

/** Linux: CLOCK_MONOTONIC, which counts from the boot, and the kernel's name for that. Undefined elsewhere. */
function readMachine(): MachineClock | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return boot === "" ? undefined : { boot, now: () => Number(process.hrtime.bigint()) / 1e6 };
  } catch {
    return undefined;
  }
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  get machine() {
    return (thisMachine ??= { clock: readMachine() }).clock;
  },
  after(ms, callback, options) {
    const timer = setTimeout(callback, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS));
    if (options?.background === true) timer.unref();
    return () => clearTimeout(timer);
  },
  defer: (callback) => void setImmediate(callback),
};

export const systemRandom: Random = () => Math.random();
