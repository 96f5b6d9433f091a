/**
 * Outcomes whose server is out of reach while others of the store can be reached (shards of a cluster). They are said by
 * themselves, after waits of their own: in front of every call they would hold up the queues that are well.
 */
import type { Clock, Random } from "../store/clock.ts";
import type { ExchangeReply, LeaseRef, Settlement, Store } from "../store/store.ts";
import { hasCode } from "../task/errors.ts";
import { toTaskError } from "../task/judge.ts";
import type { Logger } from "./logger.ts";
import type { Outbox } from "./outbox.ts";
import { RetryWait } from "./retry-wait.ts";

/** Most settlements in one call. */
const LIMIT = 1_000;

/** A part of the store that is away is worth a line no more often than this. */
const BETWEEN_LINES_MS = 5_000;

/**
 * How long a stop tries to say these once nothing runs any more. A node that restarts is back by then. A replica takes over
 * only after `cluster-node-timeout` (15 s by default), which is longer than most supervisors give a process; and what is lost
 * is not the task but one run of it.
 */
const LAST_MS = 5_000;

/** Waits between those last tries. */
const LAST_WAIT_MS = 1_000;

/** A single failure may be that of a call that began long before. */
const LAST_TRIES = 2;

export interface ApartOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Whose outcomes they are. */
  readonly worker: string;
  readonly queues: readonly unknown[];
  /** Takes what the store answers to some of them. */
  readonly outbox: Pick<Outbox, "report">;
  /** There are none left. */
  readonly onIdle: () => void;
}

export class Apart {
  readonly #options: ApartOptions;
  #wait: RetryWait;
  #settlements: Settlement[] = [];
  #saying = false;
  /** Since when only these are left to wait for, and how often they were tried in vain from then on. */
  #last: { readonly since: number; tries: number } | undefined;
  #givenUp = false;
  #quietUntil = Number.NEGATIVE_INFINITY;

  constructor(options: ApartOptions) {
    this.#options = options;
    this.#wait = new RetryWait(options.clock, options.random);
  }

  /** There is nothing to wait for: none are left, or those that are left were given up. */
  get empty(): boolean {
    return this.#givenUp || this.#settlements.length === 0;
  }

  /** The leases of all that waits, or was given up. */
  get leases(): readonly LeaseRef[] {
    return this.#settlements;
  }

  /** After a reply: what it says nothing of. */
  takeUnknown(settlements: readonly Settlement[], { verdicts, failure }: ExchangeReply): void {
    if (failure === undefined) return;
    this.#take(settlements.filter((_, i) => verdicts[i] === "unknown"));
    this.#tell(failure);
  }

  /** After a call that failed and was to settle only: all of it, if it says nothing of some queues of the worker. Else false. */
  takeAll(settlements: readonly Settlement[], error: unknown): boolean {
    if (new Set(settlements.map(({ queue }) => queue)).size >= this.#options.queues.length) return false;
    this.#take(settlements);
    this.#tell(error);
    return true;
  }

  #take(settlements: readonly Settlement[]): void {
    this.#settlements.push(...settlements);
    if (!this.#saying && settlements.length > 0) void this.#say();
  }

  /** Every claim finds out again. */
  #tell(error: unknown): void {
    const { logger, worker, clock } = this.#options;
    if (clock.monotonic() < this.#quietUntil) return;
    this.#quietUntil = clock.monotonic() + BETWEEN_LINES_MS;
    logger.warn({ worker, error: toTaskError(error) }, "a part of the store failed; the rest goes on");
  }

  /** The next try is made at once. */
  retryNow(): void {
    this.#wait.end();
  }

  /** The worker stops, and nothing runs any more: these are tried for a few seconds more. */
  hurry(): void {
    if (this.#last !== undefined) return;
    const { clock, random } = this.#options;
    this.#last = { since: clock.monotonic(), tries: 0 };
    const before = this.#wait;
    this.#wait = new RetryWait(clock, random, LAST_WAIT_MS);
    before.end();
  }

  /** After a try in vain. */
  #tooLate(): boolean {
    if (this.#last === undefined) return false;
    this.#last.tries += 1;
    return this.#last.tries >= LAST_TRIES && this.#options.clock.monotonic() - this.#last.since >= LAST_MS;
  }

  async #say(): Promise<void> {
    const { store, outbox, onIdle } = this.#options;
    this.#saying = true;
    while (!this.empty) {
      await this.#wait.begin();
      const said = this.#settlements.slice(0, LIMIT);
      try {
        const reply = await store.exchange({ settle: said });
        const open = new Set(said.filter((_, i) => reply.verdicts[i] === "unknown"));
        this.#settlements = [...this.#settlements.filter((each) => !said.includes(each)), ...open];
        if (open.size < said.length) this.#wait.reset();
        else this.#givenUp = this.#tooLate();
        outbox.report(said, reply);
      } catch (error) {
        if (hasCode(error, "STORE_CLOSED")) break;
        // Others may be of another server.
        this.#settlements = [...this.#settlements.slice(said.length), ...said];
        this.#givenUp = this.#tooLate();
      }
    }
    this.#saying = false;
    onIdle();
  }
}
