/** What `windlass server` does. */
import { Client } from "../engine/client.ts";
import { redact } from "../open-store.ts";
import type { HttpServer } from "../server/http/index.ts";
import { serveWith } from "../server/http/server.ts";
import type { FullStore } from "../store/facets.ts";
import { absentStore } from "./absent-store.ts";
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
  const { host, port, token, trusted } = settings;
  const away = new Client(absentStore(settings.url), { logger });
  let client: Client<FullStore> | undefined;
  let server: HttpServer | undefined;
  const listen = async (): Promise<HttpServer> =>
    serveWith({ client: away, host, port, token, trusted, logger, demo }, () => client ?? away);
  try {
    // Who watches a process that does not answer kills it; one that waits says that it lives, and is not ready.
    client = await openClient(settings, { logger }, lifetime, async () => {
      server = await listen();
      logger.info({ url: server.url }, "listening; not ready before the store is there");
    });
    if (client === undefined) return; // stopped before the store was there
    server ??= await listen();
    client.housekeeping({ retention: settings.retention }).start();
    if (isForMachines(settings)) logger.info({ url: server.url, store: redact(settings.url) }, "listening");
    else if (!settings.quiet) print(`windlass server on ${server.url}, store ${redact(settings.url)}`);
    const signal = await lifetime.stopAsked;
    logger.info({ signal }, "stopping");
    // Someone at a terminal wants it to end; a supervisor wants those who route to it to see that it will.
    await server.stop({ openMs: signal === "SIGTERM" ? OPEN_MS : 0 });
    logger.info({}, "stopped");
  } finally {
    await server?.stop();
    await client?.close();
  }
}
