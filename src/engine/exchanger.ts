/**
 * A worker's talk with the store: calls of `exchange`, each of which carries all that there is to say, the outcomes
 * that have come in since the last one and a claim for the slots that are free. Nothing is sent while there is nothing
 * to say; a signal, a due time or the poll says that asking may be worth it again.
 *
 * Behind a network two calls are worth having under way: while the server works on one, the other's tasks run. What
 * there is to say is then split between them, and from there on they take turns by themselves.
 */
import type { Cancel } from "../store/clock.ts";
import type { Claim, Exchange, ExchangeReply, Lease } from "../store/store.ts";
import { hasCode, WindlassError } from "../task/errors.ts";
import { toTaskError } from "../task/judge.ts";
import { Apart } from "./apart.ts";
import type { ExchangerOptions } from "./exchanger-options.ts";
import { inOrder } from "./queue-weights.ts";
import { RetryWait } from "./retry-wait.ts";
import { stagger } from "./stagger.ts";

/** A due time that is already past, but not claimable, must not become a spin. */
const SHORTEST_REST_MS = 5;

/** A call beside another one is for at least this many tasks: it costs as much by itself as ten tasks do in it. */
const WORTH_A_CALL = 16;

interface Failure {
  readonly error: unknown;
}

/** What was so when a call was sent. */
interface Sent {
  /** When leases of its claim end at the latest, by the monotonic clock. */
  readonly leaseEndsAt: number;
  /** How many signals there had been. */
  readonly signals: number;
}

export class Exchanger {
  readonly #options: ExchangerOptions;
  /** Calls under way, and the slots for which they ask. */
  #calls = 0;
  #asked = 0;
  #scheduled = false;
  #mayFind = true; // a claim may find something
  #signals = 0;
  #dueAt = Number.POSITIVE_INFINITY;
  #replyLost = false;
  /** Nothing is said until the store may be well again. */
  readonly #outage: RetryWait;
  /** Nothing that the outbox holds is said until the store may have room again. */
  readonly #noRoom: RetryWait;
  readonly #apart: Apart;
  #restTimer: Cancel | undefined;
  #stopped = false;

  constructor(options: ExchangerOptions) {
    this.#options = options;
    this.#outage = new RetryWait(options.clock, options.random);
    this.#noRoom = new RetryWait(options.clock, options.random);
    this.#apart = new Apart(options);
  }

  /** Nothing is under way or about to be. */
  get idle(): boolean {
    if (this.#calls > 0) return false;
    return this.#stopped || (!this.#scheduled && this.#options.outbox.empty && this.#apart.empty);
  }

  /** How many outcomes the store has not heard, beside those of the calls under way. */
  get unsaid(): number {
    return this.#options.outbox.leases.length + this.#apart.leases.length;
  }

  /** There may be something to claim. */
  wake(): void {
    this.#mayFind = true;
    this.#signals += 1;
    this.schedule();
  }

  /** Starts a call if there is something to say. Outcomes that come in during this turn of the event loop share it. */
  schedule(): void {
    if (this.#scheduled || !this.#isWorthACall()) return;
    this.#scheduled = true;
    this.#cancelRest();
    this.#options.clock.defer(() => {
      this.#scheduled = false;
      if (this.#isWorthACall()) void this.#call();
      // A turn later, not at once: two calls that arrive together are answered together, and would never take turns.
      this.schedule();
      this.#restIfIdle();
    });
  }

  /** Ends the waits after failures: the next try is made at once. */
  retryNow(): void {
    this.#outage.end();
    this.#noRoom.end();
    this.#apart.retryNow();
  }

  /** The worker stops, and nothing runs any more: what cannot reach its part of the store is not waited for much longer. */
  hurry(): void {
    this.#apart.hurry();
  }

  /** Says nothing more. */
  stop(): void {
    this.#stopped = true;
    this.retryNow();
    this.#cancelRest();
  }

  #isWorthACall(): boolean {
    if (this.#stopped || this.#outage.active || this.#calls >= this.#mostCalls()) return false;
    const tasks = Math.max(this.#options.outbox.waiting, this.#mayFind ? this.#free() : 0);
    return tasks >= (this.#calls === 0 ? 1 : WORTH_A_CALL);
  }

  /** After a lost reply one at a time: a claim that names all leases must not meet one whose leases are on their way. */
  #mostCalls(): number {
    return this.#replyLost ? 1 : this.#options.store.callsAtOnce;
  }

  #free(): number {
    return this.#options.outbox.overfull ? 0 : this.#options.free() - this.#asked;
  }

  async #call(): Promise<void> {
    const { store, clock, leaseMs, logger, worker } = this.#options;
    const { settle, claim } = this.#next();
    const asked = claim?.max ?? 0;
    const signals = this.#signals;
    const leaseEndsAt = clock.monotonic() + leaseMs;
    this.#calls += 1;
    this.#asked += asked;
    let reply: ExchangeReply | undefined;
    let failure: Failure | undefined;
    try {
      reply = await store.exchange({ settle, claim });
    } catch (error) {
      failure = { error };
    }
    // Another reply came at the same time, and the call that follows it is about to go out.
    if (this.#scheduled) await stagger(clock);
    this.#asked -= asked;
    if (reply !== undefined) failure = this.#accept(reply, { settle, claim }, { leaseEndsAt, signals });
    if (failure === undefined) {
      if (this.#outage.reset()) logger.info({ worker }, "the store answers again");
      if (!this.#options.outbox.full) this.#noRoom.reset();
    } else {
      this.#mayFind = true;
      await this.#failed(failure.error, { settle, claim });
    }
    this.#calls -= 1;
    this.schedule();
    this.#restIfIdle();
  }

  /** Does what an answer says. One that breaks the contract is as a call that failed: what it should have said is repeated. */
  #accept(reply: ExchangeReply, { settle, claim }: Exchange, sent: Sent): Failure | undefined {
    try {
      this.#options.outbox.report(settle, reply);
      for (const lease of this.#options.sift(reply.leases, sent.leaseEndsAt)) {
        this.#begin(lease, sent.leaseEndsAt);
      }
      if (claim !== undefined) this.#learn(claim, reply, sent.signals);
      this.#apart.takeUnknown(settle, reply);
      this.#replyLost ||= hasCode(reply.failure, "UNKNOWN");
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  /** One lease that cannot be begun must not keep the others of its claim, and those of all later ones, from beginning. */
  #begin(lease: Lease, leaseEndsAt: number): void {
    const { logger, onLease } = this.#options;
    try {
      onLease(lease, leaseEndsAt);
    } catch (error) {
      const { id, queue, token } = lease;
      logger.error(
        { id, queue, token, error: toTaskError(error) },
        "an attempt could not begin; its lease will run out",
      );
    }
  }

  /** What the reply to a claim says about the next one. */
  #learn({ max, holding }: Claim, { leases, nextDueMs, failure }: ExchangeReply, signals: number): void {
    // A server that was not reached has not heard what is held.
    if (holding !== undefined && failure === undefined) this.#replyLost = false;
    if (leases.length === max) this.#mayFind = true;
    else if (signals === this.#signals) this.#mayFind = false;
    this.#dueAt = this.#options.clock.monotonic() + (nextDueMs ?? Number.POSITIVE_INFINITY);
  }

  /** All that there is to say; half of it, if it is much and another call may begin beside this one. */
  #next(): Exchange {
    const { outbox } = this.#options;
    const held = outbox.takeHeld();
    if (held !== undefined) return { settle: [held] };
    const calls = outbox.waiting < 2 * WORTH_A_CALL ? 1 : this.#mostCalls() - this.#calls;
    const settle = outbox.take(Math.ceil(outbox.waiting / calls));
    return { settle, claim: this.#claim(Math.ceil(this.#free() / calls)) };
  }

  #claim(max: number): Claim | undefined {
    if (max <= 0) return undefined;
    const { queues, leaseMs, worker, random, holding, outbox } = this.#options;
    return {
      queues: inOrder(queues, random),
      max,
      leaseMs,
      worker,
      holding: this.#replyLost ? [...holding(), ...outbox.leases, ...this.#apart.leases] : undefined,
    };
  }

  /** Keeps what could not be said, and waits before saying it again: a settlement is fenced, so repeating is safe. */
  async #failed(error: unknown, { settle, claim }: Exchange): Promise<void> {
    const { logger, outbox, worker, onClosed } = this.#options;
    if (hasCode(error, "STORE_FULL") && outbox.hold(settle)) {
      logger.warn(
        { worker, held: outbox.held.length, error: toTaskError(error) },
        "the store has no room for what some outcomes bring; these wait until it has",
      );
      void this.#waitForRoom();
      return;
    }
    if (hasCode(error, "STORE_CLOSED") || hasCode(error, "STORE_GONE")) {
      outbox.putBack(settle);
      if (this.#stopped) return;
      this.#stopped = true;
      onClosed(error);
      return;
    }
    if (hasCode(error, "UNKNOWN") && claim !== undefined) this.#replyLost = true;
    const transient = error instanceof WindlassError && error.retriable;
    if (transient && claim === undefined && this.#apart.takeAll(settle, error)) return;
    outbox.putBack(settle);
    // What no repetition can mend is given up one by one, so that it does not take the others along.
    if (!transient) await outbox.oneByOne();
    if (outbox.full) void this.#waitForRoom();
    // Of two calls that failed together one waits for both.
    if (this.#outage.active) return;
    logger.warn({ worker, error: toTaskError(error) }, "the store failed; trying again");
    await this.#outage.begin();
  }

  /** What is held is tried again after a while; all else goes on at once. */
  async #waitForRoom(): Promise<void> {
    if (this.#noRoom.active) return;
    this.#options.onFull();
    await this.#noRoom.begin();
    this.#options.outbox.tryHeld();
    this.schedule();
  }

  /** Sets the alarm for the poll, or for the next due task if that is sooner. */
  #restIfIdle(): void {
    if (this.#calls > 0 || this.#scheduled) return;
    const { clock, random, pollMs, onIdle } = this.#options;
    if (!this.#stopped && this.#restTimer === undefined && this.#free() > 0) {
      const ms = Math.min(pollMs * (0.75 + random() / 2), this.#dueAt - clock.monotonic());
      this.#restTimer = clock.after(Math.max(SHORTEST_REST_MS, ms), () => {
        this.#restTimer = undefined;
        this.wake();
      });
    }
    onIdle();
  }

  #cancelRest(): void {
    this.#restTimer?.();
    this.#restTimer = undefined;
  }
}
