/** The entry of the `windlass` program. */
import { runProgram } from "./program.ts";
import { forgiveBrokenPipes } from "./terminal.ts";

forgiveBrokenPipes();
process.exitCode = await runProgram(process.argv.slice(2));
