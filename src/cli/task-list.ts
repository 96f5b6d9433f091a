/** Lists of tasks, a page at a time. */
import type { Call, InputOf, OutputOf } from "../api/call.ts";
import type { TaskRef } from "../task/task.ts";
import type { Column } from "./output.ts";
import { PAGE_LIMIT, printPage } from "./page.ts";
import { withSession } from "./session.ts";
import type { Settings } from "./settings.ts";
import { say } from "./terminal.ts";

type Query = InputOf<"tasks.list">;
type Page = OutputOf<"tasks.list">;
type Task = Page["items"][number];

/** Prints one page. */
export async function printTasks(
  settings: Settings,
  query: Query,
  columns: readonly Column<Task>[],
): Promise<void> {
  const page = await withSession(settings, (call) => call("tasks.list", query));
  printPage(settings, page, columns);
  tellIncomplete(page);
}

/** All tasks that match, over all pages: their ids and queues, since a million of them have to fit into memory. */
export async function allRefs(
  call: Call,
  query: Omit<Query, "limit" | "cursor">,
): Promise<readonly TaskRef[]> {
  const refs: TaskRef[] = [];
  let cursor: string | undefined;
  let incomplete: boolean | undefined;
  do {
    const page = await call("tasks.list", { ...query, limit: PAGE_LIMIT, cursor });
    for (const { id, queue } of page.items) refs.push({ id, queue });
    cursor = page.nextCursor;
    incomplete ||= page.incomplete;
  } while (cursor !== undefined);
  tellIncomplete({ incomplete });
  return refs;
}

/** A list that lacks something must not look like one that is whole, whoever reads it. */
function tellIncomplete({ incomplete }: Pick<Page, "incomplete">): void {
  if (incomplete === true)
    say("a part of the store cannot be reached: its queues are left out (windlass queue list marks them)");
}
