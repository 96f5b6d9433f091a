/** Adding tasks without keys: ids in one argument, a record each. */
import type { AddResult } from "../../store/store.ts";
import { firstState } from "../../task/life.ts";
import type { NewTask } from "../../task/task.ts";
import { dueAt, dueText, waits } from "./due.ts";
import { packIds } from "./id.ts";
import { AT_ONCE, LATER } from "./law.ts";
import { digitsOf, mergePriorities, setOf } from "./layout.ts";
import type { Arg, Reply } from "./net/client.ts";
import { stampOf, writeRecord } from "./record.ts";
import type { ScriptRunner } from "./script-runner.ts";

/** What the fast script takes in one call: the limit of Lua's stack, with room to spare. */
const MOST = 1_000;

export async function addPlain(
  runner: ScriptRunner,
  queue: string,
  tasks: readonly NewTask[],
): Promise<AddResult[]> {
  const keys = runner.keys(queue);
  const stamp = stampOf(runner.time.estimate() ?? (await runner.now(queue)));
  const { order, priorities, counts } = arrange(tasks);
  if (order !== undefined && new Set(tasks.map(({ id }) => id)).size < tasks.length) {
    return addFirstMentions(runner, queue, tasks);
  }
  const sorted = order === undefined ? tasks : order.map((i) => tasks[i]!);
  const first = [keys.key("tasks"), keys.key("meta"), keys.key("activity")];
  const lists = keys.lists(priorities);
  const ids = packIds(sorted);
  const sentAt = runner.settings.clock.monotonic();
  let reply: Reply = 0;
  if (order === undefined && tasks.length <= MOST) {
    const args: Arg[] = [priorities, ids];
    for (let i = 0; i < tasks.length; i++) args.push(writeRecord(tasks[i]!, stamp, false));
    reply = await runner.runDurably("add-fast", keys.slot, [...first, ...lists], args);
  }
  if (reply === 0) {
    const plain = counts.reduce((sum, count) => sum + count, 0);
    const records = sorted.map((task, i) => writeRecord(task, stamp, i >= plain));
    const whens = sorted.slice(plain).map(({ delayMs, runAt }) => dueText(delayMs, runAt));
    reply = await runner.runDurably(
      "add-general",
      keys.slot,
      [...first, keys.key(setOf(LATER)), ...lists],
      [priorities, ids, ...records, ...counts.map(String), ...whens],
    );
  }
  runner.learn(queue, priorities);
  const [now, fresh, notified, marks] = reply as readonly [number, number, number, Buffer];
  runner.time.sync(now, sentAt);
  if (fresh === 1) await runner.list.addAgain(queue);
  if (notified === 0) runner.notifySoon(queue);
  if (order === undefined && marks.length === 0) {
    return tasks.map(({ id }) => ({ status: "added", id, state: AT_ONCE }));
  }
  const results: AddResult[] = Array.from({ length: tasks.length });
  for (let i = 0; i < sorted.length; i++) {
    const task = sorted[i]!;
    const { id } = task;
    results[order === undefined ? i : order[i]!] =
      marks.length === 0 || marks[i] === 0x31
        ? { status: "added", id, state: waits(task) ? firstState(dueAt(task, now), now) : AT_ONCE }
        : { status: "duplicate", id };
  }
  return results;
}

/** Once arranged, the first of two tasks with the same id may come behind the second: so only the first one is sent. */
async function addFirstMentions(
  runner: ScriptRunner,
  queue: string,
  tasks: readonly NewTask[],
): Promise<AddResult[]> {
  const firsts = new Map<string, number>();
  for (const [i, { id }] of tasks.entries()) if (!firsts.has(id)) firsts.set(id, i);
  const unique = await addPlain(
    runner,
    queue,
    [...firsts.values()].map((i) => tasks[i]!),
  );
  const results = new Map(unique.map((result) => [result.id, result]));
  return tasks.map(({ id }, i): AddResult =>
    firsts.get(id) === i ? results.get(id)! : { status: "duplicate", id },
  );
}

interface Arrangement {
  /** Undefined: as they come. */
  readonly order: readonly number[] | undefined;
  readonly priorities: string;
  /** How many are ready at once, by priority. The others come last. */
  readonly counts: readonly number[];
}

/** Priority by priority, then those that wait, each in the order in which they come: so the script needs no test per task. */
function arrange(tasks: readonly NewTask[]): Arrangement {
  const first = tasks[0]!.priority;
  if (tasks.every((task) => task.priority === first && !waits(task))) {
    return { order: undefined, priorities: String(first), counts: [tasks.length] };
  }
  const priorities = mergePriorities("", tasks.map(({ priority }) => priority).join(""));
  const ready = digitsOf(priorities).map((priority) =>
    [...tasks.keys()].filter((i) => tasks[i]!.priority === priority && !waits(tasks[i]!)),
  );
  const waiting = [...tasks.keys()].filter((i) => waits(tasks[i]!));
  return {
    order: [...ready.flat(), ...waiting],
    priorities,
    counts: ready.map(({ length }) => length),
  };
}
