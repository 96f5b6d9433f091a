/**
 * Keeps the leases of running attempts: extends them three times per lease, and tells an attempt that its lease is
 * lost, be it that the store says so or that the store could not be asked in time. One timer for all attempts.
 *
 * Leases of outcomes that wait for room in a full store are kept, too, for as long as that takes: such a store still
 * extends leases, and one that ran out would be charged as a crash of a task that has done its work. An outage is another
 * matter: then neither an outcome nor an extension gets through, and if it outlasts the lease, the lease is lost.
 */
import type { Cancel, Clock } from "../store/clock.ts";
import type { LeaseRef, Store } from "../store/store.ts";
import { toTaskError } from "../task/judge.ts";
import type { Attempt } from "./attempt.ts";
import type { Logger } from "./logger.ts";

/** Extensions per lease: two may fail before the lease is in danger. */
const PER_LEASE = 3;

export interface LeaseKeeperOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly leaseMs: number;
  /** The attempts that run now. */
  readonly running: () => Iterable<Attempt>;
  /** The leases of outcomes that wait for room. That one is lost is told when it is settled. */
  readonly held: () => readonly LeaseRef[];
  /** The attempt's lease is gone: it was told, and its outcome will not be settled. */
  readonly onLost: (attempt: Attempt) => void;
}

export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  #cancel: Cancel | undefined;
  #busy = false;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
  }

  /** Watches until nothing runs or waits for room any more. Cheap to call for every attempt. */
  watch(): void {
    if (this.#cancel !== undefined || this.#busy) return;
    this.#cancel = this.#options.clock.after(this.#options.leaseMs / PER_LEASE, () => void this.#turn());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  async #turn(): Promise<void> {
    this.#cancel = undefined;
    this.#busy = true;
    const running = [...this.#options.running()];
    const held = this.#options.held();
    try {
      await this.#extend(running, held);
    } catch (error) {
      this.#options.logger.warn({ error: toTaskError(error) }, "leases could not be extended; trying again");
      this.#giveUpExpired(running);
    }
    this.#busy = false;
    if (running.length > 0 || this.#options.held().length > 0) this.watch();
  }

  async #extend(running: readonly Attempt[], held: readonly LeaseRef[]): Promise<void> {
    const { store, clock, leaseMs, onLost } = this.#options;
    // Those that started within this period are extended in the next: their leases are fresh.
    const soon = clock.monotonic() + leaseMs * (1 - 1 / PER_LEASE / 2);
    const due = running.filter((attempt) => attempt.expiresAt <= soon);
    if (due.length === 0 && held.length === 0) return;
    const expiresAt = clock.monotonic() + leaseMs; // read before sending: never later than the store's own deadline
    const verdicts = await store.extend(
      [...due.map(({ lease }) => lease), ...held].map(({ id, queue, token }) => ({ id, queue, token })),
      leaseMs,
    );
    for (const [index, attempt] of due.entries()) {
      const verdict = verdicts[index];
      if (verdict === "lost") {
        attempt.abort("lease-lost");
        onLost(attempt);
      } else if (verdict !== "unknown") {
        attempt.expiresAt = expiresAt;
        if (verdict === "cancelled") attempt.abort("cancelled");
      }
    }
  }

  /** The store has not answered for a whole lease: the task may run elsewhere by now. */
  #giveUpExpired(running: readonly Attempt[]): void {
    const now = this.#options.clock.monotonic();
    for (const attempt of running) {
      if (attempt.expiresAt > now) continue;
      attempt.abort("lease-lost");
      this.#options.onLost(attempt);
    }
  }
}
