/** `windlass task …`: one task, or a list of them. */
import type { Command } from "commander";
import { WindlassError } from "../task/errors.ts";
import { toInstantMs } from "../task/instant.ts";
import { checkId, checkName } from "../task/names.ts";
import { TASK_STATES } from "../task/task.ts";
import { act, actOnAll, type ActName } from "./acts.ts";
import { addEnqueue } from "./enqueue.ts";
import { EXIT } from "./exit-codes.ts";
import { commonFlags, configOf, examples, outputFlags, storeFlags } from "./flags.ts";
import { printItem, printItems } from "./output.ts";
import { withClient } from "./session.ts";
import type { Settings } from "./settings.ts";
import { TASK_COLUMNS, views } from "./task-columns.ts";
import { say } from "./terminal.ts";
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
    const found = await withClient(settings, ({ store }) => store.get(id));
    if (found === undefined) throw new WindlassError("TASK_NOT_FOUND", `no task has the id ${id}`);
    printItem(settings.output, (await views()).showDetail(found));
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
    const { items, nextCursor } = await withClient(settings, ({ store }) => store.list(filter));
    if (settings.output === "table") {
      printItems("table", items, TASK_COLUMNS);
      if (nextCursor !== undefined && !settings.quiet) say(`more with --cursor ${nextCursor}`);
    } else {
      printItems(settings.output, items.map((await views()).showListed), [], { nextCursor });
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
    const task = await withClient(settings, ({ store }) => act(store, name, ids[0]!));
    if (settings.output !== "table") printItem(settings.output, (await views()).showTask(task));
    else printItems("table", [task], TASK_COLUMNS);
    return;
  }
  const summary = await withClient(settings, ({ store }) => actOnAll(store, name, ids, settings.quiet));
  printItem(settings.output, summary);
  if (summary.refused.length > 0) process.exitCode = EXIT.partial;
}

function toInstant(text: string | undefined, flag: string): number | undefined {
  return text === undefined ? undefined : toInstantMs(numberIfDigits(text), flag);
}
