/** Puts aside a task whose record cannot be read, so that it does not come back with every claim. */
import type { LeaseRef } from "../../store/store.ts";
import { writeError } from "./attempt-state.ts";
import { packId, tokenText } from "./id.ts";
import type { ScriptRunner } from "./script-runner.ts";

export async function quarantine(runner: ScriptRunner, { id, queue, token }: LeaseRef): Promise<void> {
  const keys = runner.keys(queue);
  const error = {
    name: "WindlassError",
    code: "UNREADABLE",
    message: "the task's record is cut or was written by another program; it is kept as it is",
  };
  const args = [packId(id), tokenText(token), writeError(error)];
  await runner.run("quarantine", keys.slot, keys.fixed, args);
}
