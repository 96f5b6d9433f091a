/** Settle, promote what is due, claim: in this order, so that a slot freed here can be filled here. */
import type { Claim, Exchange, ExchangeReply, Lease } from "../../store/store.ts";
import { claim } from "./claim.ts";
import { promote } from "./promote.ts";
import type { QueueNumbers } from "./queues.ts";
import { giveBackUnknown, settle } from "./settle.ts";
import type { Work } from "./work.ts";

interface QueueState {
  readonly name: string;
  readonly queue: number;
  readonly paused: boolean;
  readonly pending: number;
  /** When the first waiting task falls due. */
  readonly due: number;
}

/** Due tasks that one exchange promotes at most, in each queue: about 10 ms. The next one goes on. */
const PROMOTED_AT_ONCE = 1_000;

/**
 * The answer to an exchange that would change nothing, undefined if it may. It only reads: an idle worker that polls
 * neither takes the write lock nor touches the disk.
 */
export function idle(work: Work, { settle: settlements, claim: terms }: Exchange): ExchangeReply | undefined {
  if (settlements.length > 0 || terms?.holding !== undefined) return undefined;
  if (terms === undefined) return { verdicts: [], leases: [] };
  const states = statesOf(work, terms);
  const busy = states.some(
    ({ paused, pending, due }) => due <= work.now || (!paused && pending > 0 && terms.max > 0),
  );
  return busy ? undefined : { verdicts: [], leases: [], nextDueMs: nextDueMs(work, states) };
}

export function exchange(work: Work, numbers: QueueNumbers, request: Exchange): ExchangeReply {
  const terms = request.claim;
  const verdicts = settle(work, numbers, request.settle);
  if (terms === undefined) return { verdicts, leases: [] };
  if (terms.holding !== undefined) {
    const queues = terms.queues.flatMap((name) => numbers.find(work, name) ?? []);
    giveBackUnknown(work, queues, terms.worker, terms.holding);
  }
  let states = statesOf(work, terms);
  const due = states.filter((state) => state.due <= work.now);
  for (const { queue } of due) promote(work, queue, PROMOTED_AT_ONCE);
  const leases = claimAll(work, states, terms);
  if (due.length > 0) states = statesOf(work, terms);
  return { verdicts, leases, nextDueMs: nextDueMs(work, states) };
}

function claimAll(work: Work, states: readonly QueueState[], terms: Claim): Lease[] {
  const leases: Lease[] = [];
  for (const { queue, name, paused } of states) {
    if (leases.length >= terms.max) break;
    if (!paused) leases.push(...claim(work, queue, name, terms, terms.max - leases.length));
  }
  return leases;
}

/** The queues that exist. */
function statesOf(work: Work, { queues }: Claim): QueueState[] {
  return queues.flatMap((name) => {
    const row = work.s.queueState.get(name);
    if (row === undefined) return [];
    const [queue, paused, pending, due] = row;
    return { name, queue, paused: paused === 1, pending, due: due ?? Infinity };
  });
}

function nextDueMs(work: Work, states: readonly QueueState[]): number | undefined {
  const due = Math.min(...states.map((state) => (state.paused ? Infinity : state.due)));
  return due === Infinity ? undefined : Math.max(0, due - work.now);
}
