/** The exchange of any outcomes, for any number of queues: one script call for all of them, or one each in a cluster. */
import type { Exchange, ExchangeReply, Lease, Verdict } from "../../store/store.ts";
import { WindlassError } from "../../task/errors.ts";
import { writeWorker } from "./attempt-state.ts";
import { readLeases } from "./claim.ts";
import { replyError } from "./errors.ts";
import type { Arg, Reply } from "./net/client.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { type Block, packHolding, packLeases, readVerdicts, settlementArgs, toBlocks } from "./settle.ts";

/** Verdicts of the three groups, priorities if they were unknown, first token, ids, records, attempt states, due. */
type BlockReply = readonly [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer, readonly Buffer[], Reply, Reply];

export async function exchangeGeneral(
  runner: ScriptRunner,
  request: Exchange,
  all: readonly Block[],
  verdicts: Verdict[],
): Promise<ExchangeReply> {
  const { claim } = request;
  const leases: Lease[] = [];
  const failures: WindlassError[] = [];
  let due = Infinity;
  let todo = all;
  while (todo.length > 0) {
    const stale: Block[] = [];
    for (const blocks of runner.router.clustered ? todo.map((block) => [block]) : [todo]) {
      const left = Math.max(0, (claim?.max ?? 0) - leases.length);
      const replies = await call(runner, blocks, request, left).catch((error: unknown) => {
        if (!(error instanceof WindlassError)) throw error;
        failures.push(error);
        return [];
      });
      for (const [i, block] of blocks.entries()) {
        const reply = replies[i];
        if (reply === undefined) continue;
        if (Buffer.isBuffer(reply)) {
          failures.push(replyError(new Error(String(reply.subarray(1)))));
          continue;
        }
        const [removed, kept, others, priorities, token, ids, records, states, dueText] = reply as BlockReply;
        if (priorities.length > 0) {
          runner.learn(block.queue, String(priorities));
          stale.push(block);
          continue;
        }
        readVerdicts(verdicts, block.removed, removed);
        readVerdicts(verdicts, block.kept, kept);
        readVerdicts(verdicts, block.others, others);
        leases.push(...(await readLeases(runner, block.queue, { token, ids, records, states })));
        if (Buffer.isBuffer(dueText) ? dueText.length > 0 : dueText !== null) {
          due = Math.min(due, Number(String(dueText)));
        }
      }
    }
    todo = stale;
  }
  if (failures.length > 0) await fail(runner, failures, verdicts, leases);
  // A settlement of a queue that failed has no verdict; `fail` has thrown then.
  return { verdicts, leases, ...(claim !== undefined && due !== Infinity && { nextDueMs: due }) };
}

async function call(
  runner: ScriptRunner,
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
  for (const { queue, claim: wanted, removed, kept, others } of blocks) {
    const priorities = runner.priorities(queue);
    keys.push(...runner.keys(queue).all(priorities));
    args.push(priorities, wanted ? "1" : "0");
    args.push(packLeases(settle, removed));
    args.push(packLeases(settle, kept));
    args.push(
      wanted && claim?.holding !== undefined ? packHolding(claim.holding, queue) : "-",
      String(others.length),
    );
    for (const i of others) args.push(...settlementArgs(settle[i]!));
  }
  return (await runner.run(
    "exchange-general",
    runner.keys(blocks[0]!.queue).slot,
    keys,
    args,
  )) as readonly Reply[];
}

/**
 * One queue of several cannot be served: a key of it is of the wrong type, its node is down. The others must not suffer:
 * their leases and verdicts are handed out, and the error comes with the next call that has neither. Where a claim may
 * have taken effect unseen, or a settlement has no verdict, the leases are released and the call fails.
 */
async function fail(
  runner: ScriptRunner,
  failures: readonly WindlassError[],
  verdicts: readonly (Verdict | undefined)[],
  leases: readonly Lease[],
): Promise<void> {
  const unknown = failures.find(({ code }) => code === "UNKNOWN");
  const useful = leases.length > 0 || verdicts.length > 0;
  if (useful && unknown === undefined && !verdicts.includes(undefined)) return;
  if (leases.length > 0) {
    const settle = leases.map(({ id, queue, token }) => ({
      id,
      queue,
      token,
      outcome: { kind: "release" } as const,
    }));
    await exchangeGeneral(runner, { settle }, toBlocks(settle, undefined, []), []);
  }
  throw unknown ?? failures[0]!;
}
