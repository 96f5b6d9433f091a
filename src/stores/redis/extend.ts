/** The verb `extend`: one script call per queue. */
import type { ExtendVerdict, LeaseRef } from "../../store/store.ts";
import { durationText } from "./due.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { packLeases } from "./settle.ts";

const VERDICTS = ["lost", "applied", "cancelled"] as const;

export async function extend(
  runner: ScriptRunner,
  leases: readonly LeaseRef[],
  leaseMs: number,
): Promise<ExtendVerdict[]> {
  const verdicts: ExtendVerdict[] = Array.from({ length: leases.length });
  const queues = Map.groupBy(leases.keys(), (i) => leases[i]!.queue);
  await Promise.all(
    [...queues].map(async ([queue, indices]) => {
      const keys = runner.keys(queue);
      const marks = (await runner.run(
        "extend",
        keys.slot,
        [keys.key("leases"), keys.key("details"), keys.key("meta")],
        [durationText(leaseMs), packLeases(leases, indices)],
      )) as Buffer;
      for (const [j, i] of indices.entries()) verdicts[i] = VERDICTS[marks[j]! - 0x30]!;
    }),
  );
  return verdicts;
}
