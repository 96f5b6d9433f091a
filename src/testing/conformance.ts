/** One suite for every store: what it takes to run it, and how a test runner gets it. */
import type { FullStore } from "../store/facets.ts";
import { storeCases } from "./cases/index.ts";
import type { StoreUnderTest } from "./store-case.ts";

export interface ConformanceOptions {
  /** What the store is called in the titles of the tests. */
  readonly name: string;
  /** A fresh, empty, opened store for each case; the suite disposes of it. */
  readonly open: () => Promise<StoreUnderTest>;
  /** Registers one test: `test` of `node:test`, `it` of others. */
  readonly test: (name: string, run: () => Promise<void>) => unknown;
}

/** Registers every case with a test runner. */
export function storeConformance({ name, open, test }: ConformanceOptions): void {
  for (const storeCase of storeCases) {
    test(`${name}: ${storeCase.group}: ${storeCase.name}`, async () => {
      await using sut = await open();
      await storeCase.run(sut);
    });
  }
}

/** A store under test that lives in one process and has no time of its own: `clock` is the one that it was given. */
export function underManualClock(
  store: FullStore,
  clock: { now(): number; advance(ms: number): Promise<void> },
): StoreUnderTest {
  return {
    store,
    another: async () => store,
    advance: (ms) => clock.advance(ms),
    now: async () => clock.now(),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
