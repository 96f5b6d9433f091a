/**
 * Store time: milliseconds that count on with the machine's monotonic clock, alike in every process on the file. It is that of
 * the wall clock when the file is first opened after a boot, and from then on takes no notice when that one is set.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Clock, MachineClock } from "../../store/clock.ts";
import type { Statements } from "./statements.ts";

/** Both clocks, read together. Whole milliseconds. */
export interface Instant {
  /** The wall clock, since the epoch. */
  readonly now: number;
  /** Store time, rounded down: what has come by now. */
  readonly time: number;
  /** Store time less wall clock, rounded up: takes an instant to store time so that it is never early. */
  readonly shift: number;
}

export class StoreTime {
  readonly #clock: Clock;
  /** Store time less monotonic time. Undefined where the system names no boot: the wall clock is store time then. */
  #ahead: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  read(): Instant {
    const now = Math.floor(this.#clock.now());
    const { machine } = this.#clock;
    if (this.#ahead === undefined || machine === undefined) return { now, time: now, shift: 0 };
    const time = machine.now() + this.#ahead;
    return { now, time: Math.floor(time), shift: Math.ceil(time) - now };
  }

  /** To be called once, before anything is compared. Takes the write lock only after a boot; a busy store may be tried again. */
  open(db: DatabaseSync, sql: Statements): void {
    const { machine } = this.#clock;
    if (machine === undefined) return;
    const known = sql.transaction.readClock.get();
    if (known?.[0] === machine.boot) {
      this.#ahead = known[1];
      return;
    }
    sql.transaction.begin.run();
    try {
      this.#ahead = this.#begin(sql, machine);
      sql.transaction.commit.run();
    } catch (error) {
      if (db.isTransaction) sql.transaction.rollback.run();
      throw error;
    }
  }

  /**
   * Under the lock, where another process may have been first. Never before the last time that was written: with a wall clock
   * that was set back meanwhile, leases and delays would be longer by as much.
   */
  #begin(sql: Statements, machine: MachineClock): number {
    const known = sql.transaction.readClock.get();
    if (known?.[0] === machine.boot) return known[1];
    const [last] = sql.transaction.readTime.get()!;
    const ahead = Math.round(Math.max(this.#clock.now(), last) - machine.now());
    sql.transaction.writeClock.run(machine.boot, ahead);
    return ahead;
  }
}
