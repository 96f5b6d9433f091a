/** The suite can fail: each broken store is caught by the case that is meant for it, and the healthy one is not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStore } from "../../src/stores/memory/index.ts";
import { manualClock, type StoreCase, storeCases, underManualClock } from "../../src/testing/index.ts";
import { type Mutant, mutants } from "../support/mutants.ts";

const cases = new Map(storeCases.map((each) => [`${each.group}: ${each.name}`, each]));

/** Runs a case on a memory store that `breaks` has had its way with. */
async function run(storeCase: StoreCase, breaks: Mutant["breaks"]): Promise<void> {
  const clock = manualClock();
  const healthy = memoryStore({ clock });
  await using sut = underManualClock({ ...healthy, ...breaks(healthy, clock) }, clock);
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
