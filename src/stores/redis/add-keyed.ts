/** Adding tasks one by one, because some have a key and what stands may come earlier in the same call. */
import type { AddResult } from "../../store/store.ts";
import { firstState } from "../../task/life.ts";
import type { NewTask } from "../../task/task.ts";
import { dueAt, dueText, durationText, waits } from "./due.ts";
import { AT_ONCE } from "./law.ts";
import { ID_BYTES, packId, readId } from "./id.ts";
import type { Arg } from "./net/client.ts";
import { stampOf, writeRecord } from "./record.ts";
import type { ScriptRunner } from "./script-runner.ts";

export async function addKeyed(
  runner: ScriptRunner,
  queue: string,
  tasks: readonly NewTask[],
): Promise<AddResult[]> {
  const keys = runner.keys(queue);
  runner.learn(queue, tasks.map(({ priority }) => priority).join(""));
  const stamp = stampOf(runner.time.estimate() ?? (await runner.now(queue)));
  const args = tasks.flatMap((task) => taskArgs(task, stamp));
  for (;;) {
    const priorities = runner.priorities(queue);
    const all = keys.all(priorities);
    const reply = await runner.runDurably("add-keyed", keys.slot, all, [priorities, ...args]);
    const [stale, now, fresh, notified, marks, standing] = reply as AddKeyedReply;
    if (stale.length > 0) {
      runner.learn(queue, String(stale));
      continue;
    }
    if (fresh === 1) await runner.list.addAgain(queue);
    if (notified === 0) runner.notifySoon(queue);
    return readAddResults(tasks, marks, standing, now);
  }
}

type AddKeyedReply = readonly [
  stale: Buffer,
  now: number,
  fresh: number,
  notified: number,
  marks: Buffer,
  standing: Buffer,
];

/** Six arguments, for lua/shared/add-one.lua. */
export function taskArgs(task: NewTask, stamp: string): Arg[] {
  const { id, delayMs, runAt, key } = task;
  return [
    packId(id),
    writeRecord(task, stamp, waits(task)),
    waits(task) ? dueText(delayMs, runAt) : "-",
    key?.value ?? "",
    durationText(key?.windowMs ?? 0),
    key?.fingerprint ?? "",
  ];
}

const STATUS = ["duplicate", "added", "conflict"] as const;

/** What that script answers: a mark and the id that stands, for each task. */
export function readAddResults(
  tasks: readonly NewTask[],
  marks: Buffer,
  standing: Buffer,
  now: number,
): AddResult[] {
  return tasks.map((task, i) => {
    const id = readId(standing, ID_BYTES * i);
    const status = STATUS[marks[i]! - 0x30]!;
    if (status !== "added") return { status, id };
    return { status, id, state: waits(task) ? firstState(dueAt(task, now), now) : AT_ONCE };
  });
}
