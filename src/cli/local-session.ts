/** Operations that run in this process. */
import { localCall, type Session } from "../api/call.ts";
import { Client } from "../engine/client.ts";
import { type LogLevel, stderrLogger } from "../engine/logger.ts";
import { type LazyOptions, lazyStore } from "../lazy-store.ts";

/** A session on the store that the URL names. It is opened by the first call that passes its checks. */
export function localSession(url: string, logLevel: LogLevel, options: LazyOptions): Session {
  const client = new Client(lazyStore(url, options), { logger: stderrLogger(logLevel) });
  return { call: localCall({ client }), [Symbol.asyncDispose]: () => client.close() };
}
