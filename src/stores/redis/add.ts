/** The verb `add`: one script call per queue. */
import type { AddResult } from "../../store/store.ts";
import { hasCode, WindlassError } from "../../task/errors.ts";
import type { NewTask } from "../../task/task.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { ID_BYTES, packId, packIds, readId } from "./id.ts";
import { digitsOf, mergePriorities } from "./layout.ts";
import type { Arg, Reply } from "./net/client.ts";
import { stampOf, writeRecord } from "./record.ts";

/** In the year 4970; beyond it scripts would write numbers with an exponent. */
const LAST_INSTANT = 94_670_856_000_000;

/** What the fast script takes in one call: the limit of Lua's stack, with room to spare. */
const MOST = 1_000;

export async function add(runner: ScriptRunner, tasks: readonly NewTask[]): Promise<AddResult[]> {
  if (tasks.length === 0) return [];
  const queue = tasks[0]!.queue;
  return tasks.every((task) => task.queue === queue)
    ? addTo(runner, queue, tasks)
    : addToSeveral(runner, tasks);
}

async function addToSeveral(runner: ScriptRunner, tasks: readonly NewTask[]): Promise<AddResult[]> {
  const queues = Map.groupBy(tasks.keys(), (i) => tasks[i]!.queue);
  const results: AddResult[] = Array.from({ length: tasks.length });
  const outcomes = await Promise.allSettled(
    [...queues].map(async ([queue, indices]) => {
      const mine = indices.map((i) => tasks[i]!);
      const answers = await addTo(runner, queue, mine);
      for (const [j, i] of indices.entries()) results[i] = answers[j]!;
    }),
  );
  const failures = outcomes
    .filter((outcome) => outcome.status === "rejected")
    .map(({ reason }): unknown => reason);
  if (failures.length === 0) return results;
  const unknown = failures.find((failure) => hasCode(failure, "UNKNOWN"));
  if (unknown !== undefined) throw unknown;
  if (failures.length === outcomes.length) throw failures[0];
  const why = failures[0] instanceof Error ? failures[0].message : String(failures[0]);
  throw new WindlassError("UNKNOWN", `the tasks of some queues were added, those of others not: ${why}`, {
    cause: failures[0],
  });
}

async function addTo(runner: ScriptRunner, queue: string, tasks: readonly NewTask[]): Promise<AddResult[]> {
  if (!runner.isListed(queue)) await runner.list(queue);
  return tasks.some(({ key }) => key !== undefined)
    ? addKeyed(runner, queue, tasks)
    : addPlain(runner, queue, tasks);
}

/** Tasks without keys: ids in one argument, a record each. */
async function addPlain(
  runner: ScriptRunner,
  queue: string,
  tasks: readonly NewTask[],
): Promise<AddResult[]> {
  const keys = runner.keys(queue);
  const stamp = stampOf(runner.time.estimate() ?? (await runner.now()));
  const { order, priorities, counts } = arrange(tasks);
  if (order !== undefined && new Set(tasks.map(({ id }) => id)).size < tasks.length) {
    return addFirstMentions(runner, queue, tasks);
  }
  const sorted = order === undefined ? tasks : order.map((i) => tasks[i]!);
  const first = [keys.key("tasks"), keys.key("meta"), keys.key("activity")];
  const ids = packIds(sorted);
  const sentAt = runner.settings.clock.monotonic();
  let reply: Reply = 0;
  if (order === undefined && tasks.length <= MOST) {
    const args: Arg[] = [priorities, ids];
    for (let i = 0; i < tasks.length; i++) args.push(writeRecord(tasks[i]!, stamp, false));
    reply = await runner.runDurably("add-fast", keys.slot, [...first, ...keys.lists(priorities)], args);
  }
  if (reply === 0) {
    const plain = counts.reduce((sum, count) => sum + count, 0);
    const records = sorted.map((task, i) => writeRecord(task, stamp, i >= plain));
    reply = await runner.runDurably(
      "add-general",
      keys.slot,
      [...first, keys.key("scheduled"), ...keys.lists(priorities)],
      [priorities, ids, ...records, ...counts.map(String), ...sorted.slice(plain).map(whenOf)],
    );
  }
  runner.learn(queue, priorities);
  const [now, fresh, notified, marks] = reply as readonly [number, number, number, Buffer];
  runner.time.sync(now, sentAt);
  if (fresh === 1) await runner.list(queue);
  if (notified === 0) runner.notifySoon(queue);
  if (order === undefined && marks.length === 0) return tasks.map(({ id }) => ({ status: "added", id }));
  const results: AddResult[] = Array.from({ length: tasks.length });
  for (let i = 0; i < sorted.length; i++) {
    const status = marks.length === 0 || marks[i] === 0x31 ? "added" : "duplicate";
    results[order === undefined ? i : order[i]!] = { status, id: sorted[i]!.id };
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
  return { order: [...ready.flat(), ...waiting], priorities, counts: ready.map(({ length }) => length) };
}

async function addKeyed(
  runner: ScriptRunner,
  queue: string,
  tasks: readonly NewTask[],
): Promise<AddResult[]> {
  const keys = runner.keys(queue);
  runner.learn(queue, tasks.map(({ priority }) => priority).join(""));
  const stamp = stampOf(runner.time.estimate() ?? (await runner.now()));
  const args: Arg[] = tasks.flatMap((task) => {
    const { value, windowMs, fingerprint } = task.key ?? { value: "", windowMs: 0, fingerprint: "" };
    return [
      packId(task.id),
      writeRecord(task, stamp, waits(task)),
      waits(task) ? whenOf(task) : "-",
      value,
      String(Math.round(windowMs)),
      fingerprint,
    ];
  });
  for (;;) {
    const priorities = runner.priorities(queue);
    const reply = await runner.runDurably("add-keyed", keys.slot, keys.all(priorities), [
      priorities,
      ...args,
    ]);
    const [stale, fresh, notified, marks, standing] = reply as readonly [
      Buffer,
      number,
      number,
      Buffer,
      Buffer,
    ];
    if (stale.length > 0) {
      runner.learn(queue, String(stale));
      continue;
    }
    if (fresh === 1) await runner.list(queue);
    if (notified === 0) runner.notifySoon(queue);
    return tasks.map((_, i) => ({ status: STATUS[marks[i]! - 0x30]!, id: readId(standing, ID_BYTES * i) }));
  }
}

const STATUS = ["duplicate", "added", "conflict"] as const;

function waits({ delayMs, runAt }: NewTask): boolean {
  return runAt !== undefined || (delayMs !== undefined && delayMs > 0);
}

function whenOf(task: NewTask): string {
  return dueText(task.delayMs, task.runAt);
}

/** When to run, as the scripts take it: `d` and a delay, or `@` and an instant. */
export function dueText(delayMs: number | undefined, runAt: number | undefined): string {
  if (runAt !== undefined) return `@${Math.min(Math.max(0, Math.ceil(runAt)), LAST_INSTANT)}`;
  return `d${Math.min(Math.max(0, Math.ceil(delayMs ?? 0)), LAST_INSTANT / 2)}`;
}
