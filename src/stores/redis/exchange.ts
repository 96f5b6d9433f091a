/** The verb `exchange`: the short way if nothing is out of the ordinary, else the full one. */
import type { Exchange, ExchangeReply, Lease, Verdict } from "../../store/store.ts";
import { hasCode } from "../../task/errors.ts";
import type { Caller } from "./caller.ts";
import { readLeases } from "./claimed.ts";
import { exchangeFull } from "./exchange-full.ts";
import { writeWorker } from "./extra.ts";
import type { Arg, Reply } from "./net/client.ts";
import { type Block, judge, packLeases, toBlocks } from "./settle.ts";

/** What the short way takes in one call: the limit of Lua's stack, with room to spare. */
const MOST = 1_000;

/** For each queue: verdicts, first token, ids, records, extras, due. */
type CommonReply = readonly [Buffer, Buffer, Buffer, readonly Buffer[], Reply, Reply];

const REPLIES_PER_QUEUE = 6;

export async function exchange(caller: Caller, request: Exchange): Promise<ExchangeReply> {
  const { settle, claim } = request;
  const verdicts: Verdict[] = Array.from({ length: settle.length });
  const blocks = toBlocks(settle, claim, verdicts);
  if (blocks.length === 0) return { verdicts, leases: [] };
  if (isCommon(caller, blocks, request)) {
    const reply = await exchangeCommon(caller, blocks, request, verdicts);
    if (reply !== undefined) return reply;
  }
  return exchangeFull(caller, request, blocks, verdicts);
}

function isCommon(caller: Caller, blocks: readonly Block[], { claim }: Exchange): boolean {
  // One script cannot reach several nodes of a cluster.
  if (blocks.length > 1 && caller.router.clustered) return false;
  if (claim !== undefined && (claim.holding !== undefined || claim.max > MOST)) return false;
  return blocks.every(
    ({ queue, removed, kept, mixed }) =>
      mixed.length === 0 &&
      (removed.length === 0 || kept.length === 0) &&
      removed.length + kept.length <= MOST &&
      caller.mayTakeShortWay(queue),
  );
}

/** Undefined if the short way does not do; then nothing was done. */
async function exchangeCommon(
  caller: Caller,
  blocks: readonly Block[],
  { settle, claim }: Exchange,
  verdicts: Verdict[],
): Promise<ExchangeReply | undefined> {
  const keys: string[] = [];
  const args: Arg[] = [
    String(Math.max(0, claim?.max ?? 0)),
    String(Math.round(claim?.leaseMs ?? 0)),
    claim === undefined ? "" : writeWorker(claim.worker),
  ];
  for (const { queue, claim: wanted, removed, kept } of blocks) {
    const levels = caller.levels(queue);
    const keep = kept.length > 0;
    keys.push(...caller.keys(queue).common(levels));
    args.push(levels, wanted ? "1" : "0", packLeases(settle, keep ? kept : removed), keep ? "1" : "0");
  }
  const reply = await caller
    .run("exchange", caller.keys(blocks[0]!.queue).slot, keys, args)
    .catch((error: unknown) => {
      // One queue of several is broken, which showed before anything was written; the full way sees to the others.
      if (blocks.length > 1 && hasCode(error, "STORE_CORRUPT")) return 1;
      throw error;
    });
  if (typeof reply === "number") {
    caller.avoidShortWay(blocks[reply - 1]!.queue);
    return undefined;
  }
  const leases: Lease[] = [];
  let nextDueMs: number | undefined;
  for (const [b, { queue, removed, kept }] of blocks.entries()) {
    const from = REPLIES_PER_QUEUE * b;
    const mine = (reply as readonly Reply[]).slice(from, from + REPLIES_PER_QUEUE);
    const [marks, token, ids, records, extras, due] = mine as unknown as CommonReply;
    judge(verdicts, kept.length > 0 ? kept : removed, marks);
    for (const lease of await readLeases(caller, queue, token, ids, records, extras)) leases.push(lease);
    if (typeof due === "number") nextDueMs = Math.min(due, nextDueMs ?? due);
  }
  return { verdicts, leases, ...(nextDueMs !== undefined && { nextDueMs }) };
}
