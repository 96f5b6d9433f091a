/** Settlements on their way to the scripts: grouped by queue and kind, packed, and their verdicts unpacked. */
import type { Claim, LeaseRef, SettleVerdict, Settlement } from "../../store/store.ts";
import type { Outcome } from "../../task/outcome.ts";
import { writeError } from "./attempt-state.ts";
import { durationText } from "./due.ts";
import { ID_BYTES, LEASE_BYTES, packId, tokenText, writeId, writeToken } from "./id.ts";
import { COMPLETION_IS_PLAIN, moveArg } from "./law.ts";
import type { Arg } from "./net/client.ts";

/** What one queue has to do in this call. */
export interface Block {
  readonly queue: string;
  readonly claim: boolean;
  /** Indices in `Exchange.settle`, by how the script settles them: completed and removed, completed and kept, others. */
  readonly removed: number[];
  readonly kept: number[];
  readonly others: number[];
}

/** The queues to claim from, in order, then those that only settle. */
export function toBlocks(
  settle: readonly Settlement[],
  claim: Claim | undefined,
  verdicts: SettleVerdict[],
): Block[] {
  const blocks = new Map<string, Block>();
  const open = (queue: string, wanted: boolean): Block => {
    let block = blocks.get(queue);
    if (block === undefined) {
      block = { queue, claim: wanted, removed: [], kept: [], others: [] };
      blocks.set(queue, block);
    }
    return block;
  };
  for (const queue of claim?.queues ?? []) open(queue, true);
  for (let i = 0; i < settle.length; i++) {
    const { queue, outcome, followers } = settle[i]!;
    const block = open(queue, false);
    if (outcome.kind !== "completed" || followers !== undefined || !COMPLETION_IS_PLAIN) block.others.push(i);
    else if (!outcome.keep) block.removed.push(i);
    else if (outcome.result === undefined) block.kept.push(i);
    else block.others.push(i);
  }
  for (const block of blocks.values()) dropRepeated(settle, block, verdicts);
  return [...blocks.values()];
}

/**
 * Of two settlements of one lease the first counts. The script sees to that within a group; across groups it cannot,
 * because it does not know in which order they were given.
 */
function dropRepeated(settle: readonly Settlement[], block: Block, verdicts: SettleVerdict[]): void {
  const groups = [block.removed, block.kept, block.others].filter(({ length }) => length > 0);
  if (groups.length < 2) return;
  const seen = new Set<string>();
  for (const i of groups.flat().toSorted((a, b) => a - b)) {
    const { id, token } = settle[i]!;
    const lease = `${id} ${token}`;
    if (seen.has(lease)) {
      verdicts[i] = "lost";
      for (const group of groups) {
        const at = group.indexOf(i);
        if (at >= 0) group.splice(at, 1);
      }
    }
    seen.add(lease);
  }
}

const NONE = Buffer.alloc(0);

/** Id and token of each of these, 32 bytes: one argument for all. */
export function packLeases(leases: readonly LeaseRef[], indices: readonly number[]): Buffer {
  if (indices.length === 0) return NONE;
  const packed = Buffer.allocUnsafe(LEASE_BYTES * indices.length);
  for (let j = 0; j < indices.length; j++) {
    const { id, token } = leases[indices[j]!]!;
    writeId(packed, LEASE_BYTES * j, id);
    writeToken(packed, LEASE_BYTES * j + ID_BYTES, token);
  }
  return packed;
}

export function packHolding(holding: readonly LeaseRef[], queue: string): Buffer {
  return packLeases(
    holding,
    [...holding.keys()].filter((i) => holding[i]!.queue === queue),
  );
}

/** Appends id, token, move, delay and text: see lua/shared/end-attempts.lua. */
export function pushSettlement(args: Arg[], { id, token, outcome }: Settlement): void {
  const delay = "delayMs" in outcome ? durationText(outcome.delayMs) : "0";
  args.push(packId(id), tokenText(token), moveArg(outcome), delay, textOf(outcome));
}

/** The error or the result. */
function textOf(outcome: Outcome): string {
  if (outcome.kind === "requeue") return outcome.ageMs === undefined ? "" : String(Math.floor(outcome.ageMs));
  if ("error" in outcome) return writeError(outcome.error);
  return "result" in outcome ? (outcome.result ?? "") : "";
}

/** Puts in what the script marked. No marks: all were applied, which is the rule. */
export function readVerdicts(verdicts: SettleVerdict[], indices: readonly number[], marks: Buffer): void {
  for (let j = 0; j < indices.length; j++) {
    verdicts[indices[j]!] = marks.length === 0 || marks[j] === 0x31 ? "applied" : "lost";
  }
}
