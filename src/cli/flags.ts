/** The flags that commands share, and the way from a command to its settings. */
import { type Command, Option } from "commander";
import { WindlassError } from "../task/errors.ts";
import { inWorkingFolder } from "../task/working-folder.ts";
import { type Config, loadConfig } from "./config.ts";

/** `--url`, for every command that opens the store. */
export function storeFlags(command: Command): Command {
  return command.option("--url <url>", "Store, e.g. sqlite:tasks.db (WINDLASS_URL)");
}

/** `--url`, `--wait`, for what runs on. */
export function runFlags(command: Command): Command {
  return storeFlags(command).option(
    "--wait <duration>",
    "For a store that is away; 0: fail; else forever (WINDLASS_WAIT)",
  );
}

/** `--host`, `--port`, `--trusted`, for what listens. */
export function serverFlags(command: Command): Command {
  return command
    .option("--host <host>", "Address to listen on (WINDLASS_HOST)")
    .option("--port <port>", "Port to listen on (WINDLASS_PORT)")
    .option("--trusted", "Without a token, serve what a proxy passes on (WINDLASS_TRUSTED)");
}

/** `--token`, for what listens and for what calls. */
export function tokenFlags(command: Command): Command {
  return command
    .option("--token <token>", "Token of the API (WINDLASS_TOKEN)")
    .option("--token-file <path>", "File with the token (WINDLASS_TOKEN_FILE)");
}

/** What a worker can be told. */
export function workerFlags(command: Command): Command {
  return command
    .option("--concurrency <n>", "Tasks at once, 1 to 10,000 (WINDLASS_CONCURRENCY)")
    .option("--queues <list>", "Queues, with weights: mail:5,reports (WINDLASS_QUEUES)")
    .option("--lease <duration>", "Sign of life at least this often (WINDLASS_LEASE)")
    .option("--name <name>", "Name of the worker in logs (WINDLASS_NAME)")
    .option("--shutdown-timeout <duration>", "Time for running tasks to end after a stop");
}

/** `--log-level`, `--log-format`, for what runs on. */
export function logFlags(command: Command): Command {
  return command
    .option("--log-level <level>", "debug, info, warn, error or silent")
    .option("--log-format <format>", "json, pretty, or auto: pretty on a terminal");
}

/** `--output`, for what prints data. */
export function outputFlags(command: Command): Command {
  return command.option("--output <format>", "table, json or jsonl (WINDLASS_OUTPUT)");
}

/** Those that every command has. */
export function commonFlags(command: Command): Command {
  return command
    .option("--config <path>", "Configuration file (WINDLASS_CONFIG)")
    .option("--quiet", "Print data and errors only")
    .addOption(new Option("--no-color", "Print no colors (also NO_COLOR)"));
}

/** A destructive act on many tasks asks first. */
export function yesFlag(command: Command): Command {
  return command.option("--yes", "Do not ask; needed where there is no terminal");
}

/** What commander calls for each value of a flag that may be repeated. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** Makes every flag of the command, and of those below it, that takes one value refuse a second: commander takes the last. */
export function refuseRepeated(command: Command): void {
  for (const option of command.options) {
    if (!option.required || option.parseArg !== undefined) continue;
    const name = option.long ?? option.flags;
    option.argParser((value: string, before: string | undefined) => {
      if (before === undefined) return value;
      throw new WindlassError("INVALID_OPTION", `${name} is given twice; expected it once`, {
        pointer: name,
      });
    });
  }
  for (const child of command.commands) refuseRepeated(child);
}

/** Adds `Examples:` to a command's help. */
export function examples(command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText("after", `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}`);
}

/** The settings that hold for this run of the command. */
export async function configOf(command: Command): Promise<Config> {
  const flags = Object.fromEntries(
    Object.entries(command.opts()).filter(([name]) => command.getOptionValueSource(name) === "cli"),
  );
  const config = await loadConfig({ flags, env: process.env, cwd: inWorkingFolder(() => process.cwd()) });
  if (!config.settings.color) {
    delete process.env["FORCE_COLOR"];
    process.env["NO_COLOR"] = "1";
  }
  return config;
}
