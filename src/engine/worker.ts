/**
 * A worker: claims no more than it can run, runs it, settles in batches, and stops without losing anything.
 *
 * The loop is one `exchange` after the other, and each carries everything there is to say: the outcomes that have
 * come in since the last one, and a claim for the slots that are free. Nothing is sent while there is nothing to
 * say; a signal, a due time or the poll says that asking may be worth it again.
 */
import type { Cancel, Clock, Random } from "../store/clock.ts";
import type { Claim, Exchange, Lease, Outcome, Store } from "../store/store.ts";
import { backoffMs } from "../task/backoff.ts";
import { hasCode, WindlassError } from "../task/errors.ts";
import { describe } from "../task/judge.ts";
import { Attempt, type AttemptTools, type Handlers } from "./attempt.ts";
import { CATCH_ALL, type TaskDefinition } from "./definition.ts";
import { Janitor } from "./janitor.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import type { Logger } from "./logger.ts";
import { Settler } from "./settler.ts";
import { inOrder } from "./share.ts";
import { onStopSignals, resend } from "./stop-signals.ts";
import { resolveWorkOptions, type WorkOptions, type WorkSettings } from "./work-options.ts";

export interface WorkerTools {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Waits between calls while the store fails: the herd spreads out, and no outage is answered with a storm. */
const OUTAGE_BACKOFF = { baseMs: 200, maxMs: 5_000 };

/** A due time that is already past, but not claimable, must not become a spin. */
const SHORTEST_IDLE_MS = 5;

/** How long the last settlements may take when a second signal says to leave at once. */
const LEAVE_MS = 1_000;

type Phase = "new" | "claiming" | "stopping" | "stopped";

export class Worker implements AsyncDisposable {
  /** Names the claimer in the store; unique. */
  readonly name: string;
  readonly #store: Store;
  readonly #settings: WorkSettings;
  readonly #tools: WorkerTools & AttemptTools;
  readonly #keeper: LeaseKeeper;
  readonly #janitor: Janitor;
  readonly #settler: Settler;
  readonly #running = new Set<Attempt>();
  /** Settled or released everything. */
  readonly #ended = Promise.withResolvers<void>();
  /** `run` is over: nothing of this worker is left. */
  readonly #done = Promise.withResolvers<void>();
  #phase: Phase = "new";
  #turning = false;
  #mayFind = true; // a claim may find something
  #replyLost = false;
  #failures = 0;
  #idleTimer: Cancel | undefined;
  #pauseOver: (() => void) | undefined;
  #quiet: (() => void)[] = [];

  constructor(store: Store, tasks: readonly TaskDefinition[], options: WorkOptions, tools: WorkerTools) {
    this.#store = store;
    const handlers = handlersOf(tasks);
    this.#settings = resolveWorkOptions(options, tasks);
    this.name = this.#settings.name;
    const { retention, leaseMs } = this.#settings;
    const keepCompleted = retention.completed.ageMs > 0 && retention.completed.count > 0;
    this.#tools = { ...tools, handlers, keepCompleted };
    this.#keeper = new LeaseKeeper({
      store,
      clock: tools.clock,
      logger: tools.logger,
      leaseMs,
      running: () => this.#running,
      onLost: (attempt) => this.#forget(attempt),
    });
    this.#settler = new Settler(store, tools.logger);
    this.#janitor = new Janitor({ ...tools, store, everyMs: this.#settings.reclaimEveryMs, retention });
  }

  /** How many attempts run now. */
  get active(): number {
    return this.#running.size;
  }

  /**
   * Works until it is stopped, by `stop()`, by disposal or (unless `signals: false`) by SIGTERM or SIGINT.
   * Resolves when everything is settled or released. Outages of the store are waited out, not thrown.
   */
  async run(): Promise<void> {
    if (this.#phase !== "new") return this.#done.promise;
    this.#phase = "claiming";
    const unwatch = this.#settings.signals ? this.#watchSignals() : undefined;
    const { logger } = this.#tools;
    try {
      await using _ = await this.#store.signal.subscribe(this.#queueNames(), () => this.#wake());
      logger.info({ worker: this.name, queues: this.#queueNames() }, "worker started");
      this.#janitor.start();
      this.#kick();
      await this.#ended.promise;
      logger.info({ worker: this.name }, "worker stopped");
    } finally {
      this.#phase = "stopped";
      this.#ended.resolve();
      this.#idleTimer?.();
      this.#keeper.stop();
      await this.#janitor.stop();
      unwatch?.();
      this.#done.resolve();
    }
  }

  /**
   * Stops claiming, waits up to `shutdown.timeout` for running attempts, then aborts them with reason `shutdown`,
   * waits up to `shutdown.abort` more, and releases what is left without cost. Calling it again waits for the same end.
   */
  async stop(): Promise<void> {
    if (this.#phase === "new") {
      this.#phase = "stopped";
      this.#done.resolve();
    }
    if (this.#phase !== "claiming") return this.#done.promise;
    this.#phase = "stopping";
    this.#pauseOver?.();
    this.#idleTimer?.();
    const { timeoutMs, abortMs } = this.#settings.shutdown;
    if (!(await this.#becomesQuiet(timeoutMs))) {
      this.#tools.logger.warn({ worker: this.name, running: this.#running.size }, "aborting what still runs");
      for (const attempt of this.#running) attempt.abort("shutdown");
      await this.#becomesQuiet(abortMs);
    }
    await this.#leave();
    await this.#done.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  // --- the loop -------------------------------------------------------------------------------------------------

  #wake(): void {
    this.#mayFind = true;
    this.#kick();
  }

  /** Starts the loop if it rests and there is something to say. */
  #kick(): void {
    if (this.#turning || !this.#hasNews()) return;
    this.#turning = true;
    this.#idleTimer?.();
    this.#idleTimer = undefined;
    // Outcomes that come in during this turn of the event loop share one call.
    this.#tools.clock.defer(() => void this.#turn());
  }

  #hasNews(): boolean {
    if (this.#phase !== "claiming" && this.#phase !== "stopping") return false;
    return this.#settler.waiting > 0 || (this.#mayFind && this.#free() > 0);
  }

  #free(): number {
    return this.#phase === "claiming" ? this.#settings.concurrency - this.#running.size : 0;
  }

  async #turn(): Promise<void> {
    let nextDueMs: number | undefined;
    while (this.#hasNews()) {
      nextDueMs = await this.#exchange();
      // Quick handlers end before the event loop turns: their outcomes go with the next call.
      await new Promise<void>((resolve) => this.#tools.clock.defer(resolve));
    }
    this.#turning = false;
    if (this.#free() > 0) this.#rest(nextDueMs);
    this.#tellIfQuiet();
  }

  /** Sets the alarm for the poll, or for the next due task if that is sooner. */
  #rest(nextDueMs = Number.POSITIVE_INFINITY): void {
    const { clock, random } = this.#tools;
    const pollMs = this.#settings.pollMs * (0.75 + random() / 2);
    this.#idleTimer = clock.after(Math.max(SHORTEST_IDLE_MS, Math.min(pollMs, nextDueMs)), () =>
      this.#wake(),
    );
  }

  /** One call of the store. Answers when the next task falls due. */
  async #exchange(): Promise<number | undefined> {
    const settle = this.#settler.take();
    const claim = this.#claim();
    this.#mayFind = false; // a signal during the call sets it again
    const leaseEndsAt = this.#tools.clock.monotonic() + this.#settings.leaseMs;
    try {
      const reply = await this.#store.exchange({ settle, claim });
      this.#failures = 0;
      if (claim !== undefined) this.#replyLost = false;
      this.#settler.report(settle, reply.verdicts);
      for (const lease of reply.leases) this.#start(lease, leaseEndsAt);
      if (claim !== undefined && reply.leases.length === claim.max) this.#mayFind = true;
      return reply.nextDueMs;
    } catch (error) {
      this.#mayFind = true;
      await this.#failed(error, { settle, claim });
      return undefined;
    }
  }

  #claim(): Claim | undefined {
    const max = this.#free();
    if (max === 0) return undefined;
    const { queues, leaseMs } = this.#settings;
    return {
      queues: inOrder(queues, this.#tools.random),
      max,
      leaseMs,
      worker: this.name,
      holding: this.#replyLost ? [...this.#running].map((attempt) => attempt.lease) : undefined,
    };
  }

  /** Keeps what could not be said, and waits before saying it again: a settlement is fenced, so repeating is safe. */
  async #failed(error: unknown, { settle, claim }: Exchange): Promise<void> {
    const { logger, random } = this.#tools;
    if (hasCode(error, "STORE_CLOSED")) {
      this.#ended.reject(error);
      this.#phase = "stopped";
      return;
    }
    if (hasCode(error, "UNKNOWN") && claim !== undefined) this.#replyLost = true;
    const transient = error instanceof WindlassError && error.retriable;
    this.#settler.giveBack(settle);
    // What no repetition can mend is given up one by one, so that it does not take the others along.
    if (!transient) await this.#settler.oneByOne();
    logger.warn({ worker: this.name, error: describe(error) }, "the store failed; trying again");
    this.#failures += 1;
    await this.#pause(backoffMs(this.#failures, OUTAGE_BACKOFF, random()));
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#tools.clock.after(ms, resolve);
      this.#pauseOver = () => {
        cancel();
        resolve();
      };
    });
  }

  // --- attempts -------------------------------------------------------------------------------------------------

  #start(lease: Lease, expiresAt: number): void {
    if (this.#phase !== "claiming") {
      this.#settler.add(lease, { kind: "release" }); // claimed while the stop was asked for
      return;
    }
    const attempt = new Attempt(lease, expiresAt, this.#tools);
    this.#running.add(attempt);
    this.#keeper.watch();
    attempt.start(this.#finish);
  }

  /** A property, so that no attempt needs a function of its own. */
  readonly #finish = (attempt: Attempt, outcome: Outcome | undefined): void => {
    if (!this.#running.delete(attempt)) return; // lost or released meanwhile
    if (outcome !== undefined) {
      this.#settler.add(attempt.lease, outcome);
      this.#settings.observe?.(attempt.lease, outcome);
    }
    this.#kick();
    this.#tellIfQuiet();
  };

  #forget(attempt: Attempt): void {
    this.#running.delete(attempt);
    const { id, queue, token } = attempt.lease;
    this.#tools.logger.warn(
      { id, queue, token, code: "LEASE_LOST" },
      "the lease was lost; the attempt was told to stop",
    );
    this.#kick();
    this.#tellIfQuiet();
  }

  // --- stopping -------------------------------------------------------------------------------------------------

  /** Waits until nothing runs and everything is said. False if that takes longer than `ms`. */
  #becomesQuiet(ms: number): Promise<boolean> {
    if (this.#isQuiet()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const cancel = this.#tools.clock.after(ms, () => resolve(false));
      this.#quiet.push(() => {
        cancel();
        resolve(true);
      });
    });
  }

  #isQuiet(): boolean {
    return this.#running.size === 0 && this.#settler.waiting === 0 && !this.#turning;
  }

  #tellIfQuiet(): void {
    if (this.#quiet.length === 0 || !this.#isQuiet()) return;
    for (const tell of this.#quiet.splice(0)) tell();
  }

  /** Releases what still runs and ends. */
  async #leave(): Promise<void> {
    for (const attempt of this.#running) {
      attempt.abort("shutdown");
      this.#settler.add(attempt.lease, { kind: "release" });
    }
    this.#running.clear();
    this.#pauseOver?.();
    this.#kick();
    if (!(await this.#becomesQuiet(LEAVE_MS))) {
      this.#tools.logger.error(
        { worker: this.name, unsettled: this.#settler.waiting },
        "leaving with outcomes unsettled; their leases will run out",
      );
    }
    this.#phase = "stopped";
    this.#ended.resolve();
  }

  #watchSignals(): () => void {
    return onStopSignals({
      first: (signal) => {
        this.#tools.logger.info({ worker: this.name, signal }, "stopping");
        void this.stop();
      },
      second: (signal) => void this.#leave().then(() => resend(signal)),
    });
  }

  #queueNames(): readonly string[] {
    return this.#settings.queues.map((share) => share.queue);
  }
}

function handlersOf(tasks: readonly TaskDefinition[]): Handlers {
  const handlers = new Map<string, TaskDefinition>();
  for (const task of tasks) {
    if (handlers.has(task.type)) {
      throw new WindlassError(
        "INVALID_DEFINITION",
        `two handlers for ${task.type === CATCH_ALL ? "*" : task.type}; expected one`,
      );
    }
    handlers.set(task.type, task);
  }
  if (handlers.size === 0) {
    throw new WindlassError(
      "INVALID_DEFINITION",
      "a worker without handlers; expected at least one task definition",
    );
  }
  return handlers;
}
