/** A worker's subscription to what is added, which waits for a store that is away. */
import type { Clock, Random } from "../store/clock.ts";
import type { Store } from "../store/store.ts";
import { backoffMs, CALL_SHAPE } from "../task/backoff.ts";
import { WindlassError } from "../task/errors.ts";
import { toTaskError } from "../task/judge.ts";
import type { Logger } from "./logger.ts";
import { OUTAGE_BACKOFF } from "./retry-wait.ts";
import { within } from "./within.ts";

/** How long giving up a subscription may take. */
const LEAVE_MS = 1_000;

interface Subscribing {
  readonly store: Store;
  readonly queues: readonly string[];
  /** The worker's name. */
  readonly worker: string;
  readonly wake: () => void;
  /** False once the worker is asked to stop. */
  readonly wanted: () => boolean;
  /** Settles when the worker ends. */
  readonly ended: Promise<unknown>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Subscribes; undefined if the worker was stopped first. Fails with what no waiting mends, such as `STORE_CLOSED`. */
export async function subscribe(options: Subscribing): Promise<AsyncDisposable | undefined> {
  const { store, queues, worker, wake, wanted, logger, random } = options;
  for (let failures = 1; wanted(); failures++) {
    try {
      return await orEnd(store.signal.subscribe(queues, wake), options);
    } catch (error) {
      if (!(error instanceof WindlassError && error.retriable)) throw error;
      logger.warn({ worker, error: toTaskError(error) }, "the store failed; trying again");
      await pause(backoffMs(failures, OUTAGE_BACKOFF, CALL_SHAPE, random()), options);
    }
  }
  return undefined;
}

/** A store that does not answer must not keep a worker that is told to stop; what it answers later is given back. */
async function orEnd(
  subscribing: Promise<AsyncDisposable>,
  { ended, clock }: Subscribing,
): Promise<AsyncDisposable | undefined> {
  const end = ended.then(
    () => undefined,
    () => undefined,
  );
  const subscription = await Promise.race([subscribing, end]);
  if (subscription === undefined) {
    subscribing.then((late) => late[Symbol.asyncDispose]()).catch(() => {});
    return undefined;
  }
  const leave = async (): Promise<void> => subscription[Symbol.asyncDispose]();
  return { [Symbol.asyncDispose]: () => within(leave(), LEAVE_MS, clock) };
}

function pause(ms: number, { clock, ended }: Subscribing): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, resolve);
    const end = (): void => {
      cancel();
      resolve();
    };
    ended.then(end, end);
  });
}
