/** One suite for every store: what it takes to run it, and how a test runner gets it. */
import assert from "node:assert/strict";
import { checkStore } from "../store/check.ts";
import { type Facet, FACETS, type FullStore, hasFacet } from "../store/facets.ts";
import type { Store } from "../store/store.ts";
import { WindlassError } from "../task/errors.ts";
import { quote } from "../task/names.ts";
import { checkFunction, checkKeys, checkList, checkMethods, invalidOption } from "../task/options.ts";
import { storeCases } from "./cases/index.ts";
import { checkFacets, opened } from "./opened.ts";
import type { StoreUnderTest } from "./store-case.ts";

export interface ConformanceOptions {
  /** What the store is called in the titles of the tests. */
  readonly name: string;
  /** What the store offers beyond the six verbs: cases that need more are not registered. Default: every facet. */
  readonly facets?: readonly Facet[] | undefined;
  /** A fresh, empty, opened store for each case; the suite disposes of it. */
  readonly open: () => Promise<StoreUnderTest<Store>>;
  /** Registers one test: `test` of `node:test`, `it` of others. */
  readonly test: (name: string, run: () => Promise<void>) => unknown;
}

const ALL = Object.keys(FACETS) as readonly Facet[];

/**
 * Registers every case that the store's facets allow with a test runner. Fails with `INVALID_OPTION` or `UNKNOWN_OPTION` for
 * a facet that is none and for options that nothing can be done with; each test does for an `open` that fails or does not answer a store under test.
 */
export function storeConformance(options: ConformanceOptions): void {
  checkKeys(options, ["name", "facets", "open", "test"], "storeConformance");
  const { name, facets = ALL, open, test } = options;
  if (typeof name !== "string" || name === "") throw invalidOption("name", name, "what the store is called");
  checkFunction(open, "open");
  checkFunction(test, "test");
  checkList(facets, "facets");
  // A misspelt facet would leave out its cases, and what is left would be green.
  const strange = facets.find((facet) => !ALL.includes(facet));
  if (strange !== undefined) {
    throw new WindlassError(
      "INVALID_OPTION",
      `facets has ${quote(strange)}; expected a list of ${ALL.join(", ")}`,
      {
        pointer: "facets",
      },
    );
  }
  test(`${name}: the store has the facets that it is said to have, and no others`, async () => {
    await using sut = await opened(open);
    assert.deepEqual(
      ALL.filter((facet) => hasFacet(sut.store, facet)),
      ALL.filter((facet) => facets.includes(facet)),
    );
  });
  for (const storeCase of storeCases) {
    if (!storeCase.needs.every((facet) => facets.includes(facet))) continue;
    test(`${name}: ${storeCase.group}: ${storeCase.name}`, async () => {
      await using sut = await opened(open);
      checkFacets(sut.store, storeCase.needs);
      await storeCase.run(sut as StoreUnderTest);
    });
  }
}

/** A store under test that lives in one process and has no time of its own: `clock` is the one that it was given. */
export function underManualClock<S extends Store = FullStore>(
  store: S,
  clock: { now(): number; advance(ms: number): Promise<void> },
): StoreUnderTest<S> {
  checkStore(store);
  checkMethods(clock, ["now", "advance"], "clock");
  return {
    store,
    another: async () => store,
    advance: (ms) => clock.advance(ms),
    now: async () => clock.now(),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
