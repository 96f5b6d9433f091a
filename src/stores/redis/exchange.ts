/**
 * The verb `exchange`: by the fast script if nothing is out of the ordinary, else by the general one.
 *
 * What a settlement and its followers are worth together: on one server, and within a slot of a cluster, both happen or
 * neither, whatever dies meanwhile. Ending leases frees memory, so a full Redis allows it; adding does not: a call with a
 * settlement that would be applied and has followers fails with `STORE_FULL` then, and nothing of it is done, neither its
 * other settlements nor its claim (a worker then says those apart). Followers wait for no replica and no disk
 * (`minReplicas`, `fsync`): a failover that loses them loses their settlement with them, so the attempt is made again. In
 * a cluster those of another slot are added before, as `add` does it; if that fails nothing is settled.
 */
import type { Exchange, ExchangeReply, SettleVerdict } from "../../store/store.ts";
import { WindlassError } from "../../task/errors.ts";
import { exchangeFast, isFast } from "./exchange-fast.ts";
import { exchangeGeneral } from "./exchange-general.ts";
import { Followers } from "./followers.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { isPartial } from "./several-queues.ts";
import { toBlocks } from "./settle.ts";

export async function exchange(runner: ScriptRunner, request: Exchange): Promise<ExchangeReply> {
  const { settle, claim } = request;
  const verdicts: SettleVerdict[] = Array.from({ length: settle.length });
  const blocks = toBlocks(settle, claim, verdicts);
  if (blocks.length === 0) return { verdicts, leases: [] };
  if (isFast(runner, blocks, request)) {
    const reply = await exchangeFast(runner, blocks, request, verdicts);
    if (reply !== undefined) return reply;
  }
  let followers: Followers | undefined;
  try {
    followers = await Followers.prepare(runner, settle);
  } catch (error) {
    const others = settle.filter((each) => each.followers === undefined);
    if (!isPartial(runner, error) || (others.length === 0 && claim === undefined)) throw error;
    return withoutFollowers(runner, request, error);
  }
  return exchangeGeneral({ runner, request, followers, verdicts }, blocks);
}

/** Followers belong to a shard that is out of reach: the settlements that have some wait, the rest of the call is carried out. */
async function withoutFollowers(
  runner: ScriptRunner,
  { settle, claim }: Exchange,
  failure: WindlassError,
): Promise<ExchangeReply> {
  const plain = [...settle.keys()].filter((i) => settle[i]!.followers === undefined);
  const reply = await exchange(runner, { settle: plain.map((i) => settle[i]!), claim });
  const verdicts: SettleVerdict[] = Array.from({ length: settle.length }, () => "unknown");
  for (const [j, i] of plain.entries()) verdicts[i] = reply.verdicts[j]!;
  return { ...reply, verdicts, followers: [], failure: reply.failure ?? settledNothing(failure) };
}

/** Followers that may have been added are found when they are added again, so nothing of the claim is in doubt. */
function settledNothing(failure: WindlassError): WindlassError {
  return new WindlassError("STORE_UNAVAILABLE", failure.message, { cause: failure, remedy: failure.remedy });
}
