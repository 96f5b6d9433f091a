/** Changing tasks by hand: acts and edits. The law says what each leads to; a refused one writes nothing. */
import type { ActResult, TaskEdit } from "../../store/facets.ts";
import { WindlassError } from "../../task/errors.ts";
import { type Act, ACTS } from "../../task/life.ts";
import type { TaskRef, TaskState } from "../../task/task.ts";
import { dueText } from "./due.ts";
import { packId, packIds } from "./id.ts";
import { locate } from "./locate.ts";
import type { Arg, Reply } from "./net/client.ts";
import { rewriteRecord } from "./record.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { eachQueue, partlyDone } from "./several-queues.ts";
import { readView } from "./view.ts";

/** Acted on in one call: 3 to 5 ms of Redis, which serves nobody else meanwhile. */
const MOST = 250;

/**
 * One answer per task, in order. One script call per queue and 250 tasks. If one of several calls fails the others may
 * have been done: `UNKNOWN`.
 */
export async function act(runner: ScriptRunner, tasks: readonly TaskRef[], name: Act): Promise<ActResult[]> {
  const queues = await locate(runner, tasks);
  const results = tasks.map((): ActResult => ({ status: "missing" }));
  const known = [...tasks.keys()].filter((i) => queues[i] !== undefined);
  await eachQueue(
    Map.groupBy(known, (i) => queues[i]!),
    async (queue, indices) => {
      let done = 0;
      while (done < indices.length) {
        const some = indices.slice(done, done + MOST);
        const answers = await actOn(runner, queue, name, packIds(some.map((i) => tasks[i]!))).catch(
          (error: unknown) => {
            throw done === 0 ? error : partlyDone(error);
          },
        );
        for (const [j, answer] of answers.entries()) results[some[j]!] = readResult(queue, answer);
        done += answers.length;
      }
    },
  );
  return results;
}

/** The answers for the first of these, one at least. */
async function actOn(
  runner: ScriptRunner,
  queue: string,
  name: Act,
  ids: Buffer,
): Promise<readonly ActReply[]> {
  const keys = runner.keys(queue);
  const rule = JSON.stringify(ACTS[name]);
  for (;;) {
    const priorities = runner.priorities(queue);
    const reply = await runner.run("act", keys.slot, keys.all(priorities), [priorities, rule, ids]);
    const [stale, ...answers] = reply as readonly [Buffer, ...ActReply[]];
    if (stale.length === 0) return answers;
    runner.learn(queue, String(stale));
  }
}

/** Compares and sets: only JavaScript knows a record's form, so it is read here and written back if it is still the same. */
export async function edit(runner: ScriptRunner, task: TaskRef, change: TaskEdit): Promise<ActResult> {
  const { id } = task;
  const [queue] = await locate(runner, [task]);
  if (queue === undefined) return { status: "missing" };
  const keys = runner.keys(queue);
  const { delayMs, runAt } = change;
  const when = runAt === undefined && delayMs === undefined ? "-" : dueText(delayMs, runAt);
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
    const reply = await editOne(runner, queue, [packId(id), record, next, when]);
    if (String(reply[0]) !== "changed") return readResult(queue, reply);
  }
}

async function editOne(runner: ScriptRunner, queue: string, args: readonly Arg[]): Promise<ActReply> {
  const keys = runner.keys(queue);
  for (;;) {
    const priorities = runner.priorities(queue);
    const reply = (await runner.run("edit", keys.slot, keys.all(priorities), [
      priorities,
      ...args,
    ])) as ActReply;
    if (String(reply[0]) !== "stale") return reply;
    runner.learn(queue, String(reply[1]));
  }
}

/** Status, and what goes with it. */
type ActReply = readonly [Buffer, Reply];

function readResult(queue: string, [status, more]: ActReply): ActResult {
  switch (String(status)) {
    case "missing":
      return { status: "missing" };
    case "refused":
      return { status: "refused", state: String(more) as TaskState };
    default: {
      const { attempts: _, ...task } = readView(queue, more);
      return { status: "applied", task };
    }
  }
}
