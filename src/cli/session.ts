/** What a command that looks at tasks or changes them works on: operations, for the length of the command. */
import type { Call } from "../api/call.ts";
import { Client } from "../engine/client.ts";
import { stderrLogger } from "../engine/logger.ts";
import { lazyStore } from "../lazy-store.ts";
import { WindlassError } from "../task/errors.ts";
import type { Settings } from "./settings.ts";

/** Where operations are called. Here is the one that runs them in this process; a server could as well. */
export interface Session extends AsyncDisposable {
  /** Fails with the codes of the operation, and those of the store. */
  readonly call: Call;
}

/** A session on the store that the settings name. The store is opened by the first call that passes its checks. */
export async function openSession({ url, logLevel }: Settings): Promise<Session> {
  // One command's remarks are its own: what the engine would tell a log matters here only if it is a warning.
  const level = logLevel === "info" ? "warn" : logLevel;
  // Loaded now: help, and what runs on, need no catalogue.
  const { localCall } = await import("../api/call.ts");
  const client = new Client(lazyStore(url), { logger: stderrLogger(level) });
  return { call: localCall({ client }), [Symbol.asyncDispose]: () => client.close() };
}

/** Calls `use` with the operations of a session, and closes it whatever happens. */
export async function withSession<Result>(
  settings: Settings,
  use: (call: Call) => Promise<Result>,
): Promise<Result> {
  refuseMemory(settings.url);
  await using session = await openSession(settings);
  return await use(session.call);
}

/** Fails with `INVALID_URL` for the store that lives in one process: a command of its own would see an empty one. */
export function refuseMemory(url: string): void {
  if (!/^memory:/i.test(url)) return;
  throw new WindlassError("INVALID_URL", "memory: is a store of one process, which this command is not in", {
    remedy: "Name a store that others see too, such as sqlite:.windlass/windlass.db, or use the HTTP API.",
    pointer: "url",
  });
}
