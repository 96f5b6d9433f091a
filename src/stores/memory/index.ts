/** The memory store: `windlass/stores/memory`. */
export { memoryStore, type MemoryStoreOptions } from "./store.ts";
