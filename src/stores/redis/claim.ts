/** Leases as the scripts answer them. */
import type { Lease } from "../../store/store.ts";
import { readAttemptState } from "./attempt-state.ts";
import { ID_BYTES, readId } from "./id.ts";
import type { Reply } from "./net/client.ts";
import { quarantine } from "./quarantine.ts";
import { readRecord } from "./record.ts";
import type { ScriptRunner } from "./script-runner.ts";

/** What a script answers of the tasks of one queue that it leased. */
export interface Claimed {
  /** Of the first one; the others count up from it. */
  readonly token: Buffer;
  readonly ids: Buffer;
  readonly records: readonly Buffer[];
  /** "" if none of them has one. */
  readonly states: Reply;
}

/** The leases; a task whose record cannot be read is put aside instead. */
export async function readLeases(
  runner: ScriptRunner,
  queue: string,
  { token: firstToken, ids, records, states }: Claimed,
): Promise<Lease[]> {
  const texts = Array.isArray(states) ? (states as readonly (Buffer | null)[]) : undefined;
  const first = Number(firstToken.toString("latin1"));
  const leases: Lease[] = [];
  for (let i = 0; i < records.length; i++) {
    const id = readId(ids, ID_BYTES * i);
    const token = first + i;
    const fields = readRecord(records[i]!);
    if (fields === undefined) {
      await quarantine(runner, { id, queue, token });
      continue;
    }
    const { type, payload, priority, createdAt, settings } = fields;
    const { failures, crashes, runAt = fields.runAt, putBackAt } = readAttemptState(texts?.[i]);
    const startedAt = runner.time.ofToken(token);
    const facts = { type, payload, priority, createdAt, runAt, startedAt, putBackAt, failures, crashes };
    const lease = { id, queue, token, ...facts };
    leases.push(settings === undefined ? lease : { ...lease, ...settings });
  }
  return leases;
}
