/** What an exchanger works with, and whom it tells. */
import type { Clock, Random } from "../store/clock.ts";
import type { Lease, LeaseRef, Store } from "../store/store.ts";
import type { Logger } from "./logger.ts";
import type { Outbox } from "./outbox.ts";
import type { QueueWeight } from "./queue-weights.ts";

export interface ExchangerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly outbox: Outbox;
  /** Names the claimer. */
  readonly worker: string;
  readonly queues: readonly QueueWeight[];
  readonly leaseMs: number;
  readonly pollMs: number;
  /** How many more attempts may begin. */
  readonly free: () => number;
  /** Outcomes wait for room in the store: their leases are to be kept meanwhile. */
  readonly onFull: () => void;
  /** The leases of what runs now. */
  readonly holding: () => readonly LeaseRef[];
  /** Of the leases of one claim those that are to begin. */
  readonly sift: (leases: readonly Lease[], expiresAt: number) => readonly Lease[];
  /** A lease was claimed; `expiresAt` is when it ends at the latest, by the monotonic clock. */
  readonly onLease: (lease: Lease, expiresAt: number) => void;
  /** No call is under way, and there is nothing to say. */
  readonly onIdle: () => void;
  /** The store was closed, or is gone for good; nothing will be said any more. */
  readonly onClosed: (error: unknown) => void;
}
