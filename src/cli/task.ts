/** `windlass task …`: one task, or a list of them. */
import type { Command } from "commander";
import { toInstantMs } from "../task/instant.ts";
import { TASK_STATES } from "../task/task.ts";
import { actByIds, type ActName } from "./acts.ts";
import { addEnqueue } from "./enqueue.ts";
import { commonFlags, configOf, examples, outputFlags, storeFlags } from "./flags.ts";
import { printItem } from "./output.ts";
import { withSession } from "./session.ts";
import { TASK_COLUMNS } from "./task-columns.ts";
import { PAGE_LIMIT } from "./page.ts";
import { printTasks } from "./task-list.ts";
import { numberIfDigits, oneOf, toInteger, toText } from "./values.ts";

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
  addAct(task, "delete", "delete", "Delete tasks in any state but running");
}

function addGet(task: Command): void {
  const command = task
    .command("get")
    .description("Show one task with its failed attempts")
    .argument("<id>", "Id of the task");
  commonFlags(outputFlags(storeFlags(command)));
  examples(command, "windlass task get 0199c0de-0000-7000-8000-000000000000 --output json");
  command.action(async (id: string) => {
    const { settings } = await configOf(command);
    printItem(settings.output, await withSession(settings, (call) => call("tasks.get", { id })));
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
    const query = {
      queue: flags.queue,
      state: flags.state === undefined ? undefined : oneOf(TASK_STATES)(flags.state, "--state"),
      type: flags.type,
      q: flags.text === undefined ? undefined : toText(flags.text, "--text"),
      createdFrom: toInstant(flags.createdFrom, "--created-from"),
      createdBefore: toInstant(flags.createdBefore, "--created-before"),
      limit: toInteger(flags.limit ?? "50", "--limit", 1, PAGE_LIMIT),
      cursor: flags.cursor,
    };
    await printTasks(settings, query, TASK_COLUMNS);
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

function toInstant(text: string | undefined, flag: string): number | undefined {
  return text === undefined ? undefined : toInstantMs(numberIfDigits(text), flag);
}
