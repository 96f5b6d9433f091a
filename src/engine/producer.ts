/**
 * The producer's side: turns inputs into tasks, batches them, and tells the truth about what was written.
 *
 * A call whose reply was lost is repeated here with the same ids, which is safe by construction. What stays
 * unknown after that is reported as `UNKNOWN`, never as a failure.
 */
import type { Clock, Random } from "../store/clock.ts";
import { checkNewTasks } from "../store/check.ts";
import type { Store } from "../store/store.ts";
import { hasCode, WindlassError } from "../task/errors.ts";
import type { NewTask } from "../task/task.ts";
import { Batcher, Failed } from "./batcher.ts";
import type { ManyOptions } from "./enqueue-types.ts";
import { type EnqueuedTask, type EnqueueResult, toEnqueued } from "./enqueued.ts";
import { publishAdded } from "./events.ts";
import { idGenerator } from "./id.ts";
import type { EnqueueMiddleware } from "./middleware.ts";
import { checkInput, type Produced, tasksOfInputs, tasksOfRequests, templateOf } from "./many.ts";
import { encodePayload, type EnqueueOptions, type TaskRequest, type Template } from "./request.ts";
import { checkStanding } from "./standing.ts";

/** Most tasks and bytes of payload in one call of the store: it must not hold up others for longer than a few ms. */
const BATCH_TASKS = 1_000;
const BATCH_BYTES = 4 * 1_048_576;

/** How often a call with unknown outcome is repeated before the caller is told, and how long to wait before. */
const REPEATS = 2;
const REPEAT_WAIT_MS = 200;

export interface ProducerOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** What runs around every enqueue call, if anything does. */
  readonly around: EnqueueMiddleware | undefined;
}

export class Producer {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #around: EnqueueMiddleware | undefined;
  readonly #newId: () => string;
  readonly #batcher: Batcher<NewTask, EnqueueResult>;
  /** Calls of many tasks that are under way, with what makes them fail. */
  readonly #many = new Map<Promise<unknown>, (error: unknown) => void>();
  #lastTask: unknown = this; // to begin with it is what is no task
  #lastTemplate: Template | undefined;

  constructor(store: Store, { clock, random, around }: ProducerOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
    this.#around = around;
    this.#newId = idGenerator(() => clock.now());
    this.#batcher = new Batcher((tasks) => this.#addBatch(tasks), {
      clock,
      calls: store.callsAtOnce,
      maxItems: BATCH_TASKS,
      maxWeight: BATCH_BYTES,
      weigh: (task) => task.payload.length,
    });
  }

  /** Resolves when every enqueue so far has its answer. */
  async idle(): Promise<void> {
    await Promise.allSettled([this.#batcher.idle(), ...this.#many.keys()]);
  }

  /** Waits for no answer any more: what was sent fails with `UNKNOWN`, what was not with `STORE_CLOSED`. */
  abandon(): void {
    const sent = new WindlassError(
      "UNKNOWN",
      "the client was closed before the store answered whether it added these tasks",
    );
    const unsent = new WindlassError(
      "STORE_CLOSED",
      "the client was closed before these tasks were sent to the store; none was added",
    );
    this.#batcher.abandon(sent, unsent);
    for (const reject of this.#many.values()) reject(sent);
  }

  async enqueue(task: Produced | string, input: unknown, options?: EnqueueOptions): Promise<EnqueuedTask> {
    const template = options === undefined ? this.#template(task) : templateOf(task, options);
    if (typeof task !== "string" && task.input !== undefined) await checkInput(task, input);
    const added = template(encodePayload(input), this.#newId);
    if (this.#around !== undefined) return this.#addOne(added);
    // As in #addOne: this is the way that most tasks take, and a call more would be three turns more.
    const result = await this.#batcher.add(added);
    if (result.status === "duplicate") await checkStanding(this.#store, added, result);
    return toEnqueued(added, result);
  }

  async enqueueMany(
    task: Produced | string,
    inputs: readonly unknown[],
    options?: ManyOptions<unknown>,
  ): Promise<EnqueuedTask[]> {
    return this.#addMany(await tasksOfInputs({ task, inputs, options, newId: this.#newId }));
  }

  async enqueueAll(requests: readonly TaskRequest[]): Promise<EnqueuedTask[]> {
    const tasks = tasksOfRequests(requests, this.#newId);
    return tasks.length === 1 ? [await this.#addOne(tasks[0]!)] : this.#addMany(tasks);
  }

  /** The checks of an enqueue without options: most are of the same task as the one before. */
  #template(task: Produced | string): Template {
    if (this.#lastTask !== task) {
      this.#lastTemplate = templateOf(task);
      this.#lastTask = task;
    }
    return this.#lastTemplate!;
  }

  async #addOne(task: NewTask): Promise<EnqueuedTask> {
    if (this.#around !== undefined) return (await this.#through(this.#around, [task]))[0]!;
    const result = await this.#batcher.add(task);
    if (result.status === "duplicate") await checkStanding(this.#store, task, result);
    return toEnqueued(task, result);
  }

  #addMany(tasks: readonly NewTask[]): Promise<EnqueuedTask[]> {
    const { promise, resolve, reject } = Promise.withResolvers<EnqueuedTask[]>();
    this.#many.set(promise, reject);
    void this.#addEach(tasks)
      .then(resolve, reject)
      .finally(() => this.#many.delete(promise));
    return promise;
  }

  async #addEach(tasks: readonly NewTask[]): Promise<EnqueuedTask[]> {
    if (this.#around !== undefined) return this.#through(this.#around, tasks);
    const answers: EnqueuedTask[] = [];
    for (const batch of batches(tasks)) {
      const results = await this.#add(batch);
      for (let index = 0; index < batch.length; index++) {
        answers.push(toEnqueued(batch[index]!, results[index]!));
      }
      await this.#checkStanding(batch, results, answers.length - batch.length);
    }
    return answers;
  }

  /** With middleware around the call. What it makes of the tasks is checked here: others' tasks may share the batch. */
  async #through(around: EnqueueMiddleware, tasks: readonly NewTask[]): Promise<EnqueuedTask[]> {
    const sent = new Map<string, NewTask>();
    const results = await around(tasks, async (given) => {
      checkNewTasks(given);
      for (const task of given) sent.set(task.id, task);
      return this.#send(given);
    });
    const added = tasks.map((task, index) => sent.get(results[index]!.id) ?? sent.get(task.id) ?? task);
    await this.#checkStanding(added, results, 0);
    return added.map((task, index) => toEnqueued(task, results[index]!));
  }

  /** What was there by an id of the caller's own has to be the same task. The tasks are those from `first` on. */
  async #checkStanding(
    tasks: readonly NewTask[],
    results: readonly EnqueueResult[],
    first: number,
  ): Promise<void> {
    if (!results.some(({ status }) => status === "duplicate")) return;
    const only = first === 0 && tasks.length === 1;
    await Promise.all(
      tasks.map((task, index) =>
        checkStanding(this.#store, task, results[index]!, only ? undefined : first + index),
      ),
    );
  }

  async #send(tasks: readonly NewTask[]): Promise<readonly EnqueueResult[]> {
    if (tasks.length === 1) return [await this.#batcher.add(tasks[0]!)];
    const results: EnqueueResult[] = [];
    for (const batch of batches(tasks)) results.push(...(await this.#add(batch)));
    return results;
  }

  /**
   * Tasks of several callers. A queue that cannot be reached (its shard of a cluster is down) must not fail those of the
   * others: each queue is tried by itself then, and answers for itself.
   */
  async #addBatch(tasks: readonly NewTask[]): Promise<readonly (EnqueueResult | Failed)[]> {
    const [first] = tasks;
    if (tasks.every(({ queue }) => queue === first?.queue)) return this.#add(tasks);
    try {
      const results = await this.#store.add(tasks);
      publishAdded(tasks, results);
      return results;
    } catch (error) {
      const queues = Map.groupBy(tasks.keys(), (index) => tasks[index]!.queue);
      if (!(error instanceof WindlassError && error.retriable)) throw error;
      const answers: (EnqueueResult | Failed)[] = Array.from({ length: tasks.length });
      const apart = async (indices: readonly number[]): Promise<void> => {
        const mine = indices.map((index) => tasks[index]!);
        const adding = error.code === "UNKNOWN" ? this.#repeat(mine, error) : this.#add(mine);
        const results = await adding.catch((failure: unknown) => mine.map(() => new Failed(failure)));
        for (const [at, index] of indices.entries()) answers[index] = results[at]!;
      };
      await Promise.all([...queues.values()].map(apart));
      return answers;
    }
  }

  /** One call of the store, repeated while its outcome is unknown. */
  async #add(tasks: readonly NewTask[]): Promise<readonly EnqueueResult[]> {
    try {
      const results = await this.#store.add(tasks);
      publishAdded(tasks, results);
      return results;
    } catch (error) {
      if (!hasCode(error, "UNKNOWN")) throw error;
      return await this.#repeat(tasks, error);
    }
  }

  async #repeat(tasks: readonly NewTask[], first: WindlassError): Promise<readonly EnqueueResult[]> {
    for (let left = REPEATS; left > 0; left--) {
      await this.#pause(REPEAT_WAIT_MS * this.#random());
      try {
        const results = (await this.#store.add(tasks)).map((result, index): EnqueueResult =>
          // Its own id standing is the trace of the call whose reply was lost: that task was added by us.
          result.status === "duplicate" && result.id === tasks[index]!.id
            ? { status: "added", id: result.id }
            : result,
        );
        publishAdded(tasks, results);
        return results;
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
