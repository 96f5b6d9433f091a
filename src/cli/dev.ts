/** `windlass dev`: API, dashboard and worker in one process, on a file. The one command that shows it all. */
import type { Command } from "commander";
import {
  commonFlags,
  configOf,
  examples,
  logFlags,
  serverFlags,
  runFlags,
  tokenFlags,
  workerFlags,
} from "./flags.ts";

/** Adds the command. */
export function addDev(program: Command): void {
  const command = program
    .command("dev")
    .description("Run API, dashboard and worker in one process, on SQLite")
    .argument("[modules...]", "Modules with task definitions, .ts or .js");
  commonFlags(logFlags(workerFlags(tokenFlags(serverFlags(runFlags(command))))));
  examples(command, "windlass dev tasks.ts", "windlass dev tasks.ts --port 9000 --url memory:");
  command.action(async (given: readonly string[]) => {
    const config = await configOf(command);
    const { runDev } = await import("./run-dev.ts"); // loaded by whoever runs it: the help of all commands needs none of it
    await runDev(config, given.length > 0 ? given : config.settings.modules);
  });
}
