/** Lists of tasks, a page at a time. */
import type { Call, InputOf, OutputOf } from "../api/call.ts";
import type { TaskRef } from "../task/task.ts";
import { type Column, printItems } from "./output.ts";
import { withSession } from "./session.ts";
import type { Settings } from "./settings.ts";
import { say } from "./terminal.ts";

type Query = InputOf<"tasks.list">;
type Task = OutputOf<"tasks.list">["items"][number];

/** Most tasks on one page. */
export const PAGE_LIMIT = 500;

/** Prints one page; a person is told how to get the next. */
export async function printTasks(
  settings: Settings,
  query: Query,
  columns: readonly Column<Task>[],
): Promise<void> {
  const { items, nextCursor } = await withSession(settings, (call) => call("tasks.list", query));
  printItems(settings.output, items, columns, { nextCursor });
  if (settings.output === "table" && nextCursor !== undefined && !settings.quiet) {
    say(`more with --cursor ${nextCursor}`);
  }
}

/** All tasks that match, over all pages: their ids and queues, since a million of them have to fit into memory. */
export async function allRefs(
  call: Call,
  query: Omit<Query, "limit" | "cursor">,
): Promise<readonly TaskRef[]> {
  const refs: TaskRef[] = [];
  let cursor: string | undefined;
  do {
    const page = await call("tasks.list", { ...query, limit: PAGE_LIMIT, cursor });
    for (const { id, queue } of page.items) refs.push({ id, queue });
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return refs;
}
