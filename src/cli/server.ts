/** `windlass server`: the API and the page, without workers. */
import type { Command } from "commander";
import { redact } from "../open-store.ts";
import { windlass } from "../windlass.ts";
import { commonFlags, configOf, examples, logFlags, serverFlags, storeFlags, tokenFlags } from "./flags.ts";
import { Lifetime } from "./lifetime.ts";
import type { Settings } from "./settings.ts";
import { print } from "./terminal.ts";

/** Adds the command. */
export function addServer(program: Command): void {
  const command = program.command("server").description("Serve the API and the dashboard, without workers");
  commonFlags(logFlags(tokenFlags(serverFlags(storeFlags(command)))));
  examples(
    command,
    "windlass server",
    "WINDLASS_TOKEN_FILE=/run/secrets/token windlass server --host 0.0.0.0",
  );
  command.action(async () => {
    const { settings } = await configOf(command);
    await runServer(settings);
  });
}

async function runServer(settings: Settings): Promise<void> {
  const { makeLogger } = await import("./log.ts");
  const { startServer } = await import("../server/http/index.ts");
  const logger = makeLogger(settings);
  using lifetime = new Lifetime(logger);
  await using client = await windlass(settings.url, { logger });
  const { host, port, token } = settings;
  const server = await startServer({ client, host, port, token, logger });
  client.housekeeping({ retention: settings.retention }).start();
  if (!settings.quiet) print(`windlass server on ${server.url}, store ${redact(settings.url)}`);
  const signal = await lifetime.stopAsked;
  logger.info({ signal }, "stopping");
  await server.stop();
}
