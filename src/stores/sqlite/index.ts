/** The SQLite store: `windlass/stores/sqlite`. */
export { sqliteStore, type SqliteStoreOptions } from "./store.ts";
