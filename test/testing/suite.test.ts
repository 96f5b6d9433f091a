import assert from "node:assert/strict";
import { test } from "node:test";
import { type Facet, FACETS } from "../../src/store/facets.ts";
import type { Store } from "../../src/store/store.ts";
import { memoryStore } from "../../src/stores/memory/index.ts";
import { manualClock, storeCases, storeConformance, underManualClock } from "../../src/testing/index.ts";
import { memoryUnderTest } from "../support/memory-under-test.ts";
import { verbsAlone } from "../support/verbs-alone.ts";

test("every case has a name of its own", () => {
  const names = storeCases.map(({ group, name }) => `${group}: ${name}`);
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.length >= 120);
});

test("the suite registers every case under the store's name, and disposes of every store", async () => {
  const registered = new Map<string, () => Promise<void>>();
  let open = 0;
  storeConformance({
    name: "some",
    open: async () => {
      const sut = await memoryUnderTest();
      open++;
      return {
        ...sut,
        [Symbol.asyncDispose]: async () => {
          open--;
          await sut[Symbol.asyncDispose]();
        },
      };
    },
    test: (name, run) => registered.set(name, run),
  });
  assert.equal(registered.size, storeCases.length + 1); // and one that looks at the facets
  const [[, looks] = assert.fail(), [title, run] = assert.fail()] = registered;
  assert.match(title, /^some: law: /);
  await looks();
  await run();
  assert.equal(open, 0);
});

test("a store without facets passes its part of the suite", async () => {
  const registered = new Map<string, () => Promise<void>>();
  storeConformance({
    name: "verbs",
    facets: [],
    open: async () => {
      const clock = manualClock();
      return underManualClock(verbsAlone(memoryStore({ clock })), clock);
    },
    test: (name, run) => registered.set(name, run),
  });
  assert.ok(registered.size > 180, `${registered.size} cases need no facet`);
  for (const run of registered.values()) await run();
});

test("a store that lacks a facet that it is said to have is caught, and one that has more", async () => {
  const looks = async (facets: readonly Facet[], store: Store): Promise<void> => {
    const registered: (() => Promise<void>)[] = [];
    storeConformance({
      name: "some",
      facets,
      open: async () => underManualClock(store, manualClock()),
      test: (_, run) => registered.push(run),
    });
    await registered[0]!();
  };
  await looks([], verbsAlone(memoryStore()));
  await assert.rejects(looks(["inspectable"], verbsAlone(memoryStore())), { name: "AssertionError" });
  await assert.rejects(looks([], memoryStore()), { name: "AssertionError" });
});

test("no case uses a facet that it does not say it needs", async () => {
  for (const storeCase of storeCases) {
    const { group, name, needs } = storeCase;
    const clock = manualClock();
    const whole = memoryStore({ clock });
    const missing = (Object.keys(FACETS) as Facet[])
      .filter((facet) => !needs.includes(facet))
      .flatMap((facet) => FACETS[facet])
      .map((call) => [call, () => assert.fail(`${group}: ${name} uses ${call}`)] as const);
    await using sut = underManualClock({ ...whole, ...Object.fromEntries(missing) }, clock);
    await storeCase.run(sut);
  }
});

test("a facet that is none is refused, and no case is registered", () => {
  for (const facets of [["inspectible"], "inspectable", null]) {
    let registered = 0;
    assert.throws(
      () =>
        storeConformance({
          name: "some",
          facets: facets as never,
          open: memoryUnderTest,
          test: () => registered++,
        }),
      { code: "INVALID_OPTION", pointer: "facets" },
    );
    assert.equal(registered, 0);
  }
});
