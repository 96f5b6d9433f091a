/** The verb `exchange`: settle and claim, in one script call for all queues, or one per queue in a cluster. */
import type {
  Claim,
  Exchange,
  ExchangeReply,
  Lease,
  LeaseRef,
  Settlement,
  Verdict,
} from "../../store/store.ts";
import type { WindlassError } from "../../task/errors.ts";
import type { Caller } from "./caller.ts";
import { replyError } from "./errors.ts";
import { readExtra, writeError, writeWorker } from "./extra.ts";
import { ID_BYTES, packId, readId, tokenText, writeId, writeToken } from "./id.ts";
import type { Arg, Reply } from "./net/client.ts";
import { quarantine } from "./quarantine.ts";
import { readRecord } from "./record.ts";

/** What one queue has to do in this call. */
interface Block {
  readonly queue: string;
  readonly claim: boolean;
  /** Places in `Exchange.settle`, by the way in which the script settles them. */
  readonly removed: number[];
  readonly kept: number[];
  readonly mixed: number[];
}

/** Verdicts of the three groups, priorities if they were unknown, first token, ids, records, extras, due. */
type BlockReply = readonly [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer, readonly Buffer[], Reply, Reply];

export async function exchange(caller: Caller, request: Exchange): Promise<ExchangeReply> {
  const { settle, claim } = request;
  const verdicts: Verdict[] = Array.from({ length: settle.length });
  const leases: Lease[] = [];
  const failures: WindlassError[] = [];
  let due = Infinity;
  let todo = toBlocks(settle, claim, verdicts);
  while (todo.length > 0) {
    const stale: Block[] = [];
    for (const blocks of caller.router.clustered ? todo.map((block) => [block]) : [todo]) {
      const left = Math.max(0, (claim?.max ?? 0) - leases.length);
      const replies = await call(caller, blocks, request, left);
      for (const [i, block] of blocks.entries()) {
        const reply = replies[i]!;
        if (Buffer.isBuffer(reply)) {
          failures.push(replyError(new Error(String(reply.subarray(1)))));
          continue;
        }
        const [removed, kept, mixed, levels, token, ids, records, extras, dueText] = reply as BlockReply;
        if (levels.length > 0) {
          caller.learn(block.queue, String(levels));
          stale.push(block);
          continue;
        }
        judge(verdicts, block.removed, removed);
        judge(verdicts, block.kept, kept);
        judge(verdicts, block.mixed, mixed);
        leases.push(...(await readLeases(caller, block.queue, token, ids, records, extras)));
        if (Buffer.isBuffer(dueText) ? dueText.length > 0 : dueText !== null) {
          due = Math.min(due, Number(String(dueText)));
        }
      }
    }
    todo = stale;
  }
  if (failures.length > 0) await fail(caller, failures[0]!, verdicts, leases);
  // A settlement of a queue that failed has no verdict; `fail` has thrown then.
  return { verdicts, leases, ...(claim !== undefined && due !== Infinity && { nextDueMs: due }) };
}

/** The queues to claim from, in order, then those that only settle. */
function toBlocks(settle: readonly Settlement[], claim: Claim | undefined, verdicts: Verdict[]): Block[] {
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

async function call(
  caller: Caller,
  blocks: readonly Block[],
  request: Exchange,
  left: number,
): Promise<readonly Reply[]> {
  const { settle, claim } = request;
  const keys: string[] = [];
  const args: Arg[] = [
    String(left),
    String(Math.round(claim?.leaseMs ?? 0)),
    claim === undefined ? "" : writeWorker(claim.worker),
  ];
  for (const { queue, claim: wanted, removed, kept, mixed } of blocks) {
    const levels = caller.levels(queue);
    keys.push(...caller.keys(queue).all(levels));
    args.push(levels, wanted ? "1" : "0");
    args.push(packLeaseIds(settle, removed), packTokens(settle, removed));
    args.push(packLeaseIds(settle, kept), packTokens(settle, kept));
    args.push(
      wanted && claim?.holding !== undefined ? packHolding(claim.holding, queue) : "-",
      String(mixed.length),
    );
    for (const i of mixed) args.push(...mixedArgs(settle[i]!));
  }
  return (await caller.run("exchange", caller.keys(blocks[0]!.queue).slot, keys, args)) as readonly Reply[];
}

const NONE = Buffer.alloc(0);

function packLeaseIds(settle: readonly Settlement[], places: readonly number[]): Buffer {
  if (places.length === 0) return NONE;
  const packed = Buffer.allocUnsafe(ID_BYTES * places.length);
  for (let j = 0; j < places.length; j++) writeId(packed, ID_BYTES * j, settle[places[j]!]!.id);
  return packed;
}

function packTokens(settle: readonly Settlement[], places: readonly number[]): Buffer {
  if (places.length === 0) return NONE;
  const packed = Buffer.allocUnsafe(16 * places.length);
  for (let j = 0; j < places.length; j++) writeToken(packed, 16 * j, settle[places[j]!]!.token);
  return packed;
}

function packHolding(holding: readonly LeaseRef[], queue: string): Buffer {
  return Buffer.concat(
    holding
      .filter((lease) => lease.queue === queue)
      .flatMap(({ id, token }) => [packId(id), Buffer.from(tokenText(token))]),
  );
}

/** Id, token, kind, number (or reason), text: see lua/exchange.lua. */
function mixedArgs({ id, token, outcome }: Settlement): Arg[] {
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
function judge(verdicts: Verdict[], places: readonly number[], marks: Buffer): void {
  for (let j = 0; j < places.length; j++) {
    verdicts[places[j]!] = marks.length === 0 || marks[j] === 0x31 ? "applied" : "lost";
  }
}

async function readLeases(
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
    const { type, payload, priority, createdAt, runAt, retryLimit } = fields;
    const text = texts?.[i];
    if (text == null) {
      leases.push({
        id,
        queue,
        token,
        type,
        payload,
        priority,
        createdAt,
        runAt,
        failures: 0,
        crashes: 0,
        retryLimit,
      });
    } else {
      const extra = readExtra(text);
      const { failures, crashes } = extra;
      leases.push({
        id,
        queue,
        token,
        type,
        payload,
        priority,
        createdAt,
        runAt: extra.runAt ?? runAt,
        failures,
        crashes,
        retryLimit,
      });
    }
  }
  return leases;
}

/**
 * One queue of several cannot be served, say because a key of it is of the wrong type. The others must not suffer:
 * their leases are handed out, and the error comes with the next call that finds nothing. Where the failure leaves a
 * settlement without verdict, the leases are given back and the call fails.
 */
async function fail(
  caller: Caller,
  error: WindlassError,
  verdicts: readonly (Verdict | undefined)[],
  leases: readonly Lease[],
): Promise<void> {
  const complete = !verdicts.includes(undefined);
  if (complete && leases.length > 0) return;
  if (leases.length > 0) {
    const settle = leases.map(({ id, queue, token }) => ({
      id,
      queue,
      token,
      outcome: { kind: "release" } as const,
    }));
    await exchange(caller, { settle });
  }
  throw error;
}
