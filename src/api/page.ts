/** One page of tasks, bounded by what it weighs, too: 500 tasks may have payloads of 1 MiB each. */
import type { TaskInfoPage, TaskQuery } from "../engine/inspection.ts";
import type { TaskInfo } from "../engine/task-info.ts";
import type { ApiContext } from "./operation.ts";
import { LISTED_LIMIT } from "./views.ts";

/** Asked for first, to learn what tasks weigh here: at most 8 MiB of payloads. */
const FIRST = 8;

/** Most tasks that the client takes as a limit; it refuses more. */
const LARGEST_LIMIT = 500;

const DEFAULT_LIMIT = 50;

/** What a page shows, in characters; the task that goes beyond is its last. */
const SHOWN_LIMIT = 1_048_576;

/** What is read for a page, in characters, though most of it is not shown. */
const READ_LIMIT = 16 * 1_048_576;

/** Of a task without payload, result, headers and error, as JSON. */
const FRAME = 600;

/** What `client.list` answers, with fewer tasks if they are heavy; `nextCursor` then leads on. */
export async function pageOfTasks(client: ApiContext["client"], query: TaskQuery): Promise<TaskInfoPage> {
  const { limit = DEFAULT_LIMIT } = query;
  if (!Number.isInteger(limit) || limit <= FIRST || limit > LARGEST_LIMIT) return client.list(query);
  const items: TaskInfo[] = [];
  let { cursor } = query;
  let searched: number | undefined;
  let incomplete: true | undefined;
  let shown = 0;
  let read = 0;
  for (let wanted = FIRST; ;) {
    const part = await client.list({ ...query, limit: wanted, cursor });
    for (const task of part.items) {
      items.push(task);
      shown += shownWeight(task);
      read += FRAME + task.payloadText.length + (task.resultText?.length ?? 0);
    }
    cursor = part.nextCursor;
    incomplete ??= part.incomplete;
    if (part.searched !== undefined) searched = (searched ?? 0) + part.searched;
    // A part that is not full ended where its search did.
    if (cursor === undefined || part.items.length < wanted) break;
    const share = Math.min((SHOWN_LIMIT - shown) / shown, (READ_LIMIT - read) / read);
    wanted = Math.min(limit - items.length, Math.floor(items.length * share));
    if (wanted <= 0) break;
  }
  return { items, nextCursor: cursor, searched, incomplete };
}

function shownWeight({ payloadText, resultText = "", headers, error }: TaskInfo): number {
  let weight = FRAME + (error?.message.length ?? 0);
  for (const text of [payloadText, resultText]) if (text.length <= LISTED_LIMIT) weight += text.length;
  for (const [name, value] of Object.entries(headers ?? {})) weight += name.length + value.length;
  return weight;
}
