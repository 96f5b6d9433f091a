/**
 * Forgetting queues that are long empty: otherwise the list of queues, which each sweep reads, grows with every name that was
 * ever used.
 *
 * A queue that has tasks must be on the list, or nobody promotes them or takes them back; and in a cluster the list is on another
 * server than the queue. So each name is dated, and
 * - who adds to a queue has dated it within the last two hours: a process believes that a queue is listed for one hour, and dates
 *   it anew if the date is older than one (`QueueList.add`);
 * - only queues whose date is older than a day are looked at (1); if all is empty, all is deleted (2); and then the name is taken
 *   off only if its date is still that old (3).
 * What is added between (2) and (3), or while (3) is never reached, so is on the list. A process that stands still for a day between
 * its look at the list and its add finds after the add that the queue is new, and lists it again; and if it dies before that, the
 * sweep of whoever works on the queue does (`withUnlisted` in maintain.ts).
 */
import type { ScriptRunner } from "./script-runner.ts";
import { isPartial } from "./several-queues.ts";

/** Looked at with each sweep: 10 ms of Redis. */
const MOST = 100;

/** A sweep's part of it. What fails is tried a day later; a list that cannot be reached, with the next sweep. */
export async function forgetUnused(runner: ScriptRunner): Promise<void> {
  try {
    const unused = await runner.list.longUnused(MOST);
    if (unused.length === 0) return;
    const gone = await Promise.all(unused.map((queue) => forget(runner, queue).catch(() => false)));
    await runner.list.unlist(unused.map((queue, i) => [queue, gone[i]!]));
  } catch (error) {
    if (!isPartial(runner, error)) throw error;
  }
}

/** True if nothing is left of the queue. */
export async function forget(runner: ScriptRunner, queue: string): Promise<boolean> {
  const keys = runner.keys(queue);
  for (;;) {
    const priorities = runner.priorities(queue);
    const reply = await runner.run("forget", keys.slot, keys.all(priorities), [priorities]);
    const [stale, gone] = reply as readonly [Buffer, number];
    if (stale.length === 0) return gone === 1;
    runner.learn(queue, String(stale));
  }
}
