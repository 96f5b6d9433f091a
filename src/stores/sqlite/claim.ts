/** Leasing pending tasks: three statements for a whole range of them, none per task. */
import type { Claim, Lease } from "../../store/store.ts";
import { PRIORITIES } from "../../task/task.ts";
import { quarantine } from "./quarantine.ts";
import { priorityOf } from "./rank.ts";
import type { ClaimRow } from "./statements.ts";
import type { Work } from "./work.ts";

/** Leases made by one statement: SQLite takes no infinite limit. */
const MOST = 1_000_000;

/** Leases up to `room` tasks of one queue. What cannot be read is put aside, and the claim goes on with the others. */
export function claim(work: Work, queue: number, name: string, terms: Claim, room: number): Lease[] {
  const leases: Lease[] = [];
  while (leases.length < room) {
    const asked = Math.min(room - leases.length, MOST);
    const until = Math.ceil(work.now + terms.leaseMs);
    const { count, first } = work.s.claim(queue, asked, terms.worker, work.now, until);
    if (count === 0) break;
    work.s.claimTake.run(queue, count - 1);
    work.count(queue, "pending", -count);
    work.count(queue, "running", count);
    read(work, queue, name, first, count, leases);
    if (count < asked) break;
  }
  return leases;
}

function read(work: Work, queue: number, name: string, first: number, count: number, leases: Lease[]): void {
  const rows = readable(work, first, first + count - 1);
  for (let index = 0; index < count; index++) {
    const token = first + index;
    const row = rows === undefined ? readable(work, token, token)?.[0] : rows[index];
    const lease = row && toLease(row, name, token);
    if (lease === undefined) quarantine(work, queue, token);
    else leases.push(lease);
  }
}

/** Undefined if one of the rows has a number that does not fit into JavaScript's. */
function readable(work: Work, first: number, last: number): ClaimRow[] | undefined {
  try {
    return work.s.claimRead.all(first, last);
  } catch (error) {
    if ((error as { code?: unknown }).code === "ERR_OUT_OF_RANGE") return undefined;
    throw error;
  }
}

/** Types are kept by the tables, which are strict; a number can still be nonsense, and the task can be gone. */
function toLease(row: ClaimRow, queue: string, token: number): Lease | undefined {
  const [id, type, payload, rank, createdAt, runAt, failures, crashes, retryLimit] = row;
  if (id === null) return undefined;
  const priority = priorityOf(rank);
  if (priority < 0 || priority >= PRIORITIES) return undefined;
  if (createdAt < 0 || runAt < 0 || failures < 0 || crashes < 0) return undefined;
  if (retryLimit !== null && retryLimit < 0) return undefined;
  return {
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
    retryLimit: retryLimit ?? undefined,
  };
}
