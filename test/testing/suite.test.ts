import assert from "node:assert/strict";
import { test } from "node:test";
import { type Facet, FACETS } from "../../src/store/facets.ts";
import type { Store } from "../../src/store/store.ts";
import { WindlassError } from "../../src/task/errors.ts";
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

/** What each case of a suite that is given this `open` comes to: the error of the first two, which has to be the same. */
async function failure(open: unknown, facets: readonly Facet[] = []): Promise<WindlassError> {
  const registered: (() => Promise<void>)[] = [];
  storeConformance({ name: "some", facets, open: open as never, test: (_, run) => registered.push(run) });
  const errors = await Promise.all(
    registered.slice(0, 2).map((run) =>
      run().then(
        () => assert.fail("it passed"),
        (error: unknown) => error,
      ),
    ),
  );
  for (const error of errors) assert.ok(error instanceof WindlassError, String(error));
  const [error] = errors as [WindlassError];
  assert.deepEqual([error.code, error.pointer], ["INVALID_OPTION", "open"]);
  assert.ok(error.remedy.length > 0);
  return error;
}

test("an open that does not answer a store under test is told so, by every case", async () => {
  const clock = manualClock();
  const sut = underManualClock(memoryStore({ clock }), clock);
  const timeless = { ...sut, advance: undefined };
  const without = { ...memoryStore(), add: undefined };
  for (const [answer, message] of [
    [undefined, /^open answered undefined; expected/],
    [7, /^open answered 7; expected/],
    [
      {},
      /^open answered an object without store, another, advance, now and \[Symbol\.asyncDispose\]; expected/,
    ],
    [memoryStore(), /^open answered a store; expected a store under test/],
    [timeless, /^open answered an object without advance; expected/],
    [{ ...sut, store: undefined }, /^open answered an object without store; expected/],
    [{ ...sut, store: {} }, /^open answered a store without name, signal, callsAtOnce, open, add, /],
    [{ ...sut, store: without }, /^open answered a store without add; expected/],
  ] as const) {
    assert.match((await failure(async () => answer)).message, message);
    assert.match((await failure(() => answer)).message, message);
  }
});

test("an open that fails is told so, and why", async () => {
  const reason = new TypeError("no such server");
  const thrown = await failure(() => {
    throw reason;
  });
  const rejected = await failure(() => Promise.reject(reason));
  for (const error of [thrown, rejected]) {
    assert.equal(
      error.message,
      "open failed: no such server; expected a fresh, empty, opened store under test",
    );
    assert.equal(error.cause, reason);
  }
  const text = await failure(() => Promise.reject("gone"));
  assert.match(text.message, /^open failed: "gone"; expected/);
});

test("a store that is under test in part is closed before its suite gives up", async () => {
  const store = memoryStore();
  const clock = manualClock();
  await failure(async () => ({ ...underManualClock(store, clock), now: undefined }));
  await assert.rejects(store.add([]), { code: "STORE_CLOSED" });
});

test("a case that needs a facet which the store lacks says which", async () => {
  const registered = new Map<string, () => Promise<void>>();
  storeConformance({
    name: "some",
    open: async () => underManualClock(verbsAlone(memoryStore()), manualClock()),
    test: (name, run) => registered.set(name, run),
  });
  await assert.rejects(registered.get("some: list: pages are complete and without duplicates")!(), {
    name: "WindlassError",
    code: "INVALID_OPTION",
    pointer: "facets",
    message:
      "the store has not all of get, list, queues, queue, activity; expected them of a store that is inspectable",
  });
});

test("options that nothing can be done with are refused before anything is registered", () => {
  const refuse = (): void => assert.fail("nothing is to be registered");
  for (const [options, pointer] of [
    [{ name: "some", open: undefined, test: refuse }, "open"],
    [{ name: "some", open: memoryStore(), test: refuse }, "open"],
    [{ name: "some", open: memoryUnderTest, test: undefined }, "test"],
    [{ name: undefined, open: memoryUnderTest, test: refuse }, "name"],
    [{ name: "", open: memoryUnderTest, test: refuse }, "name"],
  ] as const) {
    assert.throws(() => storeConformance(options as never), { code: "INVALID_OPTION", pointer });
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
