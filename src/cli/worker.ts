/** `windlass worker`: runs the task definitions that modules export. */
import type { Command } from "commander";
import type { WorkOptions } from "../engine/work-options.ts";
import { WindlassError } from "../task/errors.ts";
import { logTasks } from "../telemetry/log.ts";
import { windlass } from "../windlass.ts";
import { commonFlags, configOf, examples, logFlags, storeFlags, workerFlags } from "./flags.ts";
import { Lifetime } from "./lifetime.ts";
import { loadTasks } from "./modules.ts";
import { refuseMemory } from "./session.ts";
import type { Settings } from "./settings.ts";

/** Adds the command. */
export function addWorker(program: Command): void {
  const command = program
    .command("worker")
    .description("Run tasks: every definition that the modules export")
    .argument("[modules...]", "Modules, .ts or .js (or modules in the configuration file)");
  commonFlags(logFlags(workerFlags(storeFlags(command))));
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
    await runWorker(settings, modules);
  });
}

async function runWorker(settings: Settings, modules: readonly string[]): Promise<void> {
  refuseMemory(settings.url);
  const { makeLogger } = await import("./log.ts");
  const logger = makeLogger(settings);
  const tasks = await loadTasks(modules);
  let busy = false;
  using lifetime = new Lifetime(logger, () => busy);
  await using client = await windlass(settings.url, { logger });
  logTasks(logger, "debug");
  const worker = client.work(tasks, workOptions(settings));
  logger.info({ types: tasks.map(({ type }) => type) }, "tasks loaded");
  busy = true;
  // The worker hears signals by itself; this one may have come before it listened.
  void lifetime.stopAsked.then(() => worker.stop());
  try {
    await worker.run();
  } finally {
    busy = false;
  }
}

/** What the settings say about a worker. */
export function workOptions(settings: Settings): WorkOptions {
  const { concurrency, queues, lease, name, retention, shutdownTimeout } = settings;
  return { concurrency, queues, lease, name, retention, shutdown: { timeout: shutdownTimeout } };
}
