/** The verb `exchange`: the short way if nothing is out of the ordinary, else the full one. */
import type { Exchange, ExchangeReply, Verdict } from "../../store/store.ts";
import type { Caller } from "./caller.ts";
import { readLeases } from "./claimed.ts";
import { exchangeFull } from "./exchange-full.ts";
import { writeWorker } from "./extra.ts";
import type { Reply } from "./net/client.ts";
import { type Block, judge, packLeases, toBlocks } from "./settle.ts";

/** What the short way takes in one call: the limit of Lua's stack, with room to spare. */
const MOST = 1_000;

/** Verdicts, first token, ids, records, extras, due. */
type CommonReply = readonly [Buffer, Buffer, Buffer, readonly Buffer[], Reply, Reply];

export async function exchange(caller: Caller, request: Exchange): Promise<ExchangeReply> {
  const { settle, claim } = request;
  const verdicts: Verdict[] = Array.from({ length: settle.length });
  const blocks = toBlocks(settle, claim, verdicts);
  if (blocks.length === 0) return { verdicts, leases: [] };
  if (blocks.length === 1 && isCommon(blocks[0]!, request) && caller.mayTakeShortWay(blocks[0]!.queue)) {
    const reply = await exchangeCommon(caller, blocks[0]!, request, verdicts);
    if (reply !== undefined) return reply;
    caller.avoidShortWay(blocks[0]!.queue);
  }
  return exchangeFull(caller, request, blocks, verdicts);
}

function isCommon({ removed, kept, mixed }: Block, { claim }: Exchange): boolean {
  return (
    mixed.length === 0 &&
    (removed.length === 0 || kept.length === 0) &&
    removed.length + kept.length <= MOST &&
    (claim === undefined || (claim.holding === undefined && claim.max <= MOST))
  );
}

async function exchangeCommon(
  caller: Caller,
  { queue, claim: wanted, removed, kept }: Block,
  { settle, claim }: Exchange,
  verdicts: Verdict[],
): Promise<ExchangeReply | undefined> {
  const keys = caller.keys(queue);
  const levels = caller.levels(queue);
  const places = kept.length > 0 ? kept : removed;
  const terms = wanted ? claim : undefined;
  const reply = await caller.run("exchange", keys.slot, keys.common(levels), [
    String(Math.max(0, terms?.max ?? 0)),
    String(Math.round(terms?.leaseMs ?? 0)),
    terms === undefined ? "" : writeWorker(terms.worker),
    levels,
    packLeases(settle, places),
    kept.length > 0 ? "1" : "0",
  ]);
  if (reply === 0) return undefined;
  const [marks, token, ids, records, extras, due] = reply as CommonReply;
  judge(verdicts, places, marks);
  const leases = await readLeases(caller, queue, token, ids, records, extras);
  return { verdicts, leases, ...(terms !== undefined && typeof due === "number" && { nextDueMs: due }) };
}
