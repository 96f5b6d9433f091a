/** The verb `maintain`: one script call per queue. */
import type { MaintainReply, MaintainRequest, Recovered, Retention } from "../../store/store.ts";
import type { TaskState } from "../../task/task.ts";
import { readWorker } from "./attempt-state.ts";
import { dueQueues } from "./due-queues.ts";
import { forgetUnused } from "./forget.ts";
import { readId } from "./id.ts";
import { count } from "./inspect.ts";
import { isNearlyFull, withoutFinished } from "./pressure.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { isPartial } from "./several-queues.ts";

/** Of queues that are not on the list a sweep looks at no more: their names may come from anybody. */
const MOST_UNLISTED = 100;

/** Queue by queue, of many only where there is something to do. Begins anywhere, so that a full limit does not starve the queues at the end of the list. */
export async function maintain(
  runner: ScriptRunner,
  { limit, retention }: MaintainRequest,
): Promise<MaintainReply> {
  const names = await withUnlisted(runner, await runner.list.knownNames("in any way"));
  const start = Math.floor(runner.settings.random() * names.length);
  const bounds = boundsOf(retention);
  const fewer = boundsOf(retention && withoutFinished(retention));
  let full = retention !== undefined;
  let early = false;
  const done = { promoted: 0, expired: 0, pruned: 0, keys: 0 };
  const recovered: Recovered[] = [];
  let more = false;
  let failure: unknown;
  let failures = 0;
  const due = await dueQueues(runner, names, start);
  for (const queue of due) {
    try {
      const most = [limit - done.promoted, limit - done.expired, limit - Math.max(done.pruned, done.keys)];
      // One server that has room need not be asked again for every queue; one that has none may have some by now.
      if (retention !== undefined && (full || runner.router.clustered))
        full = await isNearlyFull(runner, runner.keys(queue).slot);
      const [promoted, expired, pruned, keys, goOn, back] = await maintainOne(
        runner,
        queue,
        most,
        full ? fewer : bounds,
      );
      early ||= full && pruned > 0;
      done.promoted += promoted;
      done.expired += expired;
      recovered.push(...readRecovered(queue, back));
      done.pruned += pruned;
      done.keys += keys;
      more ||= goOn === 1;
    } catch (error) {
      // A queue that is broken or out of reach must not keep the others from their due tasks.
      failures += 1;
      if (failure === undefined || (isPartial(runner, failure) && !isPartial(runner, error))) failure = error;
    }
  }
  await forgetUnused(runner);
  if (failure !== undefined && (failures === due.length || !isPartial(runner, failure))) throw failure;
  const { promoted, expired, pruned } = done;
  return {
    promoted,
    expired,
    ...(recovered.length > 0 && { recovered }),
    pruned,
    ...(early && { early }),
    ...(isPartial(runner, failure) && { failure }),
    more: more || Object.values(done).some((number) => number >= limit),
  };
}

/**
 * The names, and those of queues that this process uses and that are in use, but not on the list: whoever added to them died, or
 * left, while the list could not be reached. They are put on it.
 */
async function withUnlisted(runner: ScriptRunner, names: readonly string[]): Promise<readonly string[]> {
  const listed = new Set(names);
  const used = [...runner.used()].filter((queue) => !listed.has(queue));
  const start = Math.floor(runner.settings.random() * Math.max(0, used.length - MOST_UNLISTED));
  const found: string[] = [];
  for (const queue of used.slice(start, start + MOST_UNLISTED)) {
    const info = await count(runner, queue).catch(() => undefined); // the next sweep looks again
    if (info === undefined) continue;
    await runner.list.addAgain(queue);
    found.push(queue);
  }
  return [...names, ...found];
}

type Maintained = readonly [
  promoted: number,
  expired: number,
  pruned: number,
  keys: number,
  goOn: number,
  recovered: readonly Buffer[],
];

/** Three values each: id, worker, state. */
function readRecovered(queue: string, values: readonly Buffer[]): Recovered[] {
  return Array.from({ length: values.length / 3 }, (_, nth) => ({
    id: readId(values[3 * nth]!),
    queue,
    worker: readWorker(String(values[3 * nth + 1])),
    state: String(values[3 * nth + 2]) as TaskState,
  }));
}

async function maintainOne(
  runner: ScriptRunner,
  queue: string,
  most: readonly number[],
  bounds: readonly string[],
): Promise<Maintained> {
  const keys = runner.keys(queue);
  for (;;) {
    const priorities = runner.priorities(queue);
    const args = [priorities, ...most.map(String), ...bounds];
    const reply = await runner.run("maintain", keys.slot, keys.all(priorities), args);
    const [stale, ...counts] = reply as readonly [Buffer, ...Maintained];
    if (stale.length === 0) return counts;
    runner.learn(queue, String(stale));
  }
}

/** State, age and count, for each that is pruned. */
function boundsOf(retention: Retention | undefined): string[] {
  if (retention === undefined) return [];
  return (["completed", "cancelled", "dead"] as const).flatMap((state) => [
    state,
    boundText(retention[state].ageMs),
    boundText(retention[state].count),
  ]);
}

/** Lua knows no Infinity in text; beyond this there is nothing to prune. */
function boundText(bound: number): string {
  return String(Math.min(Math.max(0, Math.floor(bound)), 9e15));
}
