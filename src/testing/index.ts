/** Means to test stores and what is built on them: `windlass/testing`. */
export { storeCases } from "./cases/index.ts";
export { type ConformanceOptions, storeConformance, underManualClock } from "./conformance.ts";
export { type Fault, type FaultPlan, faultyStore, type FaultyVerb, oneFault } from "./faulty-store.ts";
export { type ManualClock, manualClock } from "./manual-clock.ts";
export type { StoreCase, StoreCaseGroup, StoreUnderTest } from "./store-case.ts";
