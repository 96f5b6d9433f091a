/** What memory is left: when it runs short, tasks that are over make room for those that are not. */
import type { Retention } from "../../store/store.ts";
import type { ScriptRunner } from "./script-runner.ts";

/** Of maxmemory. Redis refuses to add from 1 on; workers that drain it write for a while before they free anything. */
const NEARLY_FULL = 0.9;

/** True if the server of this slot is nearly full. A user without the right to ask gets no answer, which is no harm. */
export async function isNearlyFull(runner: ScriptRunner, slot: number): Promise<boolean> {
  const text = await runner.send(slot, ["INFO", "memory"]).then(String, () => "");
  const bytes = (field: string): number => Number(new RegExp(`^${field}:(\\d+)`, "m").exec(text)?.[1] ?? 0);
  const most = bytes("maxmemory");
  return most > 0 && bytes("used_memory") > NEARLY_FULL * most;
}

/** Nothing that completed or was cancelled is kept any longer. Dead tasks are: someone has to decide on them. */
export function withoutFinished(retention: Retention): Retention {
  const nothing = { ageMs: 0, count: 0 };
  return { completed: nothing, cancelled: nothing, dead: retention.dead };
}
