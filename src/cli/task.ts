/** `windlass task …`: one task, or a list of them. */
import type { Command } from "commander";
import { encodePayload, type EnqueueOptions, taskTemplate } from "../engine/request.ts";
import { WindlassError } from "../task/errors.ts";
import { toInstantMs } from "../task/instant.ts";
import { checkId, checkName } from "../task/names.ts";
import type { Priority } from "../task/priority.ts";
import { TASK_STATES } from "../task/task.ts";
import { act, actOnAll, type ActName } from "./acts.ts";
import { EXIT } from "./exit-codes.ts";
import { commonFlags, configOf, examples, outputFlags, storeFlags } from "./flags.ts";
import { printItem, printItems } from "./output.ts";
import { readPayload } from "./payload.ts";
import { withQueue } from "./session.ts";
import type { Settings } from "./settings.ts";
import { TASK_COLUMNS, taskView } from "./task-view.ts";
import { print, say } from "./terminal.ts";
import { numberIfDigits, oneOf, toInteger } from "./values.ts";

/** Most tasks on one page of a list. */
const PAGE_LIMIT = 500;

/** Adds the noun and its verbs. */
export function addTask(program: Command): void {
  const task = program
    .command("task")
    .helpCommand(false)
    .description("Enqueue tasks, look at them, act on them");
  addEnqueue(task);
  addGet(task);
  addList(task);
  addAct(task, "retry", "retry", "Give dead tasks a new life with fresh budgets");
  addAct(task, "cancel", "cancel", "Cancel waiting tasks; ask running ones to stop");
  addAct(task, "run-now", "runNow", "Make scheduled or retrying tasks run at once");
  addAct(task, "delete", "remove", "Delete tasks in any state but running");
}

interface EnqueueFlags {
  readonly queue?: string;
  readonly priority?: string;
  readonly delay?: string;
  readonly runAt?: string;
  readonly key?: string;
  readonly keyWindow?: string;
  readonly id?: string;
  readonly retries?: string;
  readonly file?: string;
  readonly json?: boolean;
}

function addEnqueue(task: Command): void {
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
    const content = await readPayload({
      argument: payload,
      file: flags.file,
      strict: flags.json === true,
    });
    // Checked before the store is opened too: a slip of the hand must not even create a file.
    taskTemplate(type, options);
    encodePayload(content);
    const [added] = await withQueue(settings, (queue) =>
      queue.enqueueAll([{ ...options, type, payload: content }]),
    );
    if (settings.output !== "table") printItem(settings.output, added!);
    else {
      print(added!.id);
      if (!settings.quiet) say(remark(added!));
    }
  });
}

function enqueueOptions(flags: EnqueueFlags): EnqueueOptions {
  return {
    queue: flags.queue,
    priority: numberIfDigits(flags.priority) as Priority | undefined,
    delay: numberIfDigits(flags.delay),
    runAt: numberIfDigits(flags.runAt),
    key: flags.key,
    keyWindow: numberIfDigits(flags.keyWindow),
    retries: flags.retries === undefined ? undefined : toInteger(flags.retries, "retries", 0, 1_000),
    id: flags.id,
  };
}

function remark({ type, queue, duplicate }: { type: string; queue: string; duplicate: boolean }): string {
  return duplicate ? "it was there already; nothing was added" : `added ${type} to queue ${queue}`;
}

function addGet(task: Command): void {
  const command = task
    .command("get")
    .description("Show one task with its failed attempts")
    .argument("<id>", "Id of the task");
  commonFlags(outputFlags(storeFlags(command)));
  examples(command, "windlass task get 0199c0de-0000-7000-8000-000000000000 --output json");
  command.action(async (given: string) => {
    const { settings } = await configOf(command);
    const id = checkId(given);
    const found = await withQueue(settings, ({ store }) => store.get(id));
    if (found === undefined) throw new WindlassError("TASK_NOT_FOUND", `there is no task ${id}`);
    printItem(settings.output, taskView(found));
  });
}

interface ListFlags {
  readonly queue?: string;
  readonly state?: string;
  readonly type?: string;
  readonly text?: string;
  readonly createdFrom?: string;
  readonly createdBefore?: string;
  readonly limit?: string;
  readonly cursor?: string;
}

function addList(task: Command): void {
  const command = task
    .command("list")
    .description("List tasks, a page at a time")
    .option("--state <state>", TASK_STATES.join(", "))
    .option("--queue <name>", "Only this queue")
    .option("--type <type>", "Only this type")
    .option("--text <text>", "Only those with this text in their payload")
    .option("--created-from <instant>", "Only those created then or later")
    .option("--created-before <instant>", "Only those created before")
    .option("--limit <n>", `Page size, 1 to ${PAGE_LIMIT} (default: 50)`)
    .option("--cursor <cursor>", "Next page: what the one before it named");
  commonFlags(outputFlags(storeFlags(command)));
  examples(
    command,
    "windlass task list --state running",
    "windlass task list --queue mail --text ada@example.com --output jsonl",
  );
  command.action(async (flags: ListFlags) => {
    const { settings } = await configOf(command);
    const filter = {
      queue: flags.queue === undefined ? undefined : checkName(flags.queue, "queue"),
      state: flags.state === undefined ? undefined : oneOf(TASK_STATES)(flags.state, "--state"),
      type: flags.type === undefined ? undefined : checkName(flags.type, "type"),
      text: flags.text,
      createdFrom: toInstant(flags.createdFrom, "--created-from"),
      createdBefore: toInstant(flags.createdBefore, "--created-before"),
      limit: toInteger(flags.limit ?? "50", "--limit", 1, PAGE_LIMIT),
      cursor: flags.cursor,
    };
    const { items, nextCursor } = await withQueue(settings, ({ store }) => store.list(filter));
    if (settings.output === "table") {
      printItems("table", items, TASK_COLUMNS);
      if (nextCursor !== undefined && !settings.quiet) say(`more with --cursor ${nextCursor}`);
    } else {
      printItems(settings.output, items.map(taskView), [], { nextCursor });
    }
  });
}

function addAct(task: Command, verb: string, name: ActName, description: string): void {
  const command = task.command(verb).description(description).argument("<ids...>", "Ids of the tasks");
  commonFlags(outputFlags(storeFlags(command)));
  examples(command, `windlass task ${verb} 0199c0de-0000-7000-8000-000000000000`);
  command.action(async (ids: readonly string[]) => {
    const { settings } = await configOf(command);
    await actByIds(settings, name, ids);
  });
}

/** Acts on the tasks with these ids and prints what became of it: the task if it is one, else a summary. */
export async function actByIds(settings: Settings, name: ActName, given: readonly string[]): Promise<void> {
  const ids = [...new Set(given.map(checkId))];
  if (ids.length === 1) {
    const task = await withQueue(settings, ({ store }) => act(store, name, ids[0]!));
    if (settings.output !== "table") printItem(settings.output, taskView(task));
    else printItems("table", [task], TASK_COLUMNS);
    return;
  }
  const summary = await withQueue(settings, ({ store }) => actOnAll(store, name, ids, settings.quiet));
  printItem(settings.output, summary);
  if (summary.refused.length > 0) process.exitCode = EXIT.partial;
}

function toInstant(text: string | undefined, flag: string): number | undefined {
  return text === undefined ? undefined : toInstantMs(numberIfDigits(text), flag);
}
