/** The verb `add`: one script call per queue. */
import type { AddResult } from "../../store/store.ts";
import type { NewTask } from "../../task/task.ts";
import { addKeyed } from "./add-keyed.ts";
import { addPlain } from "./add-plain.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { eachQueue } from "./several-queues.ts";

export async function add(runner: ScriptRunner, tasks: readonly NewTask[]): Promise<AddResult[]> {
  if (tasks.length === 0) return [];
  const queue = tasks[0]!.queue;
  if (tasks.every((task) => task.queue === queue)) return addTo(runner, queue, tasks);
  const results: AddResult[] = Array.from({ length: tasks.length });
  await eachQueue(
    Map.groupBy(tasks.keys(), (i) => tasks[i]!.queue),
    async (name, indices) => {
      const mine = indices.map((i) => tasks[i]!);
      const answers = await addTo(runner, name, mine);
      for (const [j, i] of indices.entries()) results[i] = answers[j]!;
    },
  );
  return results;
}

async function addTo(runner: ScriptRunner, queue: string, tasks: readonly NewTask[]): Promise<AddResult[]> {
  if (!runner.list.has(queue)) await runner.list.add(queue);
  return tasks.some(({ key }) => key !== undefined)
    ? addKeyed(runner, queue, tasks)
    : addPlain(runner, queue, tasks);
}
