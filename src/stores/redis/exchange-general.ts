/** The exchange of any outcomes, for any number of queues: one script call for all of them, or one each in a cluster. */
import type { Exchange, ExchangeReply, Lease, SettleVerdict } from "../../store/store.ts";
import { WindlassError } from "../../task/errors.ts";
import { writeWorker } from "./attempt-state.ts";
import { readLeases } from "./claim.ts";
import { durationText } from "./due.ts";
import { replyError } from "./errors.ts";
import type { Followers } from "./followers.ts";
import type { Arg, Reply } from "./net/client.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { isPartial } from "./several-queues.ts";
import { type Block, packHolding, packLeases, readVerdicts, pushSettlement, toBlocks } from "./settle.ts";

/** One call of `exchange`, with the verdicts as they come in. */
export interface Exchanging {
  readonly runner: ScriptRunner;
  readonly request: Exchange;
  readonly followers: Followers | undefined;
  readonly verdicts: SettleVerdict[];
}

/** Of one queue; see lua/exchange-general.lua. */
type BlockReply = readonly [
  removed: Buffer,
  kept: Buffer,
  others: Buffer,
  token: Buffer,
  ids: Buffer,
  records: readonly Buffer[],
  states: Reply,
  due: Reply,
  fresh: number,
  notified: number,
];

/** What has come in so far. */
interface Progress {
  readonly leases: Lease[];
  readonly failures: WindlassError[];
  /** Blocks that could not be asked, by their error. */
  readonly unreached: Map<Block, WindlassError>;
  /** Blocks that were answered. */
  answered: number;
  /** Blocks that have to be asked again. */
  stale: Block[];
  due: number;
}

export async function exchangeGeneral(exchanging: Exchanging, all: readonly Block[]): Promise<ExchangeReply> {
  const { runner, request, followers, verdicts } = exchanging;
  const progress: Progress = {
    leases: [],
    failures: [],
    unreached: new Map(),
    answered: 0,
    stale: [...all],
    due: Infinity,
  };
  while (progress.stale.length > 0) {
    const todo = progress.stale;
    progress.stale = [];
    // One script cannot reach several nodes of a cluster.
    for (const blocks of runner.router.clustered ? todo.map((block) => [block]) : [todo]) {
      await call(exchanging, blocks, progress);
    }
  }
  const { leases, failures, due, unreached } = progress;
  const failure = partlyReached(progress);
  if (failure === undefined) failures.push(...unreached.values());
  else markUnknown(verdicts, unreached.keys());
  if (failures.length > 0) await fail(exchanging, failures, leases);
  // A settlement of a queue that failed has no verdict; `fail` has thrown then.
  return {
    verdicts,
    leases,
    ...(request.claim !== undefined && due !== Infinity && { nextDueMs: due }),
    ...(failure !== undefined && { failure }),
    ...(followers !== undefined && { followers: followers.results(verdicts) }),
  };
}

/** Why some nodes of a cluster did not answer, if others did: those must not suffer. A call in doubt counts before one that was not made. */
function partlyReached({ answered, unreached }: Progress): WindlassError | undefined {
  if (answered === 0) return undefined;
  const errors = [...unreached.values()];
  return errors.find(({ code }) => code === "UNKNOWN") ?? errors[0];
}

function markUnknown(verdicts: SettleVerdict[], blocks: Iterable<Block>): void {
  for (const { removed, kept, others } of blocks) {
    for (const i of [...removed, ...kept, ...others]) verdicts[i] = "unknown";
  }
}

async function call(exchanging: Exchanging, blocks: readonly Block[], progress: Progress): Promise<void> {
  const { runner, followers } = exchanging;
  const targets = followers?.queuesOf(blocks.flatMap(({ others }) => others)) ?? [];
  const here = [
    ...blocks,
    ...targets.filter((target) => blocks.every(({ queue }) => queue !== target)).map(empty),
  ];
  let reply: readonly Reply[];
  try {
    reply = await send(exchanging, here, progress.leases.length);
  } catch (error) {
    if (!(error instanceof WindlassError)) throw error;
    if (isPartial(runner, error)) for (const block of blocks) progress.unreached.set(block, error);
    else progress.failures.push(error);
    return;
  }
  progress.answered += blocks.length;
  const [now, added, ...answers] = reply as readonly [number, readonly Reply[], ...Reply[]];
  followers?.read(added, now);
  for (const [i, block] of here.entries()) {
    const answer = answers[i];
    if (Buffer.isBuffer(answer)) {
      const text = answer.toString("utf8", 1);
      const isStale = answer[0] === "?".charCodeAt(0);
      try {
        if (isStale) runner.learn(block.queue, text);
      } catch (error) {
        progress.failures.push(error as WindlassError);
        continue;
      }
      // A queue that is only to get followers fails, and is asked again, with those that have them.
      if (i >= blocks.length) continue;
      if (isStale) progress.stale.push(block);
      else progress.failures.push(replyError(new Error(text)));
      continue;
    }
    const [, , , , , , , , fresh, notified] = answer as BlockReply;
    if (targets.includes(block.queue)) {
      if (fresh === 1) await runner.list.addAgain(block.queue);
      if (notified === 0) runner.notifySoon(block.queue);
    }
    await read(exchanging, block, answer as BlockReply, progress);
  }
}

async function read(
  { runner, verdicts }: Exchanging,
  block: Block,
  [removed, kept, others, token, ids, records, states, due]: BlockReply,
  progress: Progress,
): Promise<void> {
  readVerdicts(verdicts, block.removed, removed);
  readVerdicts(verdicts, block.kept, kept);
  readVerdicts(verdicts, block.others, others);
  for (const lease of await readLeases(runner, block.queue, { token, ids, records, states })) {
    progress.leases.push(lease);
  }
  if (Buffer.isBuffer(due) ? due.length > 0 : due !== null) {
    progress.due = Math.min(progress.due, Number(String(due)));
  }
}

function empty(queue: string): Block {
  return { queue, claim: false, removed: [], kept: [], others: [] };
}

async function send(
  { runner, request, followers }: Exchanging,
  blocks: readonly Block[],
  leased: number,
): Promise<readonly Reply[]> {
  const { settle, claim } = request;
  const keys: string[] = [];
  const args: Arg[] = [
    String(Math.max(0, (claim?.max ?? 0) - leased)),
    durationText(claim?.leaseMs ?? 0),
    claim === undefined ? "" : writeWorker(claim.worker),
    followers === undefined ? "0" : "1",
  ];
  const numbers = new Map(blocks.map(({ queue }, i) => [queue, String(i + 1)]));
  for (const { queue, claim: wanted, removed, kept, others } of blocks) {
    const priorities = runner.priorities(queue);
    keys.push(...runner.keys(queue).all(priorities));
    args.push(
      priorities,
      wanted ? "1" : "0",
      packLeases(settle, removed),
      packLeases(settle, kept),
      wanted && claim?.holding !== undefined ? packHolding(claim.holding, queue) : "-",
      "",
    );
    const begin = args.length;
    for (const i of others) {
      pushSettlement(args, settle[i]!);
      if (followers === undefined) args.push("0");
      else for (const arg of followers.args(i, numbers)) args.push(arg);
    }
    args[begin - 1] = String(args.length - begin);
  }
  const { slot } = runner.keys(blocks[0]!.queue);
  return (await runner.run("exchange-general", slot, keys, args)) as readonly Reply[];
}

/**
 * One queue of several cannot be served: a key of it is of the wrong type, its node is down. The others must not suffer:
 * their leases and verdicts are handed out, and the error comes with the next call that has neither. Where a claim may
 * have taken effect unseen, or a settlement has no verdict, the leases are released and the call fails.
 */
async function fail(
  { runner, verdicts }: Exchanging,
  failures: readonly WindlassError[],
  leases: readonly Lease[],
): Promise<void> {
  const unknown = failures.find(({ code }) => code === "UNKNOWN");
  const given: readonly (SettleVerdict | undefined)[] = verdicts;
  const useful = leases.length > 0 || given.length > 0;
  if (useful && unknown === undefined && !given.includes(undefined)) return;
  if (leases.length > 0) {
    const settle = leases.map(({ id, queue, token }) => ({
      id,
      queue,
      token,
      outcome: { kind: "release" } as const,
    }));
    const releasing = { runner, request: { settle }, followers: undefined, verdicts: [] };
    await exchangeGeneral(releasing, toBlocks(settle, undefined, []));
  }
  throw unknown ?? failures[0]!;
}
