/** `windlass worker`: runs the task definitions that modules export. */
import type { Command } from "commander";
import { WindlassError } from "../task/errors.ts";
import { commonFlags, configOf, examples, logFlags, runFlags, workerFlags } from "./flags.ts";

/** Adds the command. */
export function addWorker(program: Command): void {
  const command = program
    .command("worker")
    .description("Run tasks: every definition that the modules export")
    .argument("[modules...]", "Modules, .ts or .js (or modules in the configuration file)");
  commonFlags(logFlags(workerFlags(runFlags(command))));
  examples(
    command,
    "windlass worker tasks.ts",
    "windlass worker mail.ts reports.ts --queues mail:5,reports --concurrency 50",
  );
  command.action(async (given: readonly string[]) => {
    const { settings } = await configOf(command);
    const modules = given.length > 0 ? given : settings.modules;
    if (modules.length === 0) {
      throw new WindlassError("INVALID_DEFINITION", "no module is given; expected at least one", {
        remedy: "Name the modules that export task definitions: windlass worker tasks.ts",
      });
    }
    const { runWorker } = await import("./run-worker.ts");
    await runWorker(settings, modules);
  });
}
