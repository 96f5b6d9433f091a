/** Leasing pending tasks: three statements for a whole range of them, none per task. */
import { readSettings } from "../../store/settings-text.ts";
import type { Lease } from "../../store/store.ts";
import { PRIORITIES } from "../../task/task.ts";
import { quarantine } from "./quarantine.ts";
import { priorityOf } from "./rank.ts";
import type { ClaimedRow } from "./statements.ts";
import type { Transaction } from "./transaction.ts";

/** Leases made by one statement: SQLite takes no infinite limit. */
const MOST = 1_000_000;

/** What is asked of one queue. */
export interface QueueClaim {
  readonly queue: number;
  readonly name: string;
  readonly max: number;
  readonly leaseMs: number;
  readonly worker: string;
}

/** Adds up to `max` leases to these. What cannot be read is put aside, and the claim goes on with the others. */
export function claim(tx: Transaction, asked: QueueClaim, leases: Lease[]): void {
  const { queue, max, leaseMs, worker } = asked;
  const full = leases.length + max;
  while (leases.length < full) {
    const most = Math.min(full - leases.length, MOST);
    const until = tx.after(leaseMs);
    const { count, last } = tx.sql.lease.claim.insert(queue, most, worker, tx.now, until);
    if (count === 0) break;
    tx.sql.ready.take.run(queue, count - 1);
    tx.count(queue, "pending", -count);
    tx.count(queue, "running", count);
    read(tx, asked, { first: last - count + 1, last }, leases);
    if (count < most) break;
  }
}

function read(
  tx: Transaction,
  { queue, name }: QueueClaim,
  { first, last }: { readonly first: number; readonly last: number },
  leases: Lease[],
): void {
  const rows = readable(tx, first, last);
  for (let token = first; token <= last; token++) {
    const row = rows === undefined ? readable(tx, token, token)?.[0] : rows[token - first];
    const lease = row && toLease(row, { queue: name, token, startedAt: tx.now });
    if (lease === undefined) quarantine(tx, queue, token);
    else leases.push(lease);
  }
}

/** Undefined if one of the rows has a number that does not fit into JavaScript's. */
function readable(tx: Transaction, first: number, last: number): ClaimedRow[] | undefined {
  try {
    return tx.sql.lease.claimed.all(first, last);
  } catch (error) {
    if ((error as { code?: unknown }).code === "ERR_OUT_OF_RANGE") return undefined;
    throw error;
  }
}

/** Types are kept by the tables, which are strict; a value can still be nonsense, and the task can be gone. */
function toLease(row: ClaimedRow, claimed: Pick<Lease, "queue" | "token" | "startedAt">): Lease | undefined {
  const [id, type, payload, rank, createdAt, runAt, failures, crashes, text, putBack] = row;
  if (id === null) return undefined;
  const priority = priorityOf(rank);
  if (priority < 0 || priority >= PRIORITIES) return undefined;
  if (createdAt < 0 || runAt < 0 || failures < 0 || crashes < 0) return undefined;
  const { queue, token, startedAt } = claimed;
  const putBackAt = putBack ?? undefined;
  const facts = { type, payload, priority, createdAt, runAt, startedAt, putBackAt, failures, crashes };
  const lease = { id, queue, token, ...facts };
  if (text === null) return lease;
  const settings = readSettings(text);
  return settings && { ...lease, ...settings };
}
