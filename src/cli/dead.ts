/** `windlass dead …`: the dead-letter queue. */
import type { Command } from "commander";
import type { Inspectable, TaskFilter } from "../store/facets.ts";
import { WindlassError } from "../task/errors.ts";
import { checkName } from "../task/names.ts";
import { actOnAll } from "./acts.ts";
import { confirm } from "./confirm.ts";
import { EXIT } from "./exit-codes.ts";
import { commonFlags, configOf, examples, outputFlags, storeFlags, yesFlag } from "./flags.ts";
import { printItem, printItems } from "./output.ts";
import { findQueue } from "./queue.ts";
import { withClient } from "./session.ts";
import { actByIds } from "./task.ts";
import { DEAD_COLUMNS, views } from "./task-columns.ts";
import { say } from "./terminal.ts";
import { toInteger } from "./values.ts";

/** Most tasks on one page of a list. */
const PAGE_LIMIT = 500;

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
    const filter = { ...deadOnes(flags), limit, cursor: flags.cursor };
    const { items, nextCursor } = await withClient(settings, ({ store }) => store.list(filter));
    if (settings.output === "table") {
      printItems("table", items, DEAD_COLUMNS);
      if (nextCursor !== undefined && !settings.quiet) say(`more with --cursor ${nextCursor}`);
    } else {
      printItems(settings.output, items.map((await views()).showListed), [], { nextCursor });
    }
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
    const filter = deadOnes(flags);
    await withClient(settings, async ({ store }) => {
      const found = await allIds(store, filter);
      const sure = await confirm(`This retries ${found.length} dead tasks.`, flags.yes === true);
      if (!sure) return say("nothing was retried");
      const summary = await actOnAll(store, "retry", found, settings.quiet);
      printItem(settings.output, summary);
      if (summary.refused.length > 0) process.exitCode = EXIT.partial;
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
    const only = flags.queue === undefined ? undefined : checkName(flags.queue, "queue");
    await withClient(settings, async ({ store }) => {
      const all = await store.queues();
      const queues = only === undefined ? all : [findQueue(all, only)];
      const count = queues.reduce((sum, { counts }) => sum + counts.dead, 0);
      const sure = await confirm(`This deletes ${count} dead tasks.`, flags.yes === true);
      if (!sure) return say("nothing was deleted");
      let deleted = 0;
      for (const { name } of queues) deleted += await store.purge(name, ["dead"]);
      printItem(settings.output, { deleted });
    });
  });
}

function deadOnes({ queue, type }: Flags): Omit<TaskFilter, "limit"> {
  return {
    state: "dead",
    queue: queue === undefined ? undefined : checkName(queue, "queue"),
    type: type === undefined ? undefined : checkName(type, "type"),
  };
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

/** Gathered before anything is done: the question needs the number, and what dies again meanwhile is not done twice. */
async function allIds(store: Inspectable, filter: Omit<TaskFilter, "limit">): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list({ ...filter, limit: PAGE_LIMIT, cursor });
    for (const { id } of page.items) ids.push(id);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return ids;
}
