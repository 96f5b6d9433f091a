/** `windlass queue …`: the lanes and their pause switches. */
import type { Command } from "commander";
import type { Call, OutputOf } from "../api/call.ts";
import { COUNTED_EVENTS } from "../store/facets.ts";
import { hasCode, WindlassError } from "../task/errors.ts";
import { nearest } from "../task/options.ts";
import { TASK_STATES, type TaskState } from "../task/task.ts";
import { confirm } from "./confirm.ts";
import { collect, commonFlags, configOf, examples, outputFlags, storeFlags, yesFlag } from "./flags.ts";
import { type Column, printItem } from "./output.ts";
import { withSession } from "./session.ts";
import { PAGE_LIMIT, printPage } from "./page.ts";
import { say } from "./terminal.ts";
import { oneOf, toInteger, toList } from "./values.ts";

type Queue = OutputOf<"queues.get">;

const COLUMNS: readonly Column<Queue>[] = [
  { title: "queue", cell: (queue) => queue.name },
  { title: "paused", cell: (queue) => (queue.paused ? "paused" : "") },
  ...TASK_STATES.map((state): Column<Queue> => ({ title: state, cell: (queue) => queue.counts[state] })),
  // Those that have ended are removed in time; these say what there was.
  ...COUNTED_EVENTS.map((event): Column<Queue> => ({
    title: `${event} ever`,
    cell: (queue) => queue.totals[event],
    spare: 1,
  })),
  {
    title: "oldest pending",
    cell: ({ oldestPendingMs: ms }) => (ms === undefined ? undefined : `${Math.round(ms / 1_000)} s`),
  },
];

/** Adds the noun and its verbs. */
export function addQueue(program: Command): void {
  const queue = program
    .command("queue")
    .helpCommand(false)
    .description("Look at queues; pause, resume and purge them");
  addList(queue);
  addSwitch(queue, "pause", "Stop claims from a queue; everything else goes on");
  addSwitch(queue, "resume", "Let a paused queue be claimed from again");
  addPurge(queue);
}

function addList(queue: Command): void {
  const command = queue
    .command("list")
    .description("List the queues with their counts, by name, a page at a time")
    .option("--limit <n>", `Page size, 1 to ${PAGE_LIMIT} (default: 100)`)
    .option("--cursor <cursor>", "Next page: what the one before it named");
  commonFlags(outputFlags(storeFlags(command)));
  examples(command, "windlass queue list", "windlass queue list --limit 500 --output jsonl");
  command.action(async ({ limit = "100", cursor }: { readonly limit?: string; readonly cursor?: string }) => {
    const { settings } = await configOf(command);
    const query = { limit: toInteger(limit, "--limit", 1, PAGE_LIMIT), cursor };
    const page = await withSession(settings, (call) => call("queues.list", query));
    printPage(settings, page, COLUMNS);
  });
}

function addSwitch(queue: Command, verb: "pause" | "resume", description: string): void {
  const command = queue.command(verb).description(description).argument("<queue>", "Name of the queue");
  commonFlags(outputFlags(storeFlags(command)));
  examples(command, `windlass queue ${verb} mail`);
  command.action(async (name: string) => {
    const { settings } = await configOf(command);
    const { paused } = await withSession(settings, (call) =>
      withHint(call, name, call(`queues.${verb}`, { name })),
    );
    printItem(settings.output, { queue: name, paused });
  });
}

interface PurgeFlags {
  readonly state?: readonly string[];
  readonly yes?: boolean;
}

/** What a purge means if it does not say: the work that waits. What has ended is kept for whoever looks at it. */
const PURGED_BY_DEFAULT: readonly TaskState[] = ["pending", "scheduled", "retrying"];

const PURGEABLE = TASK_STATES.filter((state) => state !== "running");

function addPurge(queue: Command): void {
  const command = queue
    .command("purge")
    .description("Delete the tasks of a queue, but never a running one")
    .argument("<queue>", "Name of the queue")
    .option(
      "--state <states>",
      `In these states; may be repeated (default: ${PURGED_BY_DEFAULT.join(",")})`,
      collect,
    );
  commonFlags(outputFlags(storeFlags(yesFlag(command))));
  examples(command, "windlass queue purge mail", "windlass queue purge mail --state completed --yes");
  command.action(async (name: string, flags: PurgeFlags) => {
    const { settings } = await configOf(command);
    const states = flags.state === undefined ? PURGED_BY_DEFAULT : toStates(flags.state);
    await withSession(settings, async (call) => {
      const { counts } = await findQueue(call, name);
      const count = states.reduce((sum, state) => sum + counts[state], 0);
      const sure = await confirm(`This deletes ${count} tasks of queue ${name}.`, flags.yes === true);
      if (!sure) return say("nothing was deleted");
      const { removed } = await call("queues.purge", { name, states });
      printItem(settings.output, { queue: name, deleted: removed });
    });
  });
}

/** Each state once: the question counts what is in them. */
function toStates(flags: readonly string[]): readonly TaskState[] {
  const states = flags.flatMap((flag) => toList(flag, "--state"));
  return [...new Set(states.map((state) => oneOf(PURGEABLE)(state, "--state")))];
}

/** The queue of that name. Fails with `QUEUE_NOT_FOUND`, naming the nearest. */
export function findQueue(call: Call, name: string): Promise<Queue> {
  return withHint(call, name, call("queues.get", { name }));
}

/** Every queue, by name, over all pages. */
export async function* allQueues(call: Call): AsyncGenerator<Queue> {
  let cursor: string | undefined;
  do {
    const page = await call("queues.list", { limit: PAGE_LIMIT, cursor });
    yield* page.items;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

/** What was asked about a queue; if it is not there, the error names the nearest one that is. */
async function withHint<Answer>(call: Call, name: string, asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    if (!hasCode(error, "QUEUE_NOT_FOUND")) throw error;
    // Of more queues than a page has, a hint is not worth asking about all.
    const { items } = await call("queues.list", { limit: PAGE_LIMIT });
    const near = nearest(
      name,
      items.map((queue) => queue.name),
    );
    const hint = near === undefined ? "" : `; did you mean ${near}?`;
    throw new WindlassError("QUEUE_NOT_FOUND", `there is no queue ${name}${hint}`, { cause: error });
  }
}
