/**
 * Outcomes on their way to the store. They wait here until a call takes them along, come back if it fails, and are
 * given up only when the store says that no repetition can mend them: then the lease runs out.
 */
import type { Lease, LeaseRef, Settlement, Store, Verdict } from "../store/store.ts";
import { WindlassError } from "../task/errors.ts";
import { toTaskError } from "../task/judge.ts";
import type { Outcome } from "../task/outcome.ts";
import type { Logger } from "./logger.ts";

/** Most settlements in one call. */
const LIMIT = 1_000;

export class Outbox {
  readonly #store: Store;
  readonly #logger: Logger;
  #waiting: Settlement[] = [];

  constructor(store: Store, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
  }

  /** Outcomes that no call has taken along yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** The leases that they hold. */
  get leases(): readonly LeaseRef[] {
    return this.#waiting;
  }

  add({ id, queue, token }: Lease, outcome: Outcome): void {
    this.#waiting.push({ id, queue, token, outcome });
  }

  /** What the next call takes along: the first `count`, within reason. */
  take(count: number): readonly Settlement[] {
    const most = Math.min(count, LIMIT);
    if (this.#waiting.length > most) return this.#waiting.splice(0, most);
    const all = this.#waiting;
    this.#waiting = [];
    return all;
  }

  /** After a failed call: a settlement is fenced, so saying it again is safe. */
  giveBack(settlements: readonly Settlement[]): void {
    this.#waiting.unshift(...settlements);
  }

  /** After an error that repeating does not mend: each alone, so that the culprit does not take the others along. */
  async oneByOne(): Promise<void> {
    for (const settlement of this.#waiting.splice(0)) {
      try {
        const { verdicts } = await this.#store.exchange({ settle: [settlement] });
        this.report([settlement], verdicts);
      } catch (error) {
        if (error instanceof WindlassError && error.retriable) this.#waiting.push(settlement);
        else
          this.#logger.error(
            { ...named(settlement), error: toTaskError(error) },
            "an outcome was refused; its lease will run out",
          );
      }
    }
  }

  /** Tells of outcomes that changed nothing. */
  report(settlements: readonly Settlement[], verdicts: readonly Verdict[]): void {
    for (let index = 0; index < verdicts.length; index++) {
      if (verdicts[index] === "applied") continue;
      this.#logger.warn(
        { ...named(settlements[index]!), code: "LEASE_LOST" },
        "the lease was lost; the outcome changed nothing",
      );
    }
  }
}

function named({ id, queue, token }: Settlement): object {
  return { id, queue, token };
}
