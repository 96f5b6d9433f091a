/** `sqlite:`, the URL of a store in one file. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { StoreDriver } from "../../store/driver.ts";
import { WindlassError } from "../../task/errors.ts";
import { checkKeys } from "../../task/options.ts";
import { shorten } from "../../task/quote.ts";
import { quoteUrl } from "../../task/redact.ts";
import { inWorkingFolder } from "../../task/working-folder.ts";
import { checkPath, checkSynchronous, type SqliteStoreOptions } from "./options.ts";

const FORMS = "sqlite:PATH";

export const sqliteDriver: StoreDriver = {
  schemes: ["sqlite"],
  forms: FORMS,
  absent(url) {
    const { path: given } = sqliteOptions(url);
    const path = inWorkingFolder(() => resolve(given));
    return existsSync(path) ? undefined : `file ${shorten(path)}`;
  },
  async make(url) {
    const options = sqliteOptions(url);
    const { sqliteStore } = await import("./store.ts");
    return sqliteStore(options);
  },
};

/** `sqlite:PATH`, `sqlite:///ABSOLUTE/PATH`, each with `?synchronous=full|normal`. In PATH, `%3F` is a question mark. */
function sqliteOptions(url: string): SqliteStoreOptions {
  const rest = url.slice(url.indexOf(":") + 1);
  const mark = rest.indexOf("?");
  const location = mark < 0 ? rest : rest.slice(0, mark);
  if (/^\/\/(?!\/|[a-z]:|$)/i.test(location)) {
    const name = location.includes("@") ? "PATH" : shorten(location.slice(2));
    throw new WindlassError(
      "INVALID_URL",
      `the store URL ${quoteUrl(url)} has two slashes before a name; expected sqlite:${name} (as seen from the working directory) or sqlite:///${name}`,
    );
  }
  const path = decode(location.startsWith("//") ? location.slice(2) : location);
  if (path === undefined) {
    throw new WindlassError(
      "INVALID_URL",
      `the store URL ${quoteUrl(url)} has a % that is no code; expected %25 for it`,
      {
        remedy: "Write each % that belongs to the name as %25, as in sqlite:100%25.db for the file 100%.db.",
      },
    );
  }
  if (path === "") {
    throw new WindlassError("INVALID_URL", `the store URL ${quoteUrl(url)} names no file; expected ${FORMS}`);
  }
  const options = Object.fromEntries(new URLSearchParams(mark < 0 ? "" : rest.slice(mark + 1)));
  checkKeys(options, ["synchronous"], "the sqlite URL");
  return { path: checkPath(path), synchronous: checkSynchronous(options["synchronous"]) };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
