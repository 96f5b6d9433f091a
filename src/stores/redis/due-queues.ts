/** Which queues a sweep goes to, where there are too many to go to all of them each time. */
import { sweepKeys } from "./layout.ts";
import { slotOf } from "./net/slot.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { isPartial } from "./several-queues.ts";

/** Up to so many, each sweep goes to all: 30 ms of Redis. */
const FEW = 500;

/** Asked about in one call: 1 ms of Redis. In a cluster a call is about one queue, and so many are under way at once. */
const STEP = 250;

/**
 * The queues to sweep now, of these: all, if they are few, else those with a task that is due or a lease that may have
 * run out, and a few hundred others in turn, for what has no hurry (retention, keys). `start` is where their turn is.
 */
export async function dueQueues(
  runner: ScriptRunner,
  names: readonly string[],
  start: number,
): Promise<readonly string[]> {
  const turned = [...names.slice(start), ...names.slice(0, start)];
  if (names.length <= FEW) return turned;
  const due = new Set<string>();
  for (let first = 0; first < turned.length; first += STEP) {
    const some = turned.slice(first, first + STEP);
    const marks = await (runner.router.clustered ? eachAsked(runner, some) : allAsked(runner, some));
    for (const [i, queue] of some.entries()) if (marks[i] !== "0") due.add(queue);
  }
  for (const queue of turned.slice(0, FEW)) due.add(queue);
  return [...due];
}

/** One mark per queue; "1": there is something to do. */
async function allAsked(runner: ScriptRunner, queues: readonly string[]): Promise<string> {
  const keys = queues.flatMap((queue) => sweepKeys(runner.settings.prefix, queue));
  return String(await runner.run("due-queues", slotOf(queues[0]!), keys, []));
}

/** The sweep itself fails for those that cannot be asked, and says why. */
async function eachAsked(runner: ScriptRunner, queues: readonly string[]): Promise<readonly string[]> {
  return Promise.all(
    queues.map((queue) =>
      allAsked(runner, [queue]).catch((error: unknown) => {
        if (isPartial(runner, error)) return "1";
        throw error;
      }),
    ),
  );
}
