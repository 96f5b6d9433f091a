/** Acts on tasks: on one, whose refusal is the command's error, or on many, of which some may be refused. */
import type { Call, InputOf, OutputOf } from "../api/call.ts";
import { EXIT } from "./exit-codes.ts";
import { printItem, printItems } from "./output.ts";
import { Progress } from "./progress.ts";
import { withSession } from "./session.ts";
import type { Settings } from "./settings.ts";
import { TASK_COLUMNS } from "./task-columns.ts";

export type ActName = InputOf<"tasks.act">["act"];
export type ActSummary = OutputOf<"tasks.act">;

/** Tasks in one call: few enough that the progress bar moves. */
const AT_ONCE = 500;

/** Acts on the tasks with these ids and prints what became of it: the task if it is one, else a summary. */
export async function actByIds(settings: Settings, act: ActName, given: readonly string[]): Promise<void> {
  const ids = [...new Set(given.map((id) => id.toLowerCase()))];
  await withSession(settings, async (call) => {
    if (ids.length > 1) return printSummary(settings, await actOnAll(call, act, ids, settings.quiet));
    const task = await call(`tasks.${act}`, { id: ids[0]! });
    if (settings.output === "table") printItems("table", [task], TASK_COLUMNS);
    else printItem(settings.output, task);
  });
}

/** Acts on every task; what is refused does not stop the others. A store that fails does. */
export async function actOnAll(
  call: Call,
  act: ActName,
  tasks: InputOf<"tasks.act">["tasks"],
  quiet: boolean,
): Promise<ActSummary> {
  const refused: ActSummary["refused"][number][] = [];
  using progress = new Progress(tasks.length, quiet);
  for (let from = 0; from < tasks.length; from += AT_ONCE) {
    const some = tasks.slice(from, from + AT_ONCE);
    const answer = await call("tasks.act", { act, tasks: some });
    refused.push(...answer.refused);
    progress.step(refused.length, some.length);
  }
  return { done: tasks.length - refused.length, refused };
}

/** Prints it; the exit code says if some were refused. */
export function printSummary({ output }: Settings, summary: ActSummary): void {
  printItem(output, summary);
  if (summary.refused.length > 0) process.exitCode = EXIT.partial;
}
