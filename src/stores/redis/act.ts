/** Changing tasks by hand. The scripts decide by the task's state; a refused act writes nothing. */
import type { ActResult, TaskEdit } from "../../store/facets.ts";
import { WindlassError } from "../../task/errors.ts";
import type { TaskState } from "../../task/task.ts";
import { dueText } from "./add.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { packId } from "./id.ts";
import { queueOf } from "./inspect.ts";
import type { Arg, Reply } from "./net/client.ts";
import { rewriteRecord } from "./record.ts";
import { readView } from "./view.ts";

type Act = "retry" | "cancel" | "run-now" | "remove" | "edit";

/** Retry, cancel, run now or remove. */
export async function act(runner: ScriptRunner, name: Exclude<Act, "edit">, id: string): Promise<ActResult> {
  const queue = await queueOf(runner, id);
  if (queue === undefined) return { status: "missing" };
  const result = await run(runner, name, queue, id, []);
  if (result === "changed") throw new WindlassError("INTERNAL", `${name} answered what only edit may`);
  return result;
}

/** Compares and sets: only JavaScript knows a record's form, so it is read here and written back if it is still the same. */
export async function edit(runner: ScriptRunner, id: string, change: TaskEdit): Promise<ActResult> {
  const queue = await queueOf(runner, id);
  if (queue === undefined) return { status: "missing" };
  const keys = runner.keys(queue);
  const when =
    change.runAt === undefined && change.delayMs === undefined ? "-" : dueText(change.delayMs, change.runAt);
  for (;;) {
    const record = await runner.send(keys.slot, ["HGET", keys.key("tasks"), packId(id)]);
    if (!Buffer.isBuffer(record)) return { status: "missing" };
    const next = rewriteRecord(record, change);
    if (next === undefined) {
      throw new WindlassError(
        "UNREADABLE",
        `the record of task ${id} cannot be read, so it cannot be edited`,
      );
    }
    if (change.priority !== undefined) runner.learn(queue, String(change.priority));
    const result = await run(runner, "edit", queue, id, [record, next, when]);
    if (result !== "changed") return result;
  }
}

async function run(
  runner: ScriptRunner,
  name: Act,
  queue: string,
  id: string,
  args: readonly Arg[],
): Promise<ActResult | "changed"> {
  const keys = runner.keys(queue);
  for (;;) {
    const priorities = runner.priorities(queue);
    const reply = await runner.run(name, keys.slot, keys.all(priorities), [priorities, packId(id), ...args]);
    const [status, more] = reply as readonly [Buffer, Reply];
    switch (String(status)) {
      case "stale":
        runner.learn(queue, String(more));
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
