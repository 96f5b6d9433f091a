/** The verb `extend`: one script call per queue. */
import type { ExtendVerdict, LeaseRef } from "../../store/store.ts";
import { durationText } from "./due.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { packLeases } from "./settle.ts";
import { isPartial } from "./several-queues.ts";

const VERDICTS = ["lost", "applied", "cancelled"] as const;

export async function extend(
  runner: ScriptRunner,
  leases: readonly LeaseRef[],
  leaseMs: number,
): Promise<ExtendVerdict[]> {
  const verdicts: ExtendVerdict[] = Array.from({ length: leases.length });
  const queues = Map.groupBy(leases.keys(), (i) => leases[i]!.queue);
  const failures: unknown[] = [];
  await Promise.all(
    [...queues].map(async ([queue, indices]) => {
      try {
        const marks = await extendIn(
          runner,
          queue,
          indices.map((i) => leases[i]!),
          leaseMs,
        );
        for (const [j, i] of indices.entries()) verdicts[i] = VERDICTS[marks[j]! - 0x30]!;
      } catch (error) {
        for (const i of indices) verdicts[i] = "unknown";
        failures.push(error);
      }
    }),
  );
  // A shard that is out of reach must not take the leases of the others along.
  if (failures.length === queues.size && failures.length > 0) throw failures[0];
  for (const failure of failures) if (!isPartial(runner, failure)) throw failure;
  return verdicts;
}

async function extendIn(
  runner: ScriptRunner,
  queue: string,
  leases: readonly LeaseRef[],
  leaseMs: number,
): Promise<Buffer> {
  const keys = runner.keys(queue);
  const all = [...leases.keys()];
  return (await runner.run(
    "extend",
    keys.slot,
    [keys.key("leases"), keys.key("details"), keys.key("meta")],
    [durationText(leaseMs), packLeases(leases, all)],
  )) as Buffer;
}
