/**
 * A worker: claims no more than it can run, runs it, settles in batches, and stops without losing anything.
 * How it talks with the store is in `exchanger.ts`.
 */
import type { Lease, Store } from "../store/store.ts";
import { hasCode } from "../task/errors.ts";
import { toTaskError } from "../task/judge.ts";
import type { Outcome } from "../task/outcome.ts";
import { Attempt, type AttemptTools } from "./attempt.ts";
import { announceEnd, announceLoss, announceStart } from "./attempt-events.ts";
import type { TaskDefinition } from "./definition.ts";
import { Exchanger } from "./exchanger.ts";
import { handlerFor, handlersOf } from "./handlers.ts";
import { IdleWait } from "./idle-wait.ts";
import { Isolation } from "./isolation.ts";
import { sayLast } from "./last-words.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { composeRun } from "./middleware.ts";
import { Outbox } from "./outbox.ts";
import type { Service } from "./service.ts";
import { housekeeping } from "./services.ts";
import { onStopSignals, resend } from "./stop-signals.ts";
import { subscribe } from "./subscribe.ts";
import { UnhandledTypes } from "./unhandled.ts";
import { checkHeld, checkTools, type WorkerTools } from "./worker-tools.ts";
import { resolveWorkOptions, type WorkOptions, type WorkSettings } from "./work-options.ts";

type Phase = "new" | "claiming" | "stopping" | "stopped";

export class Worker implements AsyncDisposable {
  /** Names the claimer in the store; unique. */
  readonly name: string;
  readonly #store: Store;
  readonly #settings: WorkSettings;
  readonly #tools: WorkerTools & AttemptTools;
  readonly #keeper: LeaseKeeper;
  readonly #services: Service;
  readonly #outbox: Outbox;
  readonly #exchanger: Exchanger;
  readonly #isolation: Isolation;
  readonly #running = new Set<Attempt>();
  /** Until nothing runs and everything is said. */
  readonly #idle: IdleWait;
  /** Settled or released everything. */
  readonly #ended = Promise.withResolvers<void>();
  /** `run` is over: nothing of this worker is left. */
  readonly #done = Promise.withResolvers<void>();
  #phase: Phase = "new";
  #gone: unknown; // why no call of the store will ever do any more

  constructor(store: Store, tasks: readonly TaskDefinition[], options: WorkOptions, tools: WorkerTools) {
    this.#store = checkTools(store, tools);
    const handlers = handlersOf(tasks);
    this.#idle = new IdleWait(tools.clock, () => this.#running.size === 0 && this.#exchanger.idle);
    this.#settings = resolveWorkOptions(options, tasks);
    this.name = this.#settings.name;
    const { retention, leaseMs, maintainEveryMs, unhandledAfterMs } = this.#settings;
    const keepCompleted = retention.completed.ageMs > 0 && retention.completed.count > 0;
    const around = composeRun([...tools.middleware, ...this.#settings.middleware]);
    const unhandled = new UnhandledTypes({
      ...tools,
      handlers,
      worker: this.name,
      afterMs: unhandledAfterMs,
    });
    this.#tools = { ...tools, handlers, keepCompleted, around, unhandled };
    this.#keeper = new LeaseKeeper({
      store,
      clock: tools.clock,
      logger: tools.logger,
      leaseMs,
      running: () => this.#leased(),
      held: () => this.#outbox.held,
      onLost: (attempt) => this.#forget(attempt),
    });
    this.#outbox = new Outbox({ store, logger: tools.logger, worker: this.name });
    this.#exchanger = new Exchanger({
      ...tools,
      ...this.#settings,
      store,
      outbox: this.#outbox,
      worker: this.name,
      free: () => (this.#isOpen() ? this.#settings.concurrency - this.#running.size : 0),
      holding: () => this.#leased().map((attempt) => attempt.lease),
      sift: (leases, expiresAt) =>
        this.#phase === "claiming" ? this.#isolation.sift(leases, expiresAt) : leases,
      onFull: () => this.#keeper.watch(),
      onLease: (lease, expiresAt) => this.#start(lease, expiresAt),
      onIdle: () => {
        this.#isolation.look();
        this.#look();
      },
      onClosed: (error) => this.#lose(error),
    });
    this.#isolation = new Isolation({
      ...tools,
      active: () => this.#running.size,
      settled: () => this.#exchanger.idle,
      runs: ({ type }) => handlerFor(handlers, type) !== undefined,
      attempt: (lease, expiresAt) => this.#hold(lease, expiresAt),
      begin: (attempt) => this.#begin(attempt),
      putBack: (lease, outcome) => this.#outbox.add(lease, outcome),
    });
    this.#services = housekeeping({ ...tools, store, everyMs: maintainEveryMs, retention });
  }

  /** How many attempts run now. */
  get active(): number {
    return this.#running.size;
  }

  /**
   * Works until it is stopped, by `stop()`, by disposal or (unless `signals: false`) by SIGTERM or SIGINT.
   * Resolves when everything is settled or released. Outages of the store are waited out, not thrown; but if it is gone for
   * good (a file that was removed or replaced), what runs may end as in a stop, and then this fails with `STORE_GONE`: only a
   * process that is started again opens what is there by then.
   */
  async run(): Promise<void> {
    checkHeld(this, Worker);
    if (this.#phase !== "new") return this.#done.promise;
    this.#phase = "claiming";
    const unwatch = this.#settings.signals ? this.#watchSignals() : undefined;
    const { logger } = this.#tools;
    const queues = this.#settings.queues.map(({ queue }) => queue);
    try {
      await using _ = await subscribe({
        ...this.#tools,
        store: this.#store,
        queues,
        worker: this.name,
        wake: () => this.#exchanger.wake(),
        wanted: () => this.#phase === "claiming",
        ended: this.#ended.promise,
      });
      logger.info({ worker: this.name, queues }, "worker started");
      this.#services.start();
      this.#exchanger.schedule();
      await this.#ended.promise;
      logger.info({ worker: this.name }, "worker stopped");
    } finally {
      this.#phase = "stopped";
      this.#ended.resolve();
      this.#exchanger.stop();
      this.#keeper.stop();
      await this.#services.stop();
      unwatch?.();
      this.#done.resolve();
    }
  }

  /**
   * Stops claiming, waits up to `shutdown.timeout` for running attempts, then aborts them with reason `shutdown`,
   * waits up to `shutdown.abort` more, and releases what is left without cost. Calling it again waits for the same end.
   */
  async stop(): Promise<void> {
    checkHeld(this, Worker);
    if (this.#phase === "new") {
      this.#phase = "stopped";
      this.#done.resolve();
    }
    if (this.#phase !== "claiming") return this.#done.promise;
    this.#phase = "stopping";
    const suspect = this.#isolation.leave();
    if (suspect !== undefined) this.#outbox.add(suspect.lease, { kind: "release" });
    this.#exchanger.retryNow();
    this.#look();
    const { timeoutMs, abortMs } = this.#settings.shutdown;
    if (!(await this.#idle.within(timeoutMs))) {
      this.#tools.logger.warn({ worker: this.name, running: this.#running.size }, "aborting what still runs");
      for (const attempt of this.#running) attempt.abort("shutdown");
      await this.#idle.within(abortMs);
    }
    await this.#leave();
    await this.#done.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** More may be claimed. */
  #isOpen(): boolean {
    return this.#phase === "claiming" && !this.#isolation.busy;
  }

  /** Something has ended. */
  #look(): void {
    if (this.#phase === "stopping" && this.#running.size === 0) this.#exchanger.hurry();
    this.#idle.look();
  }

  /** Every attempt whose lease is to be kept. */
  #leased(): readonly Attempt[] {
    const { waiting } = this.#isolation;
    return waiting === undefined ? [...this.#running] : [...this.#running, waiting];
  }

  // --- attempts -------------------------------------------------------------------------------------------------

  #start(lease: Lease, expiresAt: number): void {
    if (this.#phase !== "claiming") {
      this.#outbox.add(lease, { kind: "release" }); // claimed while the stop was asked for
      return;
    }
    this.#begin(new Attempt(lease, expiresAt, this.#tools));
  }

  /** An attempt that is begun later; its lease is kept meanwhile. */
  #hold(lease: Lease, expiresAt: number): Attempt {
    this.#keeper.watch();
    return new Attempt(lease, expiresAt, this.#tools);
  }

  #begin(attempt: Attempt): void {
    this.#running.add(attempt);
    try {
      this.#keeper.watch();
      announceStart(attempt, this.name, this.#tools.clock);
      attempt.start(this.#finish);
    } catch (error) {
      this.#running.delete(attempt); // so that nobody keeps its lease
      throw error;
    }
  }

  /** A property, so that no attempt needs a function of its own. */
  readonly #finish = (attempt: Attempt, outcome: Outcome | undefined): void => {
    if (!this.#running.delete(attempt)) return; // lost or released meanwhile
    this.#isolation.ended(attempt);
    if (outcome !== undefined) this.#settle(attempt, outcome);
    this.#exchanger.schedule();
    this.#look();
  };

  #settle(attempt: Attempt, outcome: Outcome): void {
    this.#outbox.add(attempt.lease, outcome, outcome.kind === "completed" ? attempt.followers : undefined);
    announceEnd(attempt, outcome, this.name, this.#tools.clock);
  }

  #forget(attempt: Attempt): void {
    const waited = attempt === this.#isolation.waiting;
    if (!this.#running.delete(attempt) && !waited) return; // it ended meanwhile, and its outcome tells
    this.#isolation.ended(attempt);
    const { id, queue, token } = attempt.lease;
    this.#tools.logger.warn(
      { id, queue, token, code: "LEASE_LOST" },
      "the lease was lost; the attempt was told to stop",
    );
    announceLoss(attempt.lease, this.name, true);
    this.#exchanger.schedule();
    this.#look();
  }

  // --- stopping -------------------------------------------------------------------------------------------------

  /** The store says that no call will ever do any more. */
  #lose(error: unknown): void {
    if (!hasCode(error, "STORE_GONE")) {
      this.#phase = "stopped";
      this.#ended.reject(error);
      return;
    }
    this.#gone = error;
    this.#tools.logger.error(
      { worker: this.name, running: this.#running.size, error: toTaskError(error) },
      "the store is gone, and no outcome can be written; ending as soon as what runs has ended",
    );
    void this.stop();
  }

  /** Releases what still runs and ends. */
  async #leave(): Promise<void> {
    for (const attempt of this.#running) {
      attempt.abort("shutdown");
      this.#settle(attempt, { kind: "release" });
    }
    this.#running.clear();
    await sayLast(this.#outbox, this.#exchanger, this.#idle, { ...this.#tools, worker: this.name });
    this.#phase = "stopped";
    if (this.#gone === undefined) this.#ended.resolve();
    else this.#ended.reject(this.#gone);
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
}
