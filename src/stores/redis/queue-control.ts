/** Control of whole queues: pause, resume, purge. */
import type { TaskState } from "../../task/task.ts";
import { count } from "./inspect.ts";
import type { ScriptRunner } from "./script-runner.ts";

export async function pause(runner: ScriptRunner, queue: string): Promise<void> {
  await runner.list.add(queue);
  const keys = runner.keys(queue);
  await runner.run("pause", keys.slot, [keys.key("meta")], []);
}

export async function resume(runner: ScriptRunner, queue: string): Promise<void> {
  const keys = runner.keys(queue);
  await runner.run("resume", keys.slot, [keys.key("meta")], []);
}

/** Up to 1,000 tasks a call, as many in all as there were at the beginning: what is added meanwhile may stay. */
export async function purge(
  runner: ScriptRunner,
  queue: string,
  states: readonly TaskState[],
): Promise<number> {
  const keys = runner.keys(queue);
  const before = (await count(runner, queue))?.counts;
  if (before === undefined) return 0;
  let purged = 0;
  // Asked to purge nothing, or what cannot be purged, the script still sees whether the queue is empty.
  for (const state of states.length === 0 ? (["running"] as const) : new Set(states)) {
    let left = before[state];
    for (let more = 1; more === 1; more = left > 0 ? more : 0) {
      const priorities = runner.priorities(queue);
      const reply = await runner.run("purge", keys.slot, keys.all(priorities), [priorities, state]);
      const [stale, removed, goOn] = reply as readonly [Buffer, number, number];
      if (stale.length > 0) {
        runner.learn(queue, String(stale));
        continue;
      }
      purged += removed;
      left -= removed;
      more = goOn;
    }
  }
  return purged;
}
