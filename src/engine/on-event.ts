/** Listening to events without being able to harm what they tell of. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { toTaskError } from "../task/judge.ts";
import { checkFunction, checkKeys, invalidOption } from "../task/options.ts";
import { channelName, type EventName, type WindlassEvents } from "./events.ts";
import { checkLogger, harmlessLogger, type Logger, stderrLogger } from "./logger.ts";

/** A table, so that an event without a row does not compile. */
const NAMES: Readonly<Record<EventName, true>> = {
  "task.added": true,
  "attempt.started": true,
  "attempt.ended": true,
  "lease.lost": true,
  "maintenance.swept": true,
  "store.call": true,
};

export interface ListenOptions {
  /** Told of the listener's first error. Default: warnings and errors, as lines of JSON on standard error. */
  readonly logger?: Logger | undefined;
}

/**
 * Calls `listener` for every event of this name in this process, until the function that it answers is called. What the
 * listener throws, and a promise of its that is rejected, goes to the log, once, and stops nothing; it is called again for
 * the next event. It runs in the call that tells of the event, so what takes long belongs into a later turn of the event
 * loop: a listener that blocks delays the tasks of the process. Events are frozen: other listeners hear the same one.
 */
export function onEvent<Name extends EventName>(
  name: Name,
  listener: (event: WindlassEvents[Name]) => unknown,
  options: ListenOptions = {},
): () => void {
  if (typeof name !== "string" || !Object.hasOwn(NAMES, name)) {
    throw invalidOption("the event", name, Object.keys(NAMES).join(", "));
  }
  checkFunction(listener, "listener");
  checkKeys(options, ["logger"], "onEvent");
  const logger = options.logger === undefined ? undefined : checkLogger(options.logger);
  let logged = false;
  const failed = (error: unknown): void => {
    if (logged) return;
    logged = true;
    harmlessLogger(logger ?? stderrLogger()).error(
      { event: name, error: toTaskError(error) },
      "a listener failed; its next errors are not logged",
    );
  };
  const guarded = (event: unknown): void => {
    try {
      const result = listener(event as WindlassEvents[Name]);
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  };
  subscribe(channelName(name), guarded);
  return () => void unsubscribe(channelName(name), guarded);
}
