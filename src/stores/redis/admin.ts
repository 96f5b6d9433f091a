/** Changing things by hand. The scripts decide by the task's state; a refused act writes nothing. */
import type { ActResult, TaskEdit } from "../../store/facets.ts";
import { WindlassError } from "../../task/errors.ts";
import type { TaskState } from "../../task/task.ts";
import { dueText } from "./add.ts";
import type { Caller } from "./caller.ts";
import { packId } from "./id.ts";
import { count, queueOf } from "./inspect.ts";
import type { Arg, Reply } from "./net/client.ts";
import { rewriteRecord } from "./record.ts";
import { readView } from "./view.ts";

type Act = "retry" | "cancel" | "run-now" | "remove" | "edit";

/** Retry, cancel, run now or remove. */
export async function act(caller: Caller, name: Exclude<Act, "edit">, id: string): Promise<ActResult> {
  const queue = await queueOf(caller, id);
  if (queue === undefined) return { status: "missing" };
  const result = await run(caller, name, queue, id, []);
  if (result === "changed") throw new WindlassError("INTERNAL", `${name} answered what only edit may`);
  return result;
}

/** Compares and sets: only JavaScript knows a record's form, so it is read here and written back if it is still the same. */
export async function edit(caller: Caller, id: string, change: TaskEdit): Promise<ActResult> {
  const queue = await queueOf(caller, id);
  if (queue === undefined) return { status: "missing" };
  const keys = caller.keys(queue);
  const when =
    change.runAt === undefined && change.delayMs === undefined ? "-" : dueText(change.delayMs, change.runAt);
  for (;;) {
    const record = await caller.send(keys.slot, ["HGET", keys.key("t"), packId(id)]);
    if (!Buffer.isBuffer(record)) return { status: "missing" };
    const next = rewriteRecord(record, change);
    if (next === undefined) {
      throw new WindlassError(
        "UNREADABLE",
        `the record of task ${id} cannot be read, so it cannot be edited`,
      );
    }
    if (change.priority !== undefined) caller.learn(queue, String(change.priority));
    const result = await run(caller, "edit", queue, id, [record, next, when]);
    if (result !== "changed") return result;
  }
}

async function run(
  caller: Caller,
  name: Act,
  queue: string,
  id: string,
  args: readonly Arg[],
): Promise<ActResult | "changed"> {
  const keys = caller.keys(queue);
  for (;;) {
    const levels = caller.levels(queue);
    const reply = await caller.run(name, keys.slot, keys.all(levels), [levels, packId(id), ...args]);
    const [status, more] = reply as readonly [Buffer, Reply];
    switch (String(status)) {
      case "stale":
        caller.learn(queue, String(more));
        continue;
      case "missing":
        return { status: "missing" };
      case "refused":
        return { status: "refused", state: String(more) as TaskState };
      case "changed":
        return "changed";
      default: {
        const { attempts: _, ...task } = readView(queue, more);
        return { status: "applied", task };
      }
    }
  }
}

export async function pause(caller: Caller, queue: string): Promise<void> {
  await caller.list(queue);
  const keys = caller.keys(queue);
  await caller.run("pause", keys.slot, [keys.key("m")], []);
}

export async function resume(caller: Caller, queue: string): Promise<void> {
  const keys = caller.keys(queue);
  await caller.run("resume", keys.slot, [keys.key("m")], []);
}

/** Up to 1,000 tasks a call, as many in all as there were at the beginning: what is added meanwhile may stay. */
export async function purge(caller: Caller, queue: string, states: readonly TaskState[]): Promise<number> {
  const keys = caller.keys(queue);
  const before = (await count(caller, queue))?.counts;
  if (before === undefined) return 0;
  let purged = 0;
  // Asked to purge nothing, or what cannot be purged, the script still sees whether the queue is empty.
  for (const state of states.length === 0 ? (["running"] as const) : new Set(states)) {
    let left = before[state];
    for (let more = 1; more === 1; more = left > 0 ? more : 0) {
      const levels = caller.levels(queue);
      const reply = await caller.run("purge", keys.slot, keys.all(levels), [levels, state]);
      const [stale, removed, goOn] = reply as readonly [Buffer, number, number];
      if (stale.length > 0) {
        caller.learn(queue, String(stale));
        continue;
      }
      purged += removed;
      left -= removed;
      more = goOn;
    }
  }
  return purged;
}
