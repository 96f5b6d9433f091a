/** `windlass healthcheck`: one request, for containers that have no curl. */
import type { Command } from "commander";
import { reasonOf, shorten } from "../task/quote.ts";
import { EXIT } from "./exit-codes.ts";
import { commonFlags, configOf, examples } from "./flags.ts";
import { say } from "./terminal.ts";

/** Shorter than Docker's own limit (30 s) by far: a server that takes this long is not well. */
const TIMEOUT_MS = 5_000;

/** Adds the command. */
export function addHealthcheck(program: Command): void {
  const command = program
    .command("healthcheck")
    .description("Ask a server whether it is well: exit code 0, or 1 if not")
    .option("--target <url>", "Address of the server (WINDLASS_TARGET)")
    .option("--port <port>", "Port of the local server, without --target");
  commonFlags(command);
  examples(command, "windlass healthcheck", "windlass healthcheck --target http://127.0.0.1:9000");
  command.action(async () => {
    const { settings } = await configOf(command);
    const { HttpClient } = await import("./http-client.ts"); // node:https costs 30 ms, which only this command pays
    using client = new HttpClient(settings, { connections: 1, timeoutMs: TIMEOUT_MS });
    const problem = await client.send("GET", "/health").then(
      ({ status, body }) => (status === 200 ? undefined : `it answers ${status}: ${shorten(body)}`),
      (error: unknown) => reasonOf(error),
    );
    if (problem === undefined) return;
    say(`windlass: ${shorten(client.target)} is not well: ${problem}`);
    process.exitCode = EXIT.failed;
  });
}
