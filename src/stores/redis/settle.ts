/** Settlements on their way to the scripts: grouped by queue and kind, packed, and their verdicts unpacked. */
import type { Claim, LeaseRef, Settlement, Verdict } from "../../store/store.ts";
import { writeError } from "./extra.ts";
import { ID_BYTES, LEASE_BYTES, packId, tokenText, writeId, writeToken } from "./id.ts";
import type { Arg } from "./net/client.ts";

/** What one queue has to do in this call. */
export interface Block {
  readonly queue: string;
  readonly claim: boolean;
  /** Places in `Exchange.settle`, by the way in which the script settles them. */
  readonly removed: number[];
  readonly kept: number[];
  readonly mixed: number[];
}

/** The queues to claim from, in order, then those that only settle. */
export function toBlocks(
  settle: readonly Settlement[],
  claim: Claim | undefined,
  verdicts: Verdict[],
): Block[] {
  const blocks = new Map<string, Block>();
  const open = (queue: string, wanted: boolean): Block => {
    let block = blocks.get(queue);
    if (block === undefined) {
      block = { queue, claim: wanted, removed: [], kept: [], mixed: [] };
      blocks.set(queue, block);
    }
    return block;
  };
  for (const queue of claim?.queues ?? []) open(queue, true);
  for (let i = 0; i < settle.length; i++) {
    const { queue, outcome } = settle[i]!;
    const block = open(queue, false);
    if (outcome.kind !== "completed") block.mixed.push(i);
    else if (!outcome.keep) block.removed.push(i);
    else if (outcome.result === undefined) block.kept.push(i);
    else block.mixed.push(i);
  }
  for (const block of blocks.values()) dropRepeated(settle, block, verdicts);
  return [...blocks.values()];
}

/**
 * Of two settlements of one lease the first counts. The script sees to that within a group; across groups it cannot,
 * because it does not know in which order they were given.
 */
function dropRepeated(settle: readonly Settlement[], block: Block, verdicts: Verdict[]): void {
  const groups = [block.removed, block.kept, block.mixed].filter(({ length }) => length > 0);
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

/** Id and token of each, 32 bytes: one argument for all. */
export function packLeases(leases: readonly LeaseRef[], places: readonly number[]): Buffer {
  if (places.length === 0) return NONE;
  const packed = Buffer.allocUnsafe(LEASE_BYTES * places.length);
  for (let j = 0; j < places.length; j++) {
    const { id, token } = leases[places[j]!]!;
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

/** Id, token, kind, number (or reason), text: see lua/exchange.lua. */
export function mixedArgs({ id, token, outcome }: Settlement): Arg[] {
  const head = [packId(id), tokenText(token)];
  switch (outcome.kind) {
    case "completed":
      return [...head, "o", "0", outcome.result ?? ""];
    case "retry":
      return [...head, "r", delayText(outcome.delayMs), writeError(outcome.error)];
    case "dead":
      return [...head, "d", outcome.reason, writeError(outcome.error)];
    case "snooze":
      return [...head, "s", delayText(outcome.delayMs), ""];
    case "release":
      return [...head, "l", "0", ""];
    case "cancelled":
      break;
  }
  return [...head, "c", "0", ""];
}

function delayText(delayMs: number): string {
  return String(Math.max(0, Math.ceil(delayMs)));
}

/** No marks: all were applied, which is the rule. */
export function judge(verdicts: Verdict[], places: readonly number[], marks: Buffer): void {
  for (let j = 0; j < places.length; j++) {
    verdicts[places[j]!] = marks.length === 0 || marks[j] === 0x31 ? "applied" : "lost";
  }
}
