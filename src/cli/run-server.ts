/** What `windlass server` does. */
import { redact } from "../open-store.ts";
import { startServer } from "../server/http/index.ts";
import { Lifetime } from "./lifetime.ts";
import { isForMachines, makeLogger } from "./log.ts";
import { openClient } from "./open-client.ts";
import type { Settings } from "./settings.ts";
import { print } from "./terminal.ts";

/** The door stays open for this long after SIGTERM. Probes come every second or two where they matter. */
const OPEN_MS = 2_000;

/** Runs until a signal. */
export async function runServer(settings: Settings, demo: boolean): Promise<void> {
  const logger = makeLogger(settings);
  using lifetime = new Lifetime(logger);
  await using client = await openClient(settings, { logger }, lifetime);
  if (client === undefined) return; // stopped before the store was there
  const { host, port, token, trusted } = settings;
  const server = await startServer({ client, host, port, token, trusted, logger, demo });
  client.housekeeping({ retention: settings.retention }).start();
  if (isForMachines(settings)) logger.info({ url: server.url, store: redact(settings.url) }, "listening");
  else if (!settings.quiet) print(`windlass server on ${server.url}, store ${redact(settings.url)}`);
  const signal = await lifetime.stopAsked;
  logger.info({ signal }, "stopping");
  // Someone at a terminal wants it to end; a supervisor wants those who route to it to see that it will.
  await server.stop({ openMs: signal === "SIGTERM" ? OPEN_MS : 0 });
  logger.info({}, "stopped");
}
