/** The suite can fail: each broken store is caught by the case that is meant for it, and the healthy one is not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FullStore } from "../../src/store/facets.ts";
import { memoryStore } from "../../src/stores/memory/index.ts";
import { manualClock, type StoreCase, storeCases, underManualClock } from "../../src/testing/index.ts";
import { type Mutant, mutants } from "../support/mutants.ts";
import { verbMutants } from "../support/verb-mutants.ts";
import { verbsAlone } from "../support/verbs-alone.ts";

const cases = new Map(storeCases.map((each) => [`${each.group}: ${each.name}`, each]));

/** Runs a case on a memory store that `breaks` has had its way with, and that has no more facets than the case needs. */
async function run(storeCase: StoreCase, breaks: Mutant["breaks"]): Promise<void> {
  const clock = manualClock();
  const healthy = memoryStore({ clock });
  const broken = { ...healthy, ...breaks(healthy, clock) };
  const store = storeCase.needs.length === 0 ? (verbsAlone(broken) as FullStore) : broken;
  await using sut = underManualClock(store, clock);
  await storeCase.run(sut);
}

for (const { name, caughtBy, breaks } of mutants) {
  test(`a store that ${name} is caught`, async () => {
    const meant = cases.get(caughtBy);
    assert.ok(meant, `there is no case "${caughtBy}"`);
    await run(meant, () => ({}));
    await assert.rejects(run(meant, breaks), { name: "AssertionError" });
  });
}

for (const { name, caughtBy, breaks } of verbMutants) {
  test(`a store without facets that ${name} is caught`, async () => {
    const meant = cases.get(caughtBy);
    assert.ok(meant, `there is no case "${caughtBy}"`);
    assert.deepEqual(meant.needs, [], "a store without facets does not run this case");
    await run(meant, () => ({}));
    await assert.rejects(run(meant, breaks), { name: "AssertionError" });
  });
}
