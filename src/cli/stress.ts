/** `windlass stress`: a burst of concurrent requests, and what became of them. */
import type { Command } from "commander";
import { encodePayload } from "../engine/request.ts";
import { systemClock } from "../store/clock.ts";
import { WindlassError } from "../task/errors.ts";
import { checkName } from "../task/names.ts";
import { EXIT } from "./exit-codes.ts";
import { commonFlags, configOf, examples, outputFlags, tokenFlags } from "./flags.ts";
import type { HttpClient } from "./http-client.ts";
import { printItem } from "./output.ts";
import { readPayload } from "./payload.ts";
import { Progress } from "./progress.ts";
import { StressTally } from "./stress-tally.ts";
import { print } from "./terminal.ts";
import { toInteger } from "./values.ts";

/** A request that is not answered for this long counts as failed. */
const TIMEOUT_MS = 30_000;

interface Flags {
  readonly tasks?: string;
  readonly concurrency?: string;
  readonly type?: string;
  readonly queue?: string;
  readonly payload?: string;
}

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
  command.action(async (flags: Flags) => {
    const { settings } = await configOf(command);
    const tasks = toInteger(flags.tasks ?? "1000", "--tasks", 1, 1_000_000);
    const concurrency = toInteger(flags.concurrency ?? "50", "--concurrency", 1, 1_000);
    const bodyOf = await bodies(flags);
    const { HttpClient } = await import("./http-client.ts"); // node:https costs 30 ms, which only this command pays
    using client = new HttpClient(settings, { connections: concurrency, timeoutMs: TIMEOUT_MS });
    await checkReachable(client);
    const tally = await fire(client, { tasks, concurrency, bodyOf, quiet: settings.quiet });
    if (settings.output === "table") print(tally.text());
    else printItem(settings.output, { target: client.target, concurrency, ...tally.summary() });
    if (tally.refused > 0) process.exitCode = EXIT.partial;
  });
}

/** The body of request number n. All but the number is written once: the tool must not be what is measured. */
async function bodies(flags: Flags): Promise<(n: number) => string> {
  const type = checkName(flags.type ?? "echo", "type");
  const queue = flags.queue === undefined ? undefined : checkName(flags.queue, "queue");
  const fixed =
    flags.payload === undefined
      ? undefined
      : encodePayload(await readPayload({ argument: flags.payload, file: undefined, strict: false }));
  const head = `${JSON.stringify({ type, queue }).slice(0, -1)},"payload":`;
  return (n) => `${head}${fixed ?? `{"n":${n}}`}}`;
}

/** Nobody there is one clear error, not a thousand failed requests. */
async function checkReachable(client: HttpClient): Promise<void> {
  try {
    await client.send("GET", "/livez");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new WindlassError("SERVER_UNREACHABLE", `${client.target} does not answer: ${reason}`, {
      cause: error,
    });
  }
}

interface Burst {
  readonly tasks: number;
  readonly concurrency: number;
  readonly bodyOf: (n: number) => string;
  readonly quiet: boolean;
}

async function fire(client: HttpClient, { tasks, concurrency, bodyOf, quiet }: Burst): Promise<StressTally> {
  const tally = new StressTally(tasks);
  using progress = new Progress(tasks, quiet);
  const begun = systemClock.monotonic();
  let next = 0;
  const lane = async () => {
    while (next < tasks) {
      next += 1;
      const body = bodyOf(next);
      const sentAt = systemClock.monotonic();
      const answer = await client.send("POST", "/v1/tasks", body).catch((error: unknown) => error);
      tally.add(answer, systemClock.monotonic() - sentAt);
      progress.step(tally.refused);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, tasks) }, lane));
  tally.end(systemClock.monotonic() - begun);
  return tally;
}
