/** The command line as a whole: which commands there are, and what becomes of their errors. */
import { Command, CommanderError } from "commander";
import { version } from "../api/version.ts";
import { addDead } from "./dead.ts";
import { addDev } from "./dev.ts";
import { addDoctor } from "./doctor.ts";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import { report, toWindlassError } from "./failure.ts";
import { refuseRepeated } from "./flags.ts";
import { addHealthcheck } from "./healthcheck.ts";
import { addQueue } from "./queue.ts";
import { addServer } from "./server.ts";
import { addStress } from "./stress.ts";
import { addTask } from "./task.ts";
import { addWorker } from "./worker.ts";

/** What every command's help may be as wide as: it fits every terminal, and every run prints the same. */
const HELP_WIDTH = 80;

/** Runs one command line; answers the exit code. Never rejects. */
export async function runProgram(args: readonly string[]): Promise<number> {
  try {
    await makeProgram().parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? EXIT.ok);
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.ok; // --help and --version
      if (error.code === "commander.help") return EXIT.usage; // a noun without a verb: its help was printed
    }
    const failure = toWindlassError(error);
    report(failure);
    return exitCodeOf(failure);
  }
}

/** Every command, ready to parse. */
export function makeProgram(): Command {
  const program = new Command("windlass")
    .description("A distributed task queue: enqueue, run, retry and look after tasks")
    .version(version, "-V, --version", "Print the version")
    .helpOption("-h, --help", "Show help; every command has its own")
    .helpCommand("help [command]", "Show help of a command")
    .exitOverride()
    .configureHelp({
      subcommandTerm: (command) => `${command.name()} ${command.usage().replace(/\[options\] ?/, "")}`.trim(),
    })
    .configureOutput({
      outputError: () => {}, // reported by runProgram, like every other error
      getOutHelpWidth: () => HELP_WIDTH,
      getErrHelpWidth: () => HELP_WIDTH,
    })
    .addHelpText("after", GUIDE);
  for (const add of [
    addDev,
    addServer,
    addWorker,
    addTask,
    addQueue,
    addDead,
    addStress,
    addDoctor,
    addHealthcheck,
  ]) {
    add(program);
  }
  refuseRepeated(program);
  return program;
}

const GUIDE = `
Examples:
  $ windlass dev tasks.ts                       API, dashboard and worker in one
  $ windlass task enqueue email '{"to":"ada"}'  add a task
  $ windlass task list --state dead             what went wrong

Every flag may also be set by a WINDLASS_* variable (--url: WINDLASS_URL) or
in windlass.config.ts; the flag wins, then the variable, then the file.

Exit codes:
  0 ok                         4 conflict, wrong state, port taken
  1 unexpected error           5 no valid token
  2 wrong usage or input       6 store or server out of reach
  3 not found                  8 a part of a bulk action failed`;
