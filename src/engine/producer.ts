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
import { checkList, invalidOption } from "../task/options.ts";
import type { NewTask } from "../task/task.ts";
import { Batcher, Failed } from "./batcher.ts";
import { definitionOf } from "./definition.ts";
import { type EnqueuedTask, type EnqueueResult, toEnqueued } from "./enqueued.ts";
import { publishAdded } from "./events.ts";
import { idGenerator } from "./id.ts";
import type { EnqueueMiddleware } from "./middleware.ts";
import {
  checkTogether,
  encodePayload,
  type EnqueueOptions,
  type RequestDefaults,
  type TaskRequest,
  taskTemplate,
  type Template,
} from "./request.ts";
import { parseWith, type StandardSchema } from "./schema.ts";

/** Most tasks and bytes of payload in one call of the store: it must not hold up others for longer than a few ms. */
const BATCH_TASKS = 1_000;
const BATCH_BYTES = 4 * 1_048_576;

/** How often a call with unknown outcome is repeated before the caller is told, and how long to wait before. */
const REPEATS = 2;
const REPEAT_WAIT_MS = 200;

/** What a producer needs of a task's definition. */
interface Produced extends RequestDefaults {
  readonly type: string;
  readonly input: StandardSchema | undefined;
}

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
  idle(): Promise<void> {
    return this.#batcher.idle();
  }

  async enqueue(task: Produced | string, input: unknown, options?: EnqueueOptions): Promise<EnqueuedTask> {
    const template = options === undefined ? this.#template(task) : templateOf(task, options);
    const schema = typeof task === "string" ? undefined : task.input;
    if (schema !== undefined) await parseWith(schema, input, typeOf(task));
    const added = template(encodePayload(input), this.#newId);
    if (this.#around !== undefined) return (await this.#through(this.#around, [added]))[0]!;
    return toEnqueued(added, await this.#batcher.add(added));
  }

  async enqueueMany(
    task: Produced | string,
    inputs: readonly unknown[],
    options?: EnqueueOptions,
  ): Promise<EnqueuedTask[]> {
    const template = templateOf(task, options);
    checkList(inputs, "inputs");
    const schema = typeof task === "string" ? undefined : task.input;
    if (schema !== undefined) {
      for (const input of inputs) await parseWith(schema, input, typeOf(task));
    }
    const tasks = inputs.map((input) => template(encodePayload(input), this.#newId));
    if (options !== undefined && isNamed(options)) checkTogether(tasks);
    return this.#addMany(tasks);
  }

  async enqueueAll(requests: readonly TaskRequest[]): Promise<EnqueuedTask[]> {
    checkList(requests, "requests");
    const tasks = requests.map((request, index) => {
      if (typeof request !== "object" || request === null) {
        throw invalidOption(`requests[${index}]`, request, "an object with a type and a payload");
      }
      const { type, payload, ...options } = request;
      return taskTemplate(type, options)(encodePayload(payload), this.#newId);
    });
    if (tasks.length === 1) return this.#addOne(tasks[0]!);
    if (requests.some(isNamed)) checkTogether(tasks);
    return this.#addMany(tasks);
  }

  /** The checks of an enqueue without options: most are of the same task as the one before. */
  #template(task: Produced | string): Template {
    if (this.#lastTask !== task) {
      this.#lastTemplate = templateOf(task);
      this.#lastTask = task;
    }
    return this.#lastTemplate!;
  }

  async #addOne(task: NewTask): Promise<EnqueuedTask[]> {
    if (this.#around !== undefined) return this.#through(this.#around, [task]);
    return [toEnqueued(task, await this.#batcher.add(task))];
  }

  async #addMany(tasks: readonly NewTask[]): Promise<EnqueuedTask[]> {
    if (this.#around !== undefined) return this.#through(this.#around, tasks);
    const answers: EnqueuedTask[] = [];
    for (const batch of batches(tasks)) {
      const results = await this.#add(batch);
      for (let index = 0; index < batch.length; index++) {
        answers.push(toEnqueued(batch[index]!, results[index]!));
      }
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
    return tasks.map((task, index) => {
      const result = results[index]!;
      return toEnqueued(sent.get(result.id) ?? sent.get(task.id) ?? task, result);
    });
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

function templateOf(task: Produced | string, options?: EnqueueOptions): Template {
  const definition = definitionOf(task); // before its type is read
  return taskTemplate(typeOf(task), options, definition);
}

function typeOf(task: Produced | string): string {
  return typeof task === "string" ? task : task.type;
}

/** Only what the caller names can be the same twice: new ids are not. */
function isNamed({ id, key }: EnqueueOptions): boolean {
  return id !== undefined || key !== undefined;
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
