/** Is the process alive, will it take work, does its store answer and could it write? */
import type { ApiContext } from "../../api/operation.ts";
import { version } from "../../api/version.ts";
import { toTaskError } from "../../task/judge.ts";
import type { Clock } from "../../store/clock.ts";
import { type Finding, hasFacet } from "../../store/facets.ts";
import type { LeaseRef } from "../../store/store.ts";
import { WindlassError } from "../../task/errors.ts";
import { DEFAULT_QUEUE } from "../../task/names.ts";
import type { Stopping } from "./stop.ts";

export interface HealthOptions {
  readonly context: ApiContext;
  readonly clock: Clock;
  /** How long the store may take to answer. */
  readonly timeoutMs: number;
  readonly stopping: () => Stopping | undefined;
}

/** Who asks, and for how much. */
export interface HealthQuestion {
  /** Whoever asks might ask for tasks, too. */
  readonly known: boolean;
  readonly verbose: boolean;
}

/** A status and the JSON that goes with it. */
export interface HealthAnswer {
  readonly status: 200 | 503;
  readonly body: object;
}

/**
 * Leases that nobody has: extending one is `lost` on every store, and changes nothing. "3", "default" and "4"
 * are in the three thirds of a cluster's slots (1,584, 5,718, 14,039): a server is ready if any of its shards takes something.
 */
const NO_LEASES: readonly LeaseRef[] = [DEFAULT_QUEUE, "3", "4"].map((queue) => ({
  id: "00000000-0000-0000-0000-000000000000",
  queue,
  token: 0,
}));

export class Health {
  readonly #options: HealthOptions;
  readonly #startedAt: number;
  #probe: Promise<WindlassError | undefined> | undefined;
  #findings: Promise<readonly Finding[]> | undefined;

  constructor(options: HealthOptions) {
    this.#options = options;
    this.#startedAt = options.clock.monotonic();
  }

  /** 200 as long as the process answers at all. */
  live(): HealthAnswer {
    return { status: 200, body: { status: "ok" } };
  }

  /** 503 while stopping, and while the store does not answer in time or could not write. */
  async ready({ known, verbose }: HealthQuestion): Promise<HealthAnswer> {
    const stopping = this.#options.stopping();
    if (stopping !== undefined) return { status: 503, body: { status: "stopping", ...stopping.tasks } };
    const error = await this.#probeOnce();
    if (error !== undefined) return unavailable(error, {}, known);
    if (!verbose) return { status: 200, body: { status: "ok" } };
    return { status: 200, body: { status: "ok", warnings: await this.#warnings() } };
  }

  /** 503 while the store does not answer in time or could not write; with facts for whoever is known. */
  async full({ known }: HealthQuestion): Promise<HealthAnswer> {
    const { context, clock, stopping } = this.#options;
    const uptimeSeconds = Math.floor((clock.monotonic() - this.#startedAt) / 1_000);
    const stops = stopping() !== undefined;
    const facts = known
      ? { store: context.client.store.name, version, uptimeSeconds, stopping: stops }
      : { stopping: stops };
    const error = await this.#probeOnce();
    return error === undefined
      ? { status: 200, body: { status: "ok", ...facts } }
      : unavailable(error, facts, known);
  }

  /** What the store's servers cannot promise now. Without the sentences: those name addresses, and no token is asked for here. */
  async #warnings(): Promise<readonly object[]> {
    const { context, clock, timeoutMs } = this.#options;
    const { store } = context.client;
    if (!hasFacet(store, "diagnosable")) return [];
    this.#findings ??= store.diagnose().finally(() => (this.#findings = undefined));
    const late = Promise.withResolvers<readonly Finding[]>();
    const cancel = clock.after(timeoutMs, () => late.resolve([]), { background: true });
    const findings = await Promise.race([this.#findings, late.promise]).catch((): readonly Finding[] => []);
    cancel();
    return findings
      .filter(({ level }) => level !== "ok")
      .map(({ level, topic, remedy }) => ({ level, topic, remedy }));
  }

  /** Checks that come while one is under way share it: a store in trouble is not asked more often. */
  #probeOnce(): Promise<WindlassError | undefined> {
    this.#probe ??= this.#ask().finally(() => {
      this.#probe = undefined;
    });
    return this.#probe;
  }

  #ask(): Promise<WindlassError | undefined> {
    const { clock, timeoutMs } = this.#options;
    return new Promise((resolve) => {
      const cancel = clock.after(
        timeoutMs,
        () =>
          resolve(new WindlassError("STORE_UNAVAILABLE", `the store did not answer within ${timeoutMs} ms`)),
        { background: true },
      );
      this.#look()
        .then(
          () => resolve(undefined),
          (error: unknown) => resolve(toKnown(error)),
        )
        .finally(cancel);
    });
  }

  /**
   * Asks for what work needs: the way of a write, up to SQLite's write lock or a primary of Redis, with a write that finds
   * nothing to do; and a read, where the store can list.
   */
  async #look(): Promise<void> {
    const { client } = this.#options.context;
    await Promise.all([
      client.store.extend(NO_LEASES, 1),
      hasFacet(client.store, "inspectable") ? client.list({ limit: 1 }) : undefined,
    ]);
  }
}

/** The message may name the store's address, a user or a path. */
function unavailable({ code, message }: WindlassError, facts: object, known: boolean): HealthAnswer {
  const error = known ? { code, message } : { code };
  return { status: 503, body: { status: "unavailable", ...facts, error } };
}

function toKnown(error: unknown): WindlassError {
  if (error instanceof WindlassError) return error;
  return new WindlassError("INTERNAL", `the store failed: ${toTaskError(error).message}`, { cause: error });
}
