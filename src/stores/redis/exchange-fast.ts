/** The exchange of completed tasks for new ones, when nothing is out of the ordinary: one script call for all queues. */
import type { Exchange, ExchangeReply, Lease, SettleVerdict } from "../../store/store.ts";
import { hasCode } from "../../task/errors.ts";
import { writeWorker } from "./attempt-state.ts";
import { readLeases } from "./claim.ts";
import { durationText } from "./due.ts";
import type { Arg, Reply } from "./net/client.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { type Block, packLeases, readVerdicts } from "./settle.ts";

/** What the script takes in one call: the limit of Lua's stack, with room to spare. */
const MOST = 1_000;

/** For each queue: verdicts, first token, ids, records, attempt states, due. */
type FastReply = readonly [Buffer, Buffer, Buffer, readonly Buffer[], Reply, Reply];

const REPLIES_PER_QUEUE = 6;

export function isFast(runner: ScriptRunner, blocks: readonly Block[], { claim }: Exchange): boolean {
  // One script cannot reach several nodes of a cluster.
  if (blocks.length > 1 && runner.router.clustered) return false;
  if (claim !== undefined && (claim.holding !== undefined || claim.max > MOST)) return false;
  return blocks.every(
    ({ queue, removed, kept, others }) =>
      others.length === 0 &&
      (removed.length === 0 || kept.length === 0) &&
      removed.length + kept.length <= MOST &&
      runner.mayUseFast(queue),
  );
}

/** Undefined if the fast script does not do; then nothing was done. */
export async function exchangeFast(
  runner: ScriptRunner,
  blocks: readonly Block[],
  { settle, claim }: Exchange,
  verdicts: SettleVerdict[],
): Promise<ExchangeReply | undefined> {
  const keys: string[] = [];
  const args: Arg[] = [
    String(claim?.max ?? 0),
    durationText(claim?.leaseMs ?? 0),
    claim === undefined ? "" : writeWorker(claim.worker),
  ];
  for (const { queue, claim: wanted, removed, kept } of blocks) {
    const priorities = runner.priorities(queue);
    const keep = kept.length > 0;
    keys.push(...runner.keys(queue).fast(priorities));
    args.push(priorities, wanted ? "1" : "0", packLeases(settle, keep ? kept : removed), keep ? "1" : "0");
  }
  const reply = await runner
    .run("exchange-fast", runner.keys(blocks[0]!.queue).slot, keys, args)
    .catch((error: unknown) => {
      // One queue of several is broken, which showed before anything was written; the general one sees to the others.
      if (blocks.length > 1 && hasCode(error, "STORE_CORRUPT")) return 1;
      throw error;
    });
  if (typeof reply === "number") {
    runner.avoidFast(blocks[reply - 1]!.queue);
    return undefined;
  }
  const leases: Lease[] = [];
  let nextDueMs: number | undefined;
  for (const [b, { queue, removed, kept }] of blocks.entries()) {
    const from = REPLIES_PER_QUEUE * b;
    const mine = (reply as readonly Reply[]).slice(from, from + REPLIES_PER_QUEUE);
    const [marks, token, ids, records, states, due] = mine as unknown as FastReply;
    readVerdicts(verdicts, kept.length > 0 ? kept : removed, marks);
    for (const lease of await readLeases(runner, queue, { token, ids, records, states })) leases.push(lease);
    if (typeof due === "number") nextDueMs = Math.min(due, nextDueMs ?? due);
  }
  return { verdicts, leases, ...(nextDueMs !== undefined && { nextDueMs }) };
}
