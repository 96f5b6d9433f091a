/** The SQLite store: `windlass/stores/sqlite`. */
export type { SqliteStoreOptions } from "./options.ts";
export { sqliteStore } from "./store.ts";
