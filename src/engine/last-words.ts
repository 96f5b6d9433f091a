/** The end of a worker's stop: nothing runs any more, and what is left to say is said, or given up with a line that says so. */
import type { Exchanger } from "./exchanger.ts";
import type { IdleWait } from "./idle-wait.ts";
import type { Logger } from "./logger.ts";
import type { Outbox } from "./outbox.ts";

/** How long the last settlements may take when a second signal says to leave at once. */
const LEAVE_MS = 1_000;

export async function sayLast(
  outbox: Outbox,
  exchanger: Exchanger,
  idle: IdleWait,
  { logger, worker }: { readonly logger: Logger; readonly worker: string },
): Promise<void> {
  const held = outbox.releaseHeld();
  if (held > 0)
    logger.warn(
      { worker, held },
      "the store had no room for what these outcomes bring; their tasks are given back and will run again",
    );
  exchanger.retryNow();
  exchanger.schedule();
  const said = await idle.within(LEAVE_MS);
  const unsettled = exchanger.unsaid;
  if (!said || unsettled > 0)
    logger.error(
      { worker, unsettled },
      "leaving with outcomes unsettled: their leases will run out, and their tasks run again",
    );
}
