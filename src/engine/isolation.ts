/**
 * Suspects run alone. When a worker dies, every task that it ran is charged with the crash, the guilty one and those beside it.
 * They come back together, and would die together: so one that crashed twice, or that the next crash kills, is begun only
 * when nothing else runs in its worker, and nothing is begun beside it. Of what crashes then it alone is the cause, so only
 * the guilty ones use up their budget.
 *
 * Others are not to wait for that for long: a worker takes one suspect at a time and puts the others back for another worker,
 * and after each it works on other tasks for as long as the suspect took it. So at least half of a worker's time is for healthy
 * tasks, as long as there are any.
 */
import type { Cancel, Clock, Random } from "../store/clock.ts";
import type { Lease } from "../store/store.ts";
import type { Outcome } from "../task/outcome.ts";
import { toTaskError } from "../task/judge.ts";
import { DEFAULT_CRASH_LIMIT } from "../task/task.ts";
import type { Attempt } from "./attempt.ts";
import type { Logger } from "./logger.ts";

/** From so many crashes on a task is a suspect: one that crashed once may have stood beside the guilty one, or been deployed over. */
const SUSPECT_FROM = 2;

/** A suspect that is not begun here is put back for about so long. */
const PUT_BACK_MS = 1_000;

/** Tasks that run longer than this are not waited for: the suspect is begun beside them. */
const LONGEST_WAIT_MS = 60_000;

/** True if the task has crashed so often that it has to run alone. A task that may not crash at all has no second try. */
export function isSuspect({ crashes, crashLimit = DEFAULT_CRASH_LIMIT }: Lease): boolean {
  return crashes >= SUSPECT_FROM || (crashes > 0 && crashes >= crashLimit);
}

export interface IsolationOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Whether there is a handler for its type: what cannot run here needs not be alone. */
  readonly runs: (lease: Lease) => boolean;
  /** How many other attempts run now. */
  readonly active: () => number;
  /** All that ran is settled, and nothing is claimed. */
  readonly settled: () => boolean;
  /** Makes the attempt, whose lease is to be kept from then on. */
  readonly attempt: (lease: Lease, expiresAt: number) => Attempt;
  readonly begin: (attempt: Attempt) => void;
  readonly putBack: (lease: Lease, outcome: Outcome) => void;
}

export class Isolation {
  readonly #options: IsolationOptions;
  #suspect: Attempt | undefined;
  #begun = false;
  #takenAt = 0;
  #restUntil = Number.NEGATIVE_INFINITY;
  #deadline: Cancel | undefined;

  constructor(options: IsolationOptions) {
    this.#options = options;
  }

  /** The suspect that waits until it is alone; nothing else is to be claimed while there is one, waiting or running. */
  get waiting(): Attempt | undefined {
    return this.#begun ? undefined : this.#suspect;
  }

  get busy(): boolean {
    return this.#suspect !== undefined;
  }

  /** Of what one claim brought those that begin as always. Of the suspects one is kept until it is alone. */
  sift(leases: readonly Lease[], expiresAt: number): readonly Lease[] {
    if (!leases.some(isSuspect)) return leases; // the rule
    const { runs } = this.#options;
    const suspects = leases.filter((lease) => isSuspect(lease) && runs(lease));
    const healthy = leases.filter((lease) => !suspects.includes(lease));
    for (const lease of suspects) {
      if (this.#mayTake(healthy.length)) this.#take(lease, expiresAt);
      else this.#putBack(lease);
    }
    return healthy;
  }

  /** To be called whenever something has ended: begins the suspect once it is alone. */
  look(): void {
    if (this.waiting !== undefined && this.#options.active() === 0 && this.#options.settled()) this.#begin();
  }

  /** The suspect has ended, or its lease is lost. */
  ended(attempt: Attempt): void {
    if (attempt !== this.#suspect) return;
    const now = this.#options.clock.monotonic();
    this.#restUntil = now + (now - this.#takenAt);
    this.#clear();
  }

  /** Gives up the suspect that waits, if there is one: the worker stops. */
  leave(): Attempt | undefined {
    const { waiting } = this;
    if (waiting !== undefined) this.#clear();
    return waiting;
  }

  /** Without other work there is nothing for which to rest. */
  #mayTake(healthy: number): boolean {
    if (this.busy) return false;
    const { clock, active } = this.#options;
    return clock.monotonic() >= this.#restUntil || (healthy === 0 && active() === 0);
  }

  #take(lease: Lease, expiresAt: number): void {
    const { clock, attempt } = this.#options;
    this.#suspect = attempt(lease, expiresAt);
    this.#takenAt = clock.monotonic();
    this.#deadline = clock.after(LONGEST_WAIT_MS, () => this.#begin(), { background: true });
  }

  #putBack(lease: Lease): void {
    const { random, putBack } = this.#options;
    putBack(lease, { kind: "requeue", delayMs: Math.round(PUT_BACK_MS * (0.5 + random())), why: "suspect" });
  }

  #begin(): void {
    const { waiting } = this;
    if (waiting === undefined) return;
    this.#deadline?.();
    this.#begun = true;
    try {
      this.#options.begin(waiting);
    } catch (error) {
      this.#clear(); // or the worker would wait for its end, and take nothing else
      const { id, queue, token } = waiting.lease;
      this.#options.logger.error(
        { id, queue, token, error: toTaskError(error) },
        "an attempt could not begin; its lease will run out",
      );
    }
  }

  #clear(): void {
    this.#deadline?.();
    this.#suspect = undefined;
    this.#begun = false;
  }
}
