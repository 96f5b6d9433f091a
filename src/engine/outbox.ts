/**
 * Outcomes on their way to the store. They wait here until a call takes them along, come back if it fails, and are
 * given up only when the store says that no repetition can mend them: then the lease runs out.
 */
import type { AddResult, ExchangeReply, LeaseRef, Settlement, Store } from "../store/store.ts";
import { WindlassError } from "../task/errors.ts";
import { toTaskError } from "../task/judge.ts";
import type { Outcome } from "../task/outcome.ts";
import type { NewTask } from "../task/task.ts";
import { announceLoss } from "./attempt-events.ts";
import { publishAdded } from "./events.ts";
import type { Logger } from "./logger.ts";

/** Most settlements, and most followers of them, in one call. */
const LIMIT = 1_000;

export interface OutboxOptions {
  readonly store: Store;
  readonly logger: Logger;
  /** Whose outcomes they are. */
  readonly worker: string;
}

export class Outbox {
  readonly #options: OutboxOptions;
  #waiting: Settlement[] = [];
  /** Followers of what waits: while there are none, nobody counts them. */
  #followers = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Outcomes that no call has taken along yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** The leases that they hold. */
  get leases(): readonly LeaseRef[] {
    return this.#waiting;
  }

  /** `followers` are added with it, and not at all if its lease is lost. */
  add({ id, queue, token }: LeaseRef, outcome: Outcome, followers?: readonly NewTask[]): void {
    if (followers === undefined) this.#waiting.push({ id, queue, token, outcome });
    else {
      this.#waiting.push({ id, queue, token, outcome, followers });
      this.#followers += followers.length;
    }
  }

  /** What the next call takes along: the first `count`, within reason. */
  take(count: number): readonly Settlement[] {
    const most = this.#followers === 0 ? Math.min(count, LIMIT) : this.#fitting(Math.min(count, LIMIT));
    if (this.#waiting.length > most) return this.#waiting.splice(0, most);
    const all = this.#waiting;
    this.#waiting = [];
    return all;
  }

  /** How many of the first `count` go into one call with their followers; one always does. Those are no longer counted. */
  #fitting(count: number): number {
    let settlements = 0;
    let tasks = 0;
    for (const { followers } of this.#waiting.slice(0, count)) {
      const more = followers?.length ?? 0;
      if (settlements > 0 && tasks + more > LIMIT) break;
      settlements += 1;
      tasks += more;
    }
    this.#followers -= tasks;
    return settlements;
  }

  /** After a failed call: a settlement is fenced, so saying it again is safe. */
  putBack(settlements: readonly Settlement[]): void {
    this.#waiting.unshift(...settlements);
    for (const { followers } of settlements) this.#followers += followers?.length ?? 0;
  }

  /** After an error that repeating does not mend: each alone, so that the culprit does not take the others along. */
  async oneByOne(): Promise<void> {
    const { store, logger } = this.#options;
    this.#followers = 0;
    for (const settlement of this.#waiting.splice(0)) {
      try {
        this.report([settlement], await store.exchange({ settle: [settlement] }));
      } catch (error) {
        if (error instanceof WindlassError && error.retriable)
          this.add(settlement, settlement.outcome, settlement.followers);
        else
          logger.error(
            { ...named(settlement), error: toTaskError(error) },
            "an outcome was refused; its lease will run out",
          );
      }
    }
  }

  /** Tells of outcomes that changed nothing, and of what was added. */
  report(settlements: readonly Settlement[], { verdicts, followers }: ExchangeReply): void {
    const { logger, worker } = this.#options;
    for (let index = 0; index < verdicts.length; index++) {
      if (verdicts[index] === "applied") continue;
      const lost = settlements[index]!;
      logger.warn({ ...named(lost), code: "LEASE_LOST" }, "the lease was lost; the outcome changed nothing");
      announceLoss(lost, worker, false);
    }
    if (followers === undefined) return;
    for (const { settlement, results } of followers) this.#reportFollowers(settlements[settlement]!, results);
  }

  #reportFollowers(settlement: Settlement, results: readonly AddResult[]): void {
    const tasks = settlement.followers ?? [];
    for (const [index, { status, id }] of results.entries()) {
      if (status !== "conflict") continue;
      this.#options.logger.warn(
        { ...named(settlement), key: tasks[index]?.key?.value, stands: id, code: "KEY_CONFLICT" },
        "a follower was not added: its key stands for another type or payload",
      );
    }
    publishAdded(tasks, results);
  }
}

function named({ id, queue, token }: Settlement): object {
  return { id, queue, token };
}
