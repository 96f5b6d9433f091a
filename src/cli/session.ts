/** Opens the store for the length of one command. */
import { stderrLogger } from "../engine/logger.ts";
import type { Client } from "../engine/client.ts";
import type { FullStore } from "../store/facets.ts";
import { WindlassError } from "../task/errors.ts";
import { windlass } from "../windlass.ts";
import type { Settings } from "./settings.ts";

/** Calls `use` with the client on the store that the settings name, and closes it whatever happens. */
export async function withClient<Result>(
  { url, logLevel }: Settings,
  use: (client: Client<FullStore>) => Promise<Result>,
): Promise<Result> {
  // One command's remarks are its own: what the engine would tell a log matters here only if it is a warning.
  const level = logLevel === "info" ? "warn" : logLevel;
  refuseMemory(url);
  await using client = await windlass(url, { logger: stderrLogger(level) });
  return await use(client);
}

/** Fails with `INVALID_URL` for the store that lives in one process: a command of its own would see an empty one. */
export function refuseMemory(url: string): void {
  if (!/^memory:/i.test(url)) return;
  throw new WindlassError("INVALID_URL", "memory: is a store of one process, which this command is not in", {
    remedy: "Name a store that others see too, such as sqlite:.windlass/windlass.db, or use the HTTP API.",
    pointer: "url",
  });
}
