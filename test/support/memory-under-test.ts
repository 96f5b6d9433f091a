/** The memory store, ready for the conformance suite. */
import { memoryStore } from "../../src/stores/memory/index.ts";
import { manualClock, type StoreUnderTest, underManualClock } from "../../src/testing/index.ts";

export async function memoryUnderTest(): Promise<StoreUnderTest> {
  const clock = manualClock();
  return underManualClock(memoryStore({ clock }), clock);
}
