/** A case of the conformance suite, and what it works on. */
import type { Facet, FullStore } from "../store/facets.ts";
import type { Store } from "../store/store.ts";

/**
 * One fresh, empty, opened store with the means to disturb it. A case uses no call of a facet that it does not need, so
 * that a store without listing can pass its part.
 */
export interface StoreUnderTest<S extends Store = FullStore> extends AsyncDisposable {
  readonly store: S;
  /** Another client of the same data, as a second process would have it (memory: the same object). Disposed with this. */
  another(): Promise<S>;
  /** Moves the store's time forward without waiting. */
  advance(ms: number): Promise<void>;
  /** The store's own idea of now, ms since the epoch. */
  now(): Promise<number>;
}

/** What a case is about. */
export type StoreCaseGroup =
  | "law"
  | "add"
  | "claim"
  | "followers"
  | "headers"
  | "settings"
  | "refusal"
  | "contention"
  | "fencing"
  | "lease"
  | "budget"
  | "order"
  | "time"
  | "key"
  | "payload"
  | "lost reply"
  | "crash"
  | "cancel"
  | "admin"
  | "pause"
  | "purge"
  | "retention"
  | "maintain"
  | "list"
  | "count"
  | "queues"
  | "activity"
  | "totals"
  | "signal"
  | "lifetime";

export interface StoreCase {
  /** A sentence that is true of a healthy store; unique within the suite. */
  readonly name: string;
  readonly group: StoreCaseGroup;
  /** What it uses beyond the six verbs and the signal. */
  readonly needs: readonly Facet[];
  /** Resolves if the store behaves, rejects with an `AssertionError` otherwise. */
  run(sut: StoreUnderTest): Promise<void>;
}

/** Cases of one group that need the same facets, written as sentences with their proof. */
export function casesOf(
  group: StoreCaseGroup,
  needs: readonly Facet[],
  cases: Readonly<Record<string, StoreCase["run"]>>,
): readonly StoreCase[] {
  return Object.entries(cases).map(([name, run]) => ({ name, group, needs, run }));
}
