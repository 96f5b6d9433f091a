/**
 * Outcomes on their way to the store. They wait here until a call takes them along, come back if it fails, and are
 * given up only when the store says that no repetition can mend them: then the lease runs out.
 *
 * A full store still ends leases, but adds nothing, and a call is done as a whole or not at all. So once a call with
 * followers found no room, settlements that have some are held apart and tried one at a time, until one gets through.
 * If one without followers finds none, either (a full file of SQLite), the same goes for results and errors.
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

/** So many settlements held apart are enough: each stands for work that would be done again if the worker died. */
const MOST_HELD = 1_000;

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
  /** The store had no room for settlements like these, and none of them has got through since: all such are held. */
  #holds: ((settlement: Settlement) => boolean) | undefined;
  #held: Settlement[] = [];
  #tryHeld = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Outcomes that the next calls can take along. */
  get waiting(): number {
    return this.#waiting.length + (this.#tryHeld ? 1 : 0);
  }

  /** Outcomes that wait for room in the store. Their leases are to be kept: unlike in an outage, they can be. */
  get held(): readonly LeaseRef[] {
    return this.#held;
  }

  /** No more should be started: too much waits for room. */
  get overfull(): boolean {
    return this.#held.length >= MOST_HELD;
  }

  /** There was no room for some outcomes when they were last tried. */
  get full(): boolean {
    return this.#holds !== undefined;
  }

  /** Nothing waits, for a call or for room. */
  get empty(): boolean {
    return this.#waiting.length === 0 && this.#held.length === 0;
  }

  /** The leases of all that waits. */
  get leases(): readonly LeaseRef[] {
    return [...this.#waiting, ...this.#held];
  }

  /** `followers` are added with it, and not at all if its lease is lost. */
  add({ id, queue, token }: LeaseRef, outcome: Outcome, followers?: readonly NewTask[]): void {
    const settlement =
      followers === undefined ? { id, queue, token, outcome } : { id, queue, token, outcome, followers };
    if (this.#holds?.(settlement) === true) this.#held.push(settlement);
    else {
      this.#waiting.push(settlement);
      if (followers !== undefined) this.#followers += followers.length;
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
    if (this.#holds !== undefined) this.#setApart(this.#holds);
  }

  /** After a call for which there was no room: it comes back, and what asks for room is held. False if nothing does. */
  hold(settlements: readonly Settlement[]): boolean {
    const holds = settlements.some(hasFollowers) ? hasFollowers : bringsAnything;
    if (!settlements.some(holds)) return false;
    if (this.#holds !== bringsAnything) this.#holds = holds;
    this.putBack(settlements);
    return true;
  }

  /** The one that was tried before goes to the end, so that a big one does not keep smaller ones from what room there is. */
  #setApart(holds: (settlement: Settlement) => boolean): void {
    this.#held.push(...this.#waiting.filter(holds));
    this.#waiting = this.#waiting.filter((settlement) => !holds(settlement));
    this.#followers = this.#waiting.reduce((sum, { followers }) => sum + (followers?.length ?? 0), 0);
  }

  /** There may be room again: the next call is one settlement that is held. If there is none, the next that comes goes. */
  tryHeld(): void {
    this.#tryHeld = this.#held.length > 0;
    if (!this.#tryHeld) this.#holds = undefined;
  }

  /** The settlement to try, which goes alone: it must not take others, or a claim, along if it fails. */
  takeHeld(): Settlement | undefined {
    if (!this.#tryHeld) return undefined;
    this.#tryHeld = false;
    return this.#held.shift();
  }

  /** Gives back what is held: the work is done again some time, but at no cost. Answers how much that is. */
  releaseHeld(): number {
    const held = this.#held.splice(0);
    this.#tryHeld = false;
    for (const lease of held) this.add(lease, { kind: "release" });
    return held.length;
  }

  /** After an error that repeating does not mend: each alone, so that the culprit does not take the others along. */
  async oneByOne(): Promise<void> {
    const { store, logger } = this.#options;
    this.#followers = 0;
    this.#tryHeld = false;
    for (const settlement of [...this.#waiting.splice(0), ...this.#held.splice(0)]) {
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
      if (verdicts[index] === "applied" || verdicts[index] === "unknown") continue;
      const lost = settlements[index]!;
      logger.warn({ ...named(lost), code: "LEASE_LOST" }, "the lease was lost; the outcome changed nothing");
      announceLoss(lost, worker, false);
    }
    if (this.#holds !== undefined && settlements.some(this.#holds)) this.#hasRoom();
    if (followers === undefined) return;
    for (const { settlement, results } of followers) this.#reportFollowers(settlements[settlement]!, results);
  }

  /** What is held goes with the others again; if that was too much, it is held again. */
  #hasRoom(): void {
    this.#holds = undefined;
    this.#tryHeld = false;
    for (const settlement of this.#held.splice(0))
      this.add(settlement, settlement.outcome, settlement.followers);
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

function hasFollowers({ followers }: Settlement): boolean {
  return followers !== undefined;
}

/** Nothing but the end of a lease asks for less room. */
function bringsAnything({ followers, outcome }: Settlement): boolean {
  if (followers !== undefined || "error" in outcome) return true;
  return outcome.kind === "completed" && outcome.result !== undefined;
}

function named({ id, queue, token }: Settlement): object {
  return { id, queue, token };
}
