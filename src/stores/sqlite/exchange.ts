/** Settle, add the followers, promote what is due, claim: in this order, so that a slot freed here can be filled here. */
import type {
  Claim,
  Exchange,
  ExchangeReply,
  FollowerResults,
  Lease,
  Settlement,
  Verdict,
} from "../../store/store.ts";
import type { NewTask } from "../../task/task.ts";
import { add } from "./add.ts";
import { claim } from "./claim.ts";
import { promote } from "./promote.ts";
import { releaseUnknown, settle } from "./settle.ts";
import type { Transaction } from "./transaction.ts";

interface QueueState {
  readonly name: string;
  readonly queue: number;
  readonly paused: boolean;
  readonly pending: number;
  /** When the first waiting task falls due, in store time. */
  readonly due: number;
}

/** Due tasks that one exchange promotes at most, in each queue: about 10 ms. The next one goes on. */
const PROMOTED_AT_ONCE = 1_000;

/**
 * The answer to an exchange that would change nothing, undefined if it may. It only reads: an idle worker that polls
 * neither takes the write lock nor touches the disk.
 */
export function idle(
  tx: Transaction,
  { settle: settlements, claim: asked }: Exchange,
): ExchangeReply | undefined {
  if (settlements.length > 0 || asked?.holding !== undefined) return undefined;
  if (asked === undefined) return { verdicts: [], leases: [] };
  const states = statesOf(tx, asked);
  const busy = states.some(
    ({ paused, pending, due }) => due <= tx.time || (!paused && pending > 0 && asked.max > 0),
  );
  return busy ? undefined : { verdicts: [], leases: [], nextDueMs: nextDueMs(tx, states) };
}

export function exchange(tx: Transaction, { settle: settlements, claim: asked }: Exchange): ExchangeReply {
  const verdicts = settle(tx, settlements);
  const followers = addFollowers(tx, settlements, verdicts);
  if (asked === undefined) return { verdicts, leases: [], followers };
  const { queues, worker, holding } = asked;
  if (holding !== undefined) {
    for (const queue of queues.flatMap((name) => tx.findQueue(name) ?? [])) {
      releaseUnknown(tx, queue, worker, holding);
    }
  }
  let states = statesOf(tx, asked);
  const due = states.filter((state) => state.due <= tx.time);
  for (const { queue } of due) promote(tx, queue, PROMOTED_AT_ONCE);
  const leases = claimAll(tx, states, asked);
  if (due.length > 0) states = statesOf(tx, asked);
  return { verdicts, leases, followers, nextDueMs: nextDueMs(tx, states) };
}

/** Those of the settlements that were applied, all in one call; undefined if no settlement has any. */
function addFollowers(
  tx: Transaction,
  settlements: readonly Settlement[],
  verdicts: readonly Verdict[],
): FollowerResults[] | undefined {
  if (settlements.every(({ followers }) => followers === undefined)) return undefined;
  const adding: { readonly settlement: number; readonly tasks: readonly NewTask[] }[] = [];
  for (const [settlement, { followers }] of settlements.entries()) {
    if (followers !== undefined && verdicts[settlement] === "applied")
      adding.push({ settlement, tasks: followers });
  }
  const results = add(
    tx,
    adding.flatMap(({ tasks }) => tasks),
  );
  let start = 0;
  return adding.map(({ settlement, tasks }) => ({
    settlement,
    results: results.slice(start, (start += tasks.length)),
  }));
}

function claimAll(tx: Transaction, states: readonly QueueState[], asked: Claim): Lease[] {
  const { max, leaseMs, worker } = asked;
  const leases: Lease[] = [];
  for (const { queue, name, paused } of states) {
    if (leases.length >= max) break;
    if (!paused) claim(tx, { queue, name, max: max - leases.length, leaseMs, worker }, leases);
  }
  return leases;
}

/** The queues that exist. */
function statesOf(tx: Transaction, { queues }: Claim): QueueState[] {
  return queues.flatMap((name) => {
    const row = tx.sql.queue.forClaim.get(name);
    if (row === undefined) return [];
    const [queue, paused, pending, due, wallDue] = row;
    return { name, queue, paused: paused === 1, pending, due: tx.firstDue(due, wallDue) };
  });
}

function nextDueMs(tx: Transaction, states: readonly QueueState[]): number | undefined {
  let due = Infinity;
  for (const state of states) if (!state.paused) due = Math.min(due, state.due);
  return due === Infinity ? undefined : Math.max(0, due - tx.time);
}
