/** Lists of tasks, a page at a time. */
import type { Call, InputOf, OutputOf } from "../api/call.ts";
import type { TaskRef } from "../task/task.ts";
import type { Column } from "./output.ts";
import { PAGE_LIMIT, printPage } from "./page.ts";
import { withSession } from "./session.ts";
import type { Settings } from "./settings.ts";

type Query = InputOf<"tasks.list">;
type Task = OutputOf<"tasks.list">["items"][number];

/** Prints one page. */
export async function printTasks(
  settings: Settings,
  query: Query,
  columns: readonly Column<Task>[],
): Promise<void> {
  printPage(settings, await withSession(settings, (call) => call("tasks.list", query)), columns);
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
