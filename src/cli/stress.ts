/** `windlass stress`: a burst of concurrent requests, and what became of them. */
import type { Command } from "commander";
import { commonFlags, configOf, examples, outputFlags, tokenFlags } from "./flags.ts";
import type { StressFlags } from "./run-stress.ts";

/** Adds the command. */
export function addStress(program: Command): void {
  const command = program
    .command("stress")
    .description("Fire concurrent POST /v1/tasks at a server and measure")
    .option("--target <url>", "Address of the server (WINDLASS_TARGET)")
    .option("--tasks <n>", "Requests, 1 to 1,000,000 (default: 1000)")
    .option("--concurrency <n>", "Requests under way at once, 1 to 1,000 (default: 50)")
    .option("--type <type>", "Type of the tasks (default: echo)")
    .option("--queue <name>", "Queue of the tasks (default: default)")
    .option("--payload <json>", "Payload of every task (default: its number)");
  commonFlags(outputFlags(tokenFlags(command)));
  examples(command, "windlass stress", "windlass stress --target http://127.0.0.1:9000 --tasks 10000");
  command.action(async (flags: StressFlags) => {
    const { settings } = await configOf(command);
    const { runStress } = await import("./run-stress.ts");
    await runStress(settings, flags);
  });
}
