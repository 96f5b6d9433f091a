/** The entry of the `windlass` program. */
import { leaveSoon } from "./lifetime.ts";
import { runProgram } from "./program.ts";
import { forgiveBrokenPipes, say } from "./terminal.ts";

forgiveBrokenPipes();
process.exitCode = await runProgram(process.argv.slice(2));
leaveSoon((holding) =>
  say(`something that the modules opened keeps the process (${holding.join(", ")}); leaving anyway`),
);
