/** What `windlass server` does. */
import { redact } from "../open-store.ts";
import { startServer } from "../server/http/index.ts";
import { windlass } from "../windlass.ts";
import { Lifetime } from "./lifetime.ts";
import { isForMachines, makeLogger } from "./log.ts";
import type { Settings } from "./settings.ts";
import { print } from "./terminal.ts";

/** Runs until a signal. */
export async function runServer(settings: Settings): Promise<void> {
  const logger = makeLogger(settings);
  using lifetime = new Lifetime(logger);
  await using client = await windlass(settings.url, { logger });
  const { host, port, token } = settings;
  const server = await startServer({ client, host, port, token, logger });
  client.housekeeping({ retention: settings.retention }).start();
  if (isForMachines(settings)) logger.info({ url: server.url, store: redact(settings.url) }, "listening");
  else if (!settings.quiet) print(`windlass server on ${server.url}, store ${redact(settings.url)}`);
  const signal = await lifetime.stopAsked;
  logger.info({ signal }, "stopping");
  await server.stop();
}
