/** Which queue has a task. Ids say nothing of it, so those who do not name it make every queue be asked. */
import type { TaskRef } from "../../task/task.ts";
import { packIds } from "./id.ts";
import type { ScriptRunner } from "./script-runner.ts";

/** Looked for in one call: 2 ms of Redis. */
const MOST = 5_000;

/** For each of these tasks the queue that it names, else the one that has it; undefined if none does. */
export async function locate(
  runner: ScriptRunner,
  tasks: readonly TaskRef[],
): Promise<(string | undefined)[]> {
  const sought = [...new Set(tasks.filter(({ queue }) => queue === undefined).map(({ id }) => id))];
  const found = new Map<string, string>();
  for (let first = 0; first < sought.length; first += MOST) {
    await findAll(runner, sought.slice(first, first + MOST), found);
  }
  return tasks.map(({ id, queue }) => queue ?? found.get(id));
}

/** One call per queue, all at once. */
async function findAll(
  runner: ScriptRunner,
  ids: readonly string[],
  found: Map<string, string>,
): Promise<void> {
  const packed = packIds(ids.map((id) => ({ id })));
  const names = await runner.list.names();
  const answers = await Promise.allSettled(
    names.map((queue) => {
      const keys = runner.keys(queue);
      return runner.run("find", keys.slot, [keys.key("tasks")], [packed]);
    }),
  );
  for (const [n, answer] of answers.entries()) {
    if (answer.status === "rejected") continue;
    const marks = answer.value as Buffer;
    for (const [i, id] of ids.entries()) if (marks[i] === 0x31 && !found.has(id)) found.set(id, names[n]!);
  }
  // A queue that cannot be asked may have what was not found.
  const failed = answers.find((answer) => answer.status === "rejected");
  if (failed !== undefined && ids.some((id) => !found.has(id))) throw failed.reason;
}
