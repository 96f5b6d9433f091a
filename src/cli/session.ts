/** What a command that looks at tasks or changes them works on: operations, for the length of the command. */
import type { Call, Session } from "../api/call.ts";
import { WindlassError } from "../task/errors.ts";
import type { LazyOptions } from "../lazy-store.ts";
import type { Settings } from "./settings.ts";

/** For what looks at a store or changes what is in it: one that is not there has nothing for it. */
const LOOKS: LazyOptions = { makes: false };

/** For what adds. */
export const MAKES: LazyOptions = { makes: true };

/** A session on the store that the settings name. The store is opened by the first call that passes its checks. */
export async function openSession(
  { url, logLevel }: Settings,
  options: LazyOptions = LOOKS,
): Promise<Session> {
  // One command's remarks are its own: what the engine would tell a log matters here only if it is a warning.
  const level = logLevel === "info" ? "warn" : logLevel;
  // The engine and the catalogue are loaded by who works with them: help needs neither.
  const { localSession } = await import("./local-session.ts");
  return localSession(url, level, options);
}

/** Calls `use` with the operations of a session, and closes it whatever happens. */
export async function withSession<Result>(
  settings: Settings,
  use: (call: Call) => Promise<Result>,
  options?: LazyOptions,
): Promise<Result> {
  await refuseOneProcess(settings.url);
  await using session = await openSession(settings, options);
  return await use(session.call);
}

/** Fails with `INVALID_URL` for a store that lives in one process: a command of its own would see an empty one. */
export async function refuseOneProcess(url: string): Promise<void> {
  const { findDriver } = await import("../open-store.ts");
  const driver = findDriver(url);
  if (driver?.oneProcess !== true) return;
  throw new WindlassError(
    "INVALID_URL",
    `${driver.forms} is a store of one process, which this command is not in`,
    {
      remedy: "Name a store that others see too, such as sqlite:.windlass/windlass.db, or use the HTTP API.",
      pointer: "url",
    },
  );
}
