/** How the scheme of a URL finds its store. */
import { WindlassError } from "../task/errors.ts";
import { quote } from "../task/names.ts";
import { checkList, checkMethods, invalidOption } from "../task/options.ts";
import type { Store } from "./store.ts";

export interface StoreDriver {
  /** Schemes of its URLs in lower case, without the colon, e.g. `redis` and `rediss`. */
  readonly schemes: readonly string[];
  /** How its URLs look, for the text of an error, e.g. `redis://HOST:PORT/DB`. */
  readonly forms: string;
  /** Its tasks are those of one process: a command line, which is another, refuses it. */
  readonly oneProcess?: true;
  /**
   * What the first open would make, in words such as `file /srv/tasks.db`; undefined if it is there. What only looks does
   * not open a store that is not. Fails as `make` does. Without it, a store makes nothing by being opened.
   */
  absent?(url: string): string | undefined;
  /**
   * Makes the store that a URL names; it is not open yet. Loads the store's code and its client only now.
   * Fails with `INVALID_URL`, `INVALID_OPTION` or `UNKNOWN_OPTION`.
   */
  make(url: string): Promise<Store>;
}

const drivers = new Map<string, StoreDriver>();

/** Makes a kind of store known to `windlass(url)`, `openStore` and the command line. The last one to claim a scheme gets it. Fails with `INVALID_OPTION`. */
export function registerStore(driver: StoreDriver): void {
  checkMethods(driver, ["make"], "the driver");
  const { schemes, forms } = driver;
  checkList(schemes, "schemes");
  if (schemes.length === 0) throw invalidOption("schemes", schemes, "at least one scheme");
  for (const scheme of schemes) checkScheme(scheme);
  if (typeof forms !== "string" || forms === "") {
    throw invalidOption("forms", forms, "how its URLs look, such as redis://HOST:PORT/DB");
  }
  for (const scheme of schemes) drivers.set(scheme, driver);
}

function checkScheme(scheme: unknown): void {
  if (typeof scheme === "string" && /^[a-z][a-z0-9+.-]*$/.test(scheme)) return;
  throw new WindlassError(
    "INVALID_OPTION",
    `the scheme ${quote(scheme)} is none; expected lower-case letters, digits, + . - that start with a letter`,
    { pointer: "schemes" },
  );
}

/** The driver of a URL's scheme; undefined if there is none. */
export function driverOf(url: string): StoreDriver | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  return scheme === undefined ? undefined : drivers.get(scheme);
}

/** The forms of all URLs that are known, for the text of an error. */
export function knownForms(): string {
  return [...new Set(drivers.values())].map(({ forms }) => forms).join(", ");
}
