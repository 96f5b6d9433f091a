/**
 * The producer's side: turns inputs into tasks, batches them, and tells the truth about what was written.
 *
 * A call whose reply was lost is repeated here with the same ids, which is safe by construction. What stays
 * unknown after that is reported as `UNKNOWN`, never as a failure.
 */
import { type Clock, type Random, systemClock, systemRandom } from "../store/clock.ts";
import type { AddResult, Store } from "../store/store.ts";
import { hasCode, WindlassError } from "../task/errors.ts";
import type { NewTask } from "../task/task.ts";
import { Batcher } from "./batcher.ts";
import type { TaskDefinition } from "./definition.ts";
import { idGenerator } from "./id.ts";
import { type Logger, stderrLogger } from "./logger.ts";
import {
  encodePayload,
  type EnqueueOptions,
  type TaskRequest,
  taskTemplate,
  type Template,
} from "./request.ts";
import { parseWith } from "./schema.ts";
import { Worker } from "./worker.ts";
import type { WorkOptions } from "./work-options.ts";

/** Most tasks and bytes of payload in one call of the store: it must not hold up others for longer than a few ms. */
const BATCH_TASKS = 1_000;
const BATCH_BYTES = 4 * 1_048_576;

/** How often a call with unknown outcome is repeated before the caller is told, and how long to wait before. */
const REPEATS = 2;
const REPEAT_WAIT_MS = 200;

export interface ClientOptions {
  /** Default: the process's clock. */
  readonly clock?: Clock | undefined;
  /** Default: the process's dice. */
  readonly random?: Random | undefined;
  /** Default: warnings and errors, as lines of JSON on standard error. */
  readonly logger?: Logger | undefined;
}

/** What `enqueue` answers. */
export interface EnqueuedTask {
  readonly id: string;
  readonly type: string;
  readonly queue: string;
  /** True if the task was already there (same key or id): `id` names the one that stands. */
  readonly duplicate: boolean;
}

export class Client<S extends Store = Store> implements AsyncDisposable {
  /** The store behind it, for looking and administration. */
  readonly store: S;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #logger: Logger;
  readonly #newId: () => string;
  readonly #batcher: Batcher<NewTask, AddResult>;
  readonly #workers = new Set<Worker>();
  #lastTask: object | string | undefined;
  #lastTemplate: Template | undefined;

  /** `store` is open. Disposing of the queue closes it. */
  constructor(store: S, options: ClientOptions = {}) {
    this.store = store;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#logger = options.logger ?? stderrLogger();
    this.#newId = idGenerator(() => this.#clock.now());
    this.#batcher = new Batcher((tasks) => this.#add(tasks), {
      clock: this.#clock,
      calls: store.callsAtOnce,
      maxItems: BATCH_TASKS,
      maxWeight: BATCH_BYTES,
      weigh: (task) => task.payload.length,
    });
  }

  /**
   * Adds one task; resolves when it is written. Enqueues that are made without waiting for each other share calls of
   * the store. Fails with the codes of `EnqueueOptions`' checks, `INVALID_PAYLOAD`, `PAYLOAD_TOO_LARGE`,
   * `KEY_CONFLICT`, a `STORE_…` code (nothing was written), or `UNKNOWN` (repeat with the same `id` or `key`).
   */
  async enqueue<In>(
    task: TaskDefinition<In, unknown> | string,
    input: NoInfer<In>,
    options?: EnqueueOptions,
  ): Promise<EnqueuedTask> {
    const definition = typeof task === "string" ? undefined : task;
    const type = typeof task === "string" ? task : task.type;
    const template = options === undefined ? this.#template(task) : taskTemplate(type, options, definition);
    if (definition?.input !== undefined) await parseWith(definition.input, input, type);
    const added = template(encodePayload(input), this.#newId);
    return answer(added, await this.#batcher.add(added));
  }

  /**
   * Adds a task for each input: one round trip per 1,000. If one input is refused, nothing is added.
   * A call of the store that fails half-way leaves the earlier thousands added.
   */
  async enqueueMany<In>(
    task: TaskDefinition<In, unknown> | string,
    inputs: readonly NoInfer<In>[],
    options?: Omit<EnqueueOptions, "id" | "key" | "keyWindow">,
  ): Promise<EnqueuedTask[]> {
    const definition = typeof task === "string" ? undefined : task;
    const type = typeof task === "string" ? task : task.type;
    const template = taskTemplate(type, options, definition);
    if (definition?.input !== undefined) {
      for (const input of inputs) await parseWith(definition.input, input, type);
    }
    return this.#addMany(inputs.map((input) => template(encodePayload(input), this.#newId)));
  }

  /**
   * Adds tasks of any type, as the HTTP API and the command line do. All are checked before any is added.
   * Answers `duplicate: true` for what was there; fails with `KEY_CONFLICT` if a key stands for another payload.
   */
  async enqueueAll(requests: readonly TaskRequest[]): Promise<EnqueuedTask[]> {
    const tasks = requests.map(({ type, payload, ...options }) =>
      taskTemplate(type, options)(encodePayload(payload), this.#newId),
    );
    return tasks.length === 1 ? this.#addOne(tasks[0]!) : this.#addMany(tasks);
  }

  /** A worker for these tasks on this store; it starts with `run()`. */
  work(tasks: readonly TaskDefinition[], options: WorkOptions = {}): Worker {
    const worker = new Worker(this.store, tasks, options, {
      clock: this.#clock,
      random: this.#random,
      logger: this.#logger,
    });
    this.#workers.add(worker);
    return worker;
  }

  /** Waits for enqueues under way, stops the workers made by `work`, and closes the store. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker[Symbol.asyncDispose]()));
    await this.#batcher.idle();
    await this.store[Symbol.asyncDispose]();
  }

  /** The checks of an enqueue without options: most are of the same task as the one before. */
  #template<In>(task: TaskDefinition<In, unknown> | string): Template {
    if (this.#lastTask !== task) {
      const definition = typeof task === "string" ? undefined : task;
      this.#lastTemplate = taskTemplate(definition?.type ?? (task as string), undefined, definition);
      this.#lastTask = task;
    }
    return this.#lastTemplate!;
  }

  async #addOne(task: NewTask): Promise<EnqueuedTask[]> {
    return [answer(task, await this.#batcher.add(task))];
  }

  async #addMany(tasks: readonly NewTask[]): Promise<EnqueuedTask[]> {
    const answers: EnqueuedTask[] = [];
    for (const batch of batches(tasks)) {
      const results = await this.#add(batch);
      for (let index = 0; index < batch.length; index++) answers.push(answer(batch[index]!, results[index]!));
    }
    return answers;
  }

  /** One call of the store, repeated while its outcome is unknown. */
  async #add(tasks: readonly NewTask[]): Promise<readonly AddResult[]> {
    try {
      return await this.store.add(tasks);
    } catch (error) {
      if (!hasCode(error, "UNKNOWN")) throw error;
      return await this.#repeat(tasks, error);
    }
  }

  async #repeat(tasks: readonly NewTask[], first: WindlassError): Promise<readonly AddResult[]> {
    for (let left = REPEATS; left > 0; left--) {
      await this.#pause(REPEAT_WAIT_MS * this.#random());
      try {
        const results = await this.store.add(tasks);
        // Its own id standing is the trace of the call whose reply was lost: that task was added by us.
        return results.map((result, index) =>
          result.status === "duplicate" && result.id === tasks[index]!.id
            ? { ...result, status: "added" }
            : result,
        );
      } catch (error) {
        if (error instanceof WindlassError && !error.retriable) break;
      }
    }
    throw unknownOutcome(tasks, first);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.after(ms, resolve));
  }
}

function answer(task: NewTask, result: AddResult): EnqueuedTask {
  if (result.status === "conflict") {
    throw new WindlassError(
      "KEY_CONFLICT",
      `the key ${JSON.stringify(task.key?.value)} of queue ${task.queue} stands for task ${result.id} with another type or payload`,
      { pointer: "key" },
    );
  }
  return { id: result.id, type: task.type, queue: task.queue, duplicate: result.status === "duplicate" };
}

function unknownOutcome(tasks: readonly NewTask[], cause: WindlassError): WindlassError {
  const which = tasks.length === 1 ? `task ${tasks[0]!.id}` : `${tasks.length} tasks from ${tasks[0]!.id} on`;
  return new WindlassError(
    "UNKNOWN",
    `the store did not answer whether it added ${which}: ${cause.message}`,
    {
      cause,
      remedy: "Repeat the call with the same id or key; what was added is not added twice.",
    },
  );
}

function* batches(tasks: readonly NewTask[]): Iterable<readonly NewTask[]> {
  let from = 0;
  let bytes = 0;
  for (let index = 0; index < tasks.length; index++) {
    const weight = tasks[index]!.payload.length;
    bytes += weight;
    if (index > from && (index - from === BATCH_TASKS || bytes > BATCH_BYTES)) {
      yield tasks.slice(from, index);
      from = index;
      bytes = weight;
    }
  }
  if (from === 0 && tasks.length > 0) yield tasks;
  else if (from < tasks.length) yield tasks.slice(from);
}
