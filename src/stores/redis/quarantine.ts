/** Puts aside a task whose record cannot be read, so that it does not come back with every claim. */
import type { LeaseRef } from "../../store/store.ts";
import type { Caller } from "./caller.ts";
import { writeError } from "./extra.ts";
import { packId, tokenText } from "./id.ts";

export async function quarantine(caller: Caller, { id, queue, token }: LeaseRef): Promise<void> {
  const keys = caller.keys(queue);
  const error = {
    name: "WindlassError",
    code: "UNREADABLE",
    message: "the task's record is cut or was written by another program; it is kept as it is",
  };
  await caller.run(
    "quarantine",
    keys.slot,
    [keys.key("l"), keys.key("e"), keys.key("d"), keys.key("n")],
    [packId(id), tokenText(token), writeError(error)],
  );
}
