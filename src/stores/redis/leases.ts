/** The verbs `extend` and `reclaim`. */
import type { ExtendVerdict, LeaseRef, ReclaimReply, ReclaimRequest } from "../../store/store.ts";
import type { Caller } from "./caller.ts";
import { packLeases } from "./settle.ts";

const VERDICTS = ["lost", "applied", "cancelled"] as const;

export async function extend(
  caller: Caller,
  leases: readonly LeaseRef[],
  leaseMs: number,
): Promise<ExtendVerdict[]> {
  const verdicts: ExtendVerdict[] = Array.from({ length: leases.length });
  const queues = Map.groupBy(leases.keys(), (i) => leases[i]!.queue);
  await Promise.all(
    [...queues].map(async ([queue, places]) => {
      const keys = caller.keys(queue);
      const marks = (await caller.run(
        "extend",
        keys.slot,
        [keys.key("l"), keys.key("e"), keys.key("m")],
        [String(Math.round(leaseMs)), packLeases(leases, places)],
      )) as Buffer;
      for (const [j, i] of places.entries()) verdicts[i] = VERDICTS[marks[j]! - 0x30]!;
    }),
  );
  return verdicts;
}

/** Queue by queue. Begins anywhere, so that a full limit does not starve the queues at the end of the list. */
export async function reclaim(caller: Caller, { limit, retention }: ReclaimRequest): Promise<ReclaimReply> {
  const names = await caller.queues();
  const start = Math.floor(caller.settings.random() * names.length);
  const keeps = retention && [retention.completed, retention.cancelled, retention.dead];
  const bounds = keeps?.flatMap(({ ageMs, count }) => [boundText(ageMs), boundText(count)]) ?? ["-"];
  const done = { promoted: 0, expired: 0, pruned: 0, keys: 0 };
  let more = false;
  for (const queue of [...names.slice(start), ...names.slice(0, start)]) {
    const keys = caller.keys(queue);
    for (;;) {
      const levels = caller.levels(queue);
      const most = [limit - done.promoted, limit - done.expired, limit - Math.max(done.pruned, done.keys)];
      const reply = await caller.run("reclaim", keys.slot, keys.all(levels), [
        levels,
        ...most.map(String),
        ...bounds,
      ]);
      const [stale, promoted, expired, pruned, closed, goOn] = reply as readonly [Buffer, ...number[]];
      if (stale.length > 0) {
        caller.learn(queue, String(stale));
        continue;
      }
      done.promoted += promoted!;
      done.expired += expired!;
      done.pruned += pruned!;
      done.keys += closed!;
      more ||= goOn === 1;
      break;
    }
  }
  const { promoted, expired, pruned } = done;
  return { promoted, expired, pruned, more: more || Object.values(done).some((count) => count >= limit) };
}

/** Lua knows no Infinity in text; beyond this there is nothing to prune. */
function boundText(bound: number): string {
  return String(Math.min(Math.max(0, Math.floor(bound)), 9e15));
}
