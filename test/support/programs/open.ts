/** Opens a store and prints the code of the error, or "opened". Argument: file. */
import { sqliteStore } from "../../../src/stores/sqlite/index.ts";
import { WindlassError } from "../../../src/task/errors.ts";

const [path = ""] = process.argv.slice(2);
await using store = sqliteStore({ path });
try {
  await store.open();
  console.log("opened");
} catch (error) {
  console.log(error instanceof WindlassError ? error.code : String(error));
}
