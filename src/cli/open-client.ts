/** Opening the store of what runs on: a server or a worker that comes before its store waits for it. */
import type { Client } from "../engine/client.ts";
import type { ClientOptions } from "../engine/client-options.ts";
import type { Logger } from "../engine/logger.ts";
import { RetryWait } from "../engine/retry-wait.ts";
import { redact } from "../open-store.ts";
import { systemClock, systemRandom } from "../store/clock.ts";
import type { FullStore } from "../store/facets.ts";
import { hasCode } from "../task/errors.ts";
import { toTaskError } from "../task/judge.ts";
import { windlass } from "../windlass.ts";
import type { Lifetime } from "./lifetime.ts";
import { FOREVER, type Settings } from "./settings.ts";

/** While it waits, it says so again this often. */
const SAY_EVERY_MS = 30_000;

/**
 * A client of the store that the settings name. One that is away or held by another process is waited for, as long as
 * `wait` says; then, and for every other reason at once, it fails with what opening failed with. Undefined if a stop was
 * asked for meanwhile. `onAway` is called once, before it waits.
 */
export async function openClient(
  settings: Pick<Settings, "url" | "wait">,
  options: ClientOptions & { readonly logger: Logger },
  lifetime: Pick<Lifetime, "stopAsked">,
  onAway?: () => Promise<void>,
): Promise<Client<FullStore> | undefined> {
  const { logger } = options;
  const begun = systemClock.monotonic();
  const left = settings.wait === FOREVER ? Infinity : settings.wait;
  const store = redact(settings.url);
  const wait = new RetryWait(systemClock, systemRandom);
  const stopped = lifetime.stopAsked.then(() => {
    wait.end();
    return undefined;
  });
  let saidAt: number | undefined;
  for (;;) {
    const opening = windlass(settings.url, options);
    try {
      const client = await Promise.race([opening, stopped]);
      if (client === undefined) void closeLate(opening);
      else if (saidAt !== undefined) logger.info({ store }, "the store is there");
      return client;
    } catch (error) {
      const now = systemClock.monotonic();
      const remaining = left - (now - begun);
      if (!isAway(error) || remaining <= 0) throw error;
      if (saidAt === undefined || now - saidAt >= SAY_EVERY_MS) {
        logger.warn({ store, error: toTaskError(error) }, "the store is away; waiting for it");
        if (saidAt === undefined) await onAway?.();
        saidAt = now;
      }
      const waiting = wait.begin();
      const cancel = Number.isFinite(remaining) ? systemClock.after(remaining, () => wait.end()) : undefined;
      const answer = await Promise.race([waiting.then(() => "again"), stopped]);
      cancel?.();
      if (answer === undefined) return undefined;
    }
  }
}

/** True of what may pass by itself; a file that may not be read, a password that is wrong or an old Redis does not. */
function isAway(error: unknown): boolean {
  return hasCode(error, "STORE_UNAVAILABLE") || hasCode(error, "STORE_BUSY");
}

/** A store that opens after nobody wants it any more must not keep the process. */
async function closeLate(opening: Promise<Client<FullStore>>): Promise<void> {
  try {
    await (await opening).close();
  } catch {
    // It did not open, which nobody asks for any more.
  }
}
