import { test, type TestContext } from "node:test";
import { sqliteStore } from "../../../src/stores/sqlite/index.ts";
import { matchesReference } from "../../support/store-model.ts";
import { temporaryFolder } from "../../support/sqlite-under-test.ts";

test("whatever is done to it, it says and shows what the reference does", async (t: TestContext) => {
  const folder = temporaryFolder();
  t.after(() => folder[Symbol.dispose]());
  let files = 0;
  await matchesReference(
    async (clock) => {
      const store = sqliteStore({ path: folder.file(`${(files += 1)}.db`), clock, synchronous: "normal" });
      await store.open();
      return store;
    },
    { runs: 60, exact: true },
  );
});
