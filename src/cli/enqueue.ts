/** `windlass task enqueue`: adds one task. */
import type { Command } from "commander";
import type { InputOf, OutputOf } from "../api/call.ts";
import type { Duration } from "../task/duration.ts";
import { WindlassError } from "../task/errors.ts";
import type { Headers } from "../task/headers.ts";
import { quote } from "../task/names.ts";
import type { Priority } from "../task/priority.ts";
import { collect, commonFlags, configOf, examples, outputFlags, storeFlags } from "./flags.ts";
import { printItem } from "./output.ts";
import { MAKES, withSession } from "./session.ts";
import { print, say } from "./terminal.ts";
import { numberIfDigits, toInteger } from "./values.ts";

interface EnqueueFlags {
  readonly queue?: string;
  readonly priority?: string;
  readonly delay?: string;
  readonly runAt?: string;
  readonly key?: string;
  readonly keyWindow?: string;
  readonly id?: string;
  readonly retries?: string;
  readonly header?: readonly string[];
  readonly file?: string;
  readonly json?: boolean;
}

/** Adds the verb. */
export function addEnqueue(task: Command): void {
  const command = task
    .command("enqueue")
    .description("Add a task; prints its id")
    .argument("<type>", "Type, which picks the handler")
    .argument("[payload]", "JSON, else taken as a string; - reads standard input")
    .option("--queue <name>", "Queue (default: default)")
    .option("--priority <priority>", "0 (first) to 9, or critical, high, normal, low, bulk")
    .option("--delay <duration>", "Not before this long from now, e.g. 5m")
    .option("--run-at <instant>", "Not before this, e.g. 2026-12-24T18:00:00Z")
    .option("--key <key>", "At most one task per queue and key")
    .option("--key-window <duration>", "How long the key holds (default: 24h)")
    .option("--retries <n>", "Retries after the first try (default: the handler's)")
    .option("--id <uuid>", "Your own id: repeating the command is then safe")
    .option("--header <name=value>", "Header kept with the task; may be repeated", collect)
    .option("--json", "Refuse a payload that is not JSON")
    .option("--file <path>", "Read the payload, as JSON, from a file; - is stdin");
  commonFlags(outputFlags(storeFlags(command)));
  examples(
    command,
    `windlass task enqueue email '{"to":"ada@example.com"}'`,
    "windlass task enqueue report --file report.json --delay 5m --priority high",
    "echo '[1,2,3]' | windlass task enqueue sum -",
  );
  command.action(async (type: string, payload: string | undefined, flags: EnqueueFlags) => {
    const { settings } = await configOf(command);
    const options = enqueueOptions(flags);
    const { readPayload } = await import("./payload.ts");
    const content = await readPayload({
      argument: payload,
      file: flags.file,
      strict: flags.json === true,
    });
    const request = { ...options, type, payload: content };
    const added = await withSession(settings, (call) => call("tasks.enqueue", request), MAKES);
    const { id, ...rest } = added;
    if (settings.output !== "table") printItem(settings.output, { id, type, ...rest });
    else {
      print(id);
      if (!settings.quiet) say(remark(type, added));
    }
  });
}

function enqueueOptions(flags: EnqueueFlags): Omit<InputOf<"tasks.enqueue">, "type" | "payload"> {
  return {
    queue: flags.queue,
    priority: numberIfDigits(flags.priority) as Priority | undefined,
    delay: numberIfDigits(flags.delay) as Duration | undefined,
    runAt: numberIfDigits(flags.runAt),
    key: flags.key,
    keyWindow: numberIfDigits(flags.keyWindow) as Duration | undefined,
    retries: flags.retries === undefined ? undefined : toInteger(flags.retries, "retries", 0, 1_000),
    id: flags.id,
    headers: flags.header === undefined ? undefined : toHeaders(flags.header),
  };
}

/** What may be a name and a value is for the client to say. */
function toHeaders(flags: readonly string[]): Headers {
  const headers = new Map<string, string>();
  for (const flag of flags) {
    const equals = flag.indexOf("=");
    const name = flag.slice(0, equals);
    if (equals === -1) throw badHeader(`--header is ${quote(flag)}; expected name=value`);
    if (headers.has(name)) throw badHeader(`the header ${quote(name)} is given twice; expected it once`);
    headers.set(name, flag.slice(equals + 1));
  }
  return Object.fromEntries(headers);
}

function badHeader(message: string): WindlassError {
  return new WindlassError("INVALID_OPTION", message, { pointer: "headers" });
}

function remark(type: string, { queue, duplicate }: OutputOf<"tasks.enqueue">): string {
  return duplicate ? "it was there already; nothing was added" : `added ${type} to queue ${queue}`;
}
