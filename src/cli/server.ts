/** `windlass server`: the API and the page, without workers. */
import type { Command } from "commander";
import { commonFlags, configOf, examples, logFlags, serverFlags, runFlags, tokenFlags } from "./flags.ts";

/** Adds the command. */
export function addServer(program: Command): void {
  const command = program.command("server").description("Serve the API and the dashboard, without workers");
  commonFlags(logFlags(tokenFlags(serverFlags(runFlags(command)))));
  command.option("--demo", "Serve the page with a button that adds 50 tasks of the type windlass.demo");
  examples(
    command,
    "windlass server",
    "WINDLASS_TOKEN_FILE=/run/secrets/token windlass server --host 0.0.0.0",
  );
  command.action(async () => {
    const { settings } = await configOf(command);
    const { runServer } = await import("./run-server.ts");
    await runServer(settings, command.opts<{ demo?: true }>().demo === true);
  });
}
