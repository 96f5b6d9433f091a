/** The verb `exchange`: by the fast script if nothing is out of the ordinary, else by the general one. */
import type { Exchange, ExchangeReply, Verdict } from "../../store/store.ts";
import { exchangeFast, isFast } from "./exchange-fast.ts";
import { exchangeGeneral } from "./exchange-general.ts";
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
  return exchangeGeneral(runner, request, blocks, verdicts);
}
