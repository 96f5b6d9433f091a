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
import type { Exchange, ExchangeReply, Verdict } from "../../store/store.ts";
import { exchangeFast, isFast } from "./exchange-fast.ts";
import { exchangeGeneral } from "./exchange-general.ts";
import { Followers } from "./followers.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { toBlocks } from "./settle.ts";

export async function exchange(runner: ScriptRunner, request: Exchange): Promise<ExchangeReply> {
  const { settle, claim } = request;
  const verdicts: Verdict[] = Array.from({ length: settle.length });
  const blocks = toBlocks(settle, claim, verdicts);
  if (blocks.length === 0) return { verdicts, leases: [] };
  if (isFast(runner, blocks, request)) {
    const reply = await exchangeFast(runner, blocks, request, verdicts);
    if (reply !== undefined) return reply;
  }
  const followers = await Followers.prepare(runner, settle);
  return exchangeGeneral({ runner, request, followers, verdicts }, blocks);
}
