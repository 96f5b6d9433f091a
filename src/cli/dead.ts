/** `windlass dead …`: the dead-letter queue. */
import type { Command } from "commander";
import type { Call } from "../api/call.ts";
import { WindlassError } from "../task/errors.ts";
import { actByIds, actOnAll, printSummary } from "./acts.ts";
import { confirm } from "./confirm.ts";
import { commonFlags, configOf, examples, outputFlags, storeFlags, yesFlag } from "./flags.ts";
import { printItem } from "./output.ts";
import { PAGE_LIMIT } from "./page.ts";
import { allQueues, findQueue } from "./queue.ts";
import { withSession } from "./session.ts";
import { DEAD_COLUMNS } from "./task-columns.ts";
import { allRefs, printTasks } from "./task-list.ts";
import { say } from "./terminal.ts";
import { toInteger } from "./values.ts";

interface Flags {
  readonly queue?: string;
  readonly type?: string;
  readonly limit?: string;
  readonly cursor?: string;
  readonly all?: boolean;
  readonly yes?: boolean;
}

/** Adds the noun and its verbs. */
export function addDead(program: Command): void {
  const dead = program
    .command("dead")
    .helpCommand(false)
    .description("Look at dead tasks; retry or purge them");
  addList(dead);
  addRetry(dead);
  addPurge(dead);
}

function addList(dead: Command): void {
  const command = dead
    .command("list")
    .description("List dead tasks with the reason, a page at a time")
    .option("--queue <name>", "Only this queue")
    .option("--type <type>", "Only this type")
    .option("--limit <n>", `Page size, 1 to ${PAGE_LIMIT} (default: 50)`)
    .option("--cursor <cursor>", "Next page: what the one before it named");
  commonFlags(outputFlags(storeFlags(command)));
  examples(command, "windlass dead list --queue mail");
  command.action(async (flags: Flags) => {
    const { settings } = await configOf(command);
    const limit = toInteger(flags.limit ?? "50", "--limit", 1, PAGE_LIMIT);
    await printTasks(settings, { ...deadOnes(flags), limit, cursor: flags.cursor }, DEAD_COLUMNS);
  });
}

function addRetry(dead: Command): void {
  const command = dead
    .command("retry")
    .description("Give dead tasks a new life with fresh budgets")
    .argument("[ids...]", "Ids of the tasks")
    .option("--all", "All of them, or those that --queue and --type name")
    .option("--queue <name>", "With --all: only this queue")
    .option("--type <type>", "With --all: only this type");
  commonFlags(outputFlags(storeFlags(yesFlag(command))));
  examples(
    command,
    "windlass dead retry 0199c0de-0000-7000-8000-000000000000",
    "windlass dead retry --all --type email --yes",
  );
  command.action(async (ids: readonly string[], flags: Flags) => {
    const { settings } = await configOf(command);
    checkSelection(ids, flags);
    if (flags.all !== true) return actByIds(settings, "retry", ids);
    await withSession(settings, async (call) => {
      // Gathered before anything is done: the question needs the number, and what dies again meanwhile is not done twice.
      const found = await allRefs(call, deadOnes(flags));
      const sure = await confirm(`This retries ${found.length} dead tasks.`, flags.yes === true);
      if (!sure) return say("nothing was retried");
      printSummary(settings, await actOnAll(call, "retry", found, settings.quiet));
    });
  });
}

function addPurge(dead: Command): void {
  const command = dead
    .command("purge")
    .description("Delete dead tasks for good")
    .option("--queue <name>", "Only this queue");
  commonFlags(outputFlags(storeFlags(yesFlag(command))));
  examples(command, "windlass dead purge --queue mail --yes");
  command.action(async (flags: Flags) => {
    const { settings } = await configOf(command);
    await withSession(settings, async (call) => {
      const { queue } = flags;
      const queues = await queuesWithDead(call, queue);
      const count = queues.reduce((sum, { dead: each }) => sum + each, 0);
      const sure = await confirm(`This deletes ${count} dead tasks.`, flags.yes === true);
      if (!sure) return say("nothing was deleted");
      let deleted = 0;
      for (const { name } of queues)
        deleted += (await call("queues.purge", { name, states: ["dead"] })).removed;
      printItem(settings.output, { deleted });
    });
  });
}

/** Names and numbers alone: there may be very many queues. */
async function queuesWithDead(
  call: Call,
  queue: string | undefined,
): Promise<readonly { readonly name: string; readonly dead: number }[]> {
  const found: { name: string; dead: number }[] = [];
  for await (const { name, counts } of queue === undefined ? allQueues(call) : [await findQueue(call, queue)])
    if (counts.dead > 0) found.push({ name, dead: counts.dead });
  return found;
}

function deadOnes({ queue, type }: Flags) {
  return { state: "dead", queue, type } as const;
}

/** Ids or `--all`, never both and never nothing: a bulk act is asked for in so many words. */
function checkSelection(ids: readonly string[], { all, queue, type }: Flags): void {
  const filtered = queue !== undefined || type !== undefined;
  if (all === true ? ids.length === 0 : ids.length > 0 && !filtered) return;
  throw new WindlassError(
    "INVALID_OPTION",
    all === true
      ? "ids and --all are both given; expected one of them"
      : "which dead tasks is not clear; expected their ids, or --all with or without --queue and --type",
    { pointer: "all", remedy: "Name the tasks, or add --all." },
  );
}
