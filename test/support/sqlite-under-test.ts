/** SQLite stores in temporary folders, on a clock that stands still. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FullStore } from "../../src/store/facets.ts";
import { sqliteStore } from "../../src/stores/sqlite/index.ts";
import { manualClock, type StoreUnderTest } from "../../src/testing/index.ts";

/** A folder that is gone after the test. */
export interface TemporaryFolder extends Disposable {
  readonly path: string;
  /** The path of a file in it. */
  file(name?: string): string;
}

export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), "windlass-sqlite-"));
  return {
    path,
    file: (name = "windlass.db") => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Every client has a connection of its own, as another process would. */
export async function sqliteUnderTest(): Promise<StoreUnderTest> {
  const folder = temporaryFolder();
  const clock = manualClock();
  const clients: FullStore[] = [];
  async function another(): Promise<FullStore> {
    const store = sqliteStore({ path: folder.file(), clock });
    await store.open();
    clients.push(store);
    return store;
  }
  return {
    store: await another(),
    another,
    advance: (ms) => clock.advance(ms),
    now: async () => clock.now(),
    async [Symbol.asyncDispose]() {
      for (const store of clients) await store[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}
