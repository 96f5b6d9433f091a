/** Is the process alive, will it take work, does its store answer? */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ApiContext } from "../../api/operation.ts";
import { toTaskError } from "../../task/judge.ts";
import type { Clock } from "../../store/clock.ts";
import { WindlassError } from "../../task/errors.ts";

export interface HealthOptions {
  readonly client: ApiContext["client"];
  readonly clock: Clock;
  /** How long the store may take to answer. */
  readonly timeoutMs: number;
  readonly stopping: () => boolean;
}

/** A status and the JSON that goes with it. */
export interface HealthAnswer {
  readonly status: 200 | 503;
  readonly body: object;
}

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../../package.json"), "utf8")) as {
  version: string;
};

export class Health {
  readonly #options: HealthOptions;
  readonly #startedAt: number;
  #probe: Promise<WindlassError | undefined> | undefined;

  constructor(options: HealthOptions) {
    this.#options = options;
    this.#startedAt = options.clock.monotonic();
  }

  /** 200 as long as the process answers at all. */
  live(): HealthAnswer {
    return { status: 200, body: { status: "ok" } };
  }

  /** 503 while stopping, and while the store does not answer in time. */
  async ready(): Promise<HealthAnswer> {
    if (this.#options.stopping()) return { status: 503, body: { status: "stopping" } };
    const error = await this.#probeOnce();
    return error === undefined ? { status: 200, body: { status: "ok" } } : unavailable(error, {});
  }

  /** 503 while the store does not answer in time; with facts either way. */
  async full(): Promise<HealthAnswer> {
    const { client, clock, stopping } = this.#options;
    const uptimeSeconds = Math.floor((clock.monotonic() - this.#startedAt) / 1_000);
    const facts = { store: client.store.name, version, uptimeSeconds, stopping: stopping() };
    const error = await this.#probeOnce();
    return error === undefined
      ? { status: 200, body: { status: "ok", ...facts } }
      : unavailable(error, facts);
  }

  /** Checks that come while one is under way share it: a store in trouble is not asked more often. */
  #probeOnce(): Promise<WindlassError | undefined> {
    this.#probe ??= this.#ask().finally(() => {
      this.#probe = undefined;
    });
    return this.#probe;
  }

  #ask(): Promise<WindlassError | undefined> {
    const { client, clock, timeoutMs } = this.#options;
    return new Promise((resolve) => {
      const cancel = clock.after(
        timeoutMs,
        () =>
          resolve(new WindlassError("STORE_UNAVAILABLE", `the store did not answer within ${timeoutMs} ms`)),
        { background: true },
      );
      client
        .list({ limit: 1 })
        .then(
          () => resolve(undefined),
          (error: unknown) => resolve(toKnown(error)),
        )
        .finally(cancel);
    });
  }
}

function unavailable({ code, message }: WindlassError, facts: object): HealthAnswer {
  return { status: 503, body: { status: "unavailable", ...facts, error: { code, message } } };
}

function toKnown(error: unknown): WindlassError {
  if (error instanceof WindlassError) return error;
  return new WindlassError("INTERNAL", `the store failed: ${toTaskError(error).message}`, { cause: error });
}
