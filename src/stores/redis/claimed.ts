/** Leases as the scripts answer them. */
import type { Lease } from "../../store/store.ts";
import type { Caller } from "./caller.ts";
import { readExtra } from "./extra.ts";
import { ID_BYTES, readId } from "./id.ts";
import type { Reply } from "./net/client.ts";
import { quarantine } from "./quarantine.ts";
import { readRecord } from "./record.ts";

export async function readLeases(
  caller: Caller,
  queue: string,
  firstToken: Buffer,
  ids: Buffer,
  records: readonly Buffer[],
  extras: Reply,
): Promise<Lease[]> {
  const texts = Array.isArray(extras) ? (extras as readonly (Buffer | null)[]) : undefined;
  const first = Number(firstToken.toString("latin1"));
  const leases: Lease[] = [];
  for (let i = 0; i < records.length; i++) {
    const id = readId(ids, ID_BYTES * i);
    const token = first + i;
    const fields = readRecord(records[i]!);
    if (fields === undefined) {
      await quarantine(caller, { id, queue, token });
      continue;
    }
    const { type, payload, priority, createdAt, retryLimit } = fields;
    const { failures, crashes, runAt = fields.runAt } = readExtra(texts?.[i]);
    leases.push({
      id,
      queue,
      token,
      type,
      payload,
      priority,
      createdAt,
      runAt,
      failures,
      crashes,
      retryLimit,
    });
  }
  return leases;
}
