/** A case of the conformance suite, and what it works on. */
import type { FullStore } from "../store/facets.ts";

/** One fresh, empty, opened store with the means to disturb it. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: FullStore;
  /** Another client of the same data, as a second process would have it (memory: the same object). Disposed with this. */
  another(): Promise<FullStore>;
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
  | "activity"
  | "signal"
  | "lifetime";

export interface StoreCase {
  /** A sentence that is true of a healthy store; unique within the suite. */
  readonly name: string;
  readonly group: StoreCaseGroup;
  /** Resolves if the store behaves, rejects with an `AssertionError` otherwise. */
  run(sut: StoreUnderTest): Promise<void>;
}

/** The cases of one group, written as sentences with their proof. */
export function casesOf(
  group: StoreCaseGroup,
  cases: Readonly<Record<string, StoreCase["run"]>>,
): readonly StoreCase[] {
  return Object.entries(cases).map(([name, run]) => ({ name, group, run }));
}
