/** What a program holds: it adds tasks, runs them, looks at them and changes them, in every queue of one store. */
import { checkStore } from "../store/check.ts";
import type { Administrable, Inspectable, QueueInfo, QueuePage } from "../store/facets.ts";
import type { Store } from "../store/store.ts";
import { WindlassError } from "../task/errors.ts";
import type { Act } from "../task/life.ts";
import type { TaskRef, TaskState } from "../task/task.ts";
import {
  type ActAnswer,
  actOn,
  editTask,
  pauseQueue,
  purgeQueue,
  resumeQueue,
  type TaskChange,
} from "./administration.ts";
import { type ClientOptions, toClientTools } from "./client-options.ts";
import { checkDefinitions, type TaskDefinition } from "./definition.ts";
import {
  figures,
  findQueue,
  getTask,
  listQueues,
  listTasks,
  type QueueListQuery,
  type Stats,
  type StatsQuery,
  type TaskInfoPage,
  type TaskQuery,
} from "./inspection.ts";
import type { EnqueueArguments, ManyOptions, Payload, TaskInput, TaskOrType } from "./enqueue-types.ts";
import type { EnqueuedTask } from "./enqueued.ts";
import { harmlessLogger } from "./logger.ts";
import { composeEnqueue } from "./middleware.ts";
import { observedStore } from "./observed-store.ts";
import { Producer } from "./producer.ts";
import type { EnqueueOptions, TaskRequest } from "./request.ts";
import type { Service } from "./service.ts";
import { housekeeping, type HousekeepingOptions, together, toSettings } from "./services.ts";
import type { TaskDetailInfo, TaskInfo } from "./task-info.ts";
import { orFail, within } from "./within.ts";
import { Worker } from "./worker.ts";
import type { WorkerTools } from "./worker-tools.ts";
import type { WorkOptions } from "./work-options.ts";

/** How long a close waits for enqueues under way. A call of Redis with its wait for disks takes up to 8 s before it fails. */
const ENQUEUES_MS = 10_000;

/** How long closing the store may take. */
const STORE_MS = 5_000;

/** One task, or several. What the client answers has an id and a queue, and can be given as it is. */
type OneOrMore = string | TaskRef | readonly (string | TaskRef)[];

/** A client of a store that has this facet: without it the call does not compile, and fails with `STORE_UNSUPPORTED`. */
type Inspecting = Client<Store & Inspectable>;
type Administering = Client<Store & Administrable>;
type Controlling = Client<Store & Inspectable & Administrable>;

/**
 * A client of one store. Looking at tasks and changing them by hand is there if the store can do it, by its type:
 * what it cannot do does not compile. Every call fails with `STORE_CLOSED` after `close`, and with another `STORE_…`
 * code or `UNKNOWN` when the store does.
 */
export class Client<S extends Store = Store> implements AsyncDisposable {
  /** The store behind it. It takes no options and checks without telling where; use the client's own calls. */
  readonly store: S;
  /** The same, with every call told of. */
  readonly #observed: S;
  readonly #tools: WorkerTools;
  readonly #producer: Producer;
  readonly #workers = new Set<Worker>();
  readonly #services: Service[] = [];

  /** `store` is open. Closing the client closes it. Fails with `INVALID_OPTION` or `UNKNOWN_OPTION`. */
  constructor(store: S, options: ClientOptions = {}) {
    checkStore(store);
    const { clock, random, logger, run, enqueue } = toClientTools(options);
    this.store = store;
    this.#observed = observedStore(store, clock);
    this.#tools = { clock, random, logger: harmlessLogger(logger), middleware: run };
    this.#producer = new Producer(this.#observed, { clock, random, around: composeEnqueue(enqueue) });
  }

  // --- adding and running -----------------------------------------------------------------------------------------

  /**
   * Adds one task; resolves when it is written. Enqueues that are made without waiting for each other share calls of
   * the store. Fails with the codes of `EnqueueOptions`' checks, `INVALID_PAYLOAD`, `PAYLOAD_TOO_LARGE`,
   * `KEY_CONFLICT`, a `STORE_…` code (nothing was written), or `UNKNOWN` (repeat with the same `id` or `key`).
   */
  enqueue<Task extends TaskDefinition | string, Given = unknown>(
    task: Task & TaskOrType<Task>,
    ...input: EnqueueArguments<TaskInput<Task, Given>>
  ): Promise<EnqueuedTask>;
  enqueue(task: TaskDefinition | string, input?: unknown, options?: EnqueueOptions): Promise<EnqueuedTask> {
    return held(this).#producer.enqueue(task, input, options);
  }

  /**
   * Adds a task for each input: one round trip per 1,000. The options are those of all, or a function that answers those of
   * each: `(input) => ({ key: input.id })`. If one is refused, nothing is added, and the error names it (`inputs[3]: …`). A
   * call of the store that fails half-way leaves the earlier thousands added.
   */
  enqueueMany<Task extends TaskDefinition | string, Given = unknown>(
    task: Task & TaskOrType<Task>,
    inputs: readonly Payload<TaskInput<Task, Given>>[],
    options?: ManyOptions<TaskInput<Task, Given>>,
  ): Promise<EnqueuedTask[]>;
  enqueueMany(
    task: TaskDefinition | string,
    inputs: readonly unknown[],
    options?: ManyOptions<unknown>,
  ): Promise<EnqueuedTask[]> {
    return held(this).#producer.enqueueMany(task, inputs, options);
  }

  /**
   * Adds tasks of any type, as the HTTP API and the command line do. All are checked before any is added, also against
   * each other: two of one key or of one id have to be the same task (`KEY_CONFLICT`). Answers `duplicate: true` for what was
   * there; fails with `KEY_CONFLICT` if a key or an id stands for another task of an earlier call, which is found out only
   * when the others are added.
   */
  enqueueAll(requests: readonly TaskRequest[]): Promise<EnqueuedTask[]> {
    return held(this).#producer.enqueueAll(requests);
  }

  /**
   * A worker for these tasks on this store; it starts with `run()`. Fails with `INVALID_DEFINITION`, `INVALID_OPTION`,
   * `INVALID_NAME` or `UNKNOWN_OPTION`.
   */
  work(tasks: readonly TaskDefinition[], options: WorkOptions = {}): Worker {
    const client = held(this);
    checkDefinitions(tasks);
    const worker = new Worker(client.#observed, tasks, options, client.#tools);
    client.#workers.add(worker);
    return worker;
  }

  /**
   * What keeps the store in order beside the tasks: due tasks, expired leases, retention. Every worker brings its own; a
   * process without one starts this, so that the store is looked after while no worker runs. Ends with the client.
   * Fails with `INVALID_OPTION` or `UNKNOWN_OPTION`.
   */
  housekeeping(options: HousekeepingOptions = {}): Service {
    const client = held(this);
    const service = housekeeping({ ...client.#tools, store: client.#observed, ...toSettings(options) });
    client.#services.push(service);
    return service;
  }

  // --- looking ----------------------------------------------------------------------------------------------------

  /**
   * A task with its failed attempts; undefined if it is not there. A store that keeps each queue apart (Redis) finds it
   * faster if its queue is named. Fails with `INVALID_ID`, `INVALID_NAME` or `UNKNOWN_OPTION`.
   */
  get(
    this: Inspecting,
    id: string,
    options: { readonly queue?: string | undefined } = {},
  ): Promise<TaskDetailInfo | undefined> {
    return getTask(held(this).#observed, id, options);
  }

  /**
   * A page of the tasks that match, newest first where the store can. Fails with `INVALID_OPTION`, `UNKNOWN_OPTION`,
   * `INVALID_NAME`, or `INVALID_CURSOR` for a cursor that is not from an answer to the same query.
   */
  list(this: Inspecting, query: TaskQuery = {}): Promise<TaskInfoPage> {
    return listTasks(held(this).#observed, query);
  }

  /**
   * The queues that were ever added to or paused and not purged away, by name, a page at a time: 100 unless a `limit` of up to 500
   * says otherwise. Counts are exact at rest. Fails with `INVALID_OPTION`, `UNKNOWN_OPTION`, or `INVALID_CURSOR`.
   */
  queues(this: Inspecting, query: QueueListQuery = {}): Promise<QueuePage> {
    return listQueues(held(this).#observed, query);
  }

  /** One of them; undefined if it is not listed. Fails with `INVALID_NAME`. */
  queue(this: Inspecting, name: string): Promise<QueueInfo | undefined> {
    return findQueue(held(this).#observed, name);
  }

  /**
   * Tasks per state and per queue, and what happened in each of the last minutes (1 to 1,440, the running one included;
   * default 60). The figures are of the queues of one page. With up to 500 queues, which is the default `limit` and the highest,
   * that is all of them; beyond that `nextCursor` says that they are of a part. Fails with `INVALID_OPTION`, `UNKNOWN_OPTION`,
   * or `INVALID_CURSOR`.
   */
  stats(this: Inspecting, query: StatsQuery = {}): Promise<Stats> {
    return figures(held(this).#observed, query);
  }

  // --- changing by hand -------------------------------------------------------------------------------------------

  /**
   * Gives dead tasks a new life: pending, with whole budgets. One task is answered as it is then, or the call fails with
   * `TASK_NOT_FOUND` or `WRONG_STATE`; several get an answer each, in order, and what is refused does not stop the others.
   * 1,000 of a queue are one call of the store; one that fails leaves the earlier ones done. Also fails with `INVALID_ID`.
   */
  retry(this: Administering, task: string | TaskRef): Promise<TaskInfo>;
  retry(this: Administering, tasks: readonly (string | TaskRef)[]): Promise<readonly ActAnswer[]>;
  retry(this: Administering, tasks: OneOrMore): Promise<TaskInfo | readonly ActAnswer[]> {
    return held(this).#act("retry", tasks);
  }

  /** Cancels waiting tasks, and asks running ones to stop. Answers and fails as `retry` does. */
  cancel(this: Administering, task: string | TaskRef): Promise<TaskInfo>;
  cancel(this: Administering, tasks: readonly (string | TaskRef)[]): Promise<readonly ActAnswer[]>;
  cancel(this: Administering, tasks: OneOrMore): Promise<TaskInfo | readonly ActAnswer[]> {
    return held(this).#act("cancel", tasks);
  }

  /** Makes scheduled and retrying tasks pending. Answers and fails as `retry` does. */
  runNow(this: Administering, task: string | TaskRef): Promise<TaskInfo>;
  runNow(this: Administering, tasks: readonly (string | TaskRef)[]): Promise<readonly ActAnswer[]>;
  runNow(this: Administering, tasks: OneOrMore): Promise<TaskInfo | readonly ActAnswer[]> {
    return held(this).#act("runNow", tasks);
  }

  /** Removes tasks that are not running, and answers them as they were. Fails as `retry` does. */
  remove(this: Administering, task: string | TaskRef): Promise<TaskInfo>;
  remove(this: Administering, tasks: readonly (string | TaskRef)[]): Promise<readonly ActAnswer[]>;
  remove(this: Administering, tasks: OneOrMore): Promise<TaskInfo | readonly ActAnswer[]> {
    return held(this).#act("remove", tasks);
  }

  /**
   * Changes a waiting task and answers it. A new time makes it scheduled (a retrying one stays retrying), or pending if
   * that time is past. Fails with `TASK_NOT_FOUND`, `WRONG_STATE`, `INVALID_ID`, `INVALID_OPTION` (also if there is
   * nothing to change), `UNKNOWN_OPTION`, `INVALID_PAYLOAD` or `PAYLOAD_TOO_LARGE`.
   */
  edit(this: Administering, task: string | TaskRef, change: TaskChange): Promise<TaskInfo> {
    return editTask(held(this).#observed, task, change);
  }

  /** Stops claims from a queue, and makes it known; what runs goes on. Fails with `INVALID_NAME`. */
  pause(this: Controlling, queue: string): Promise<QueueInfo> {
    return pauseQueue(held(this).#observed, queue);
  }

  /** Lets a paused queue be claimed from again. Fails with `QUEUE_NOT_FOUND` or `INVALID_NAME`. */
  resume(this: Controlling, queue: string): Promise<QueueInfo> {
    return resumeQueue(held(this).#observed, queue);
  }

  /**
   * Removes the tasks of a queue that are in these states, by default all that wait (`pending`, `scheduled`, `retrying`),
   * and answers how many. Fails with `QUEUE_NOT_FOUND`, `INVALID_NAME`, `UNKNOWN_OPTION`, or `INVALID_OPTION` for
   * `running`: what runs must end first.
   */
  purge(
    this: Controlling,
    queue: string,
    options: { readonly states?: readonly TaskState[] | undefined } = {},
  ): Promise<number> {
    return purgeQueue(held(this).#observed, queue, options);
  }

  #act(what: Act, tasks: OneOrMore): Promise<TaskInfo | readonly ActAnswer[]> {
    return actOn(this.#observed, what, tasks);
  }

  // --- the end ----------------------------------------------------------------------------------------------------

  /**
   * Stops its workers and housekeeping, waits for enqueues under way, and closes the store. Idempotent. Takes no longer than the
   * stops of its workers and 16 s: 1 s for housekeeping, 10 s for enqueues, 5 s for the store. An enqueue that has no answer by
   * then fails with `UNKNOWN`, or with `STORE_CLOSED` if it was not sent.
   */
  async close(): Promise<void> {
    const { clock, logger } = held(this).#tools;
    await Promise.all([...this.#workers].map((worker) => worker[Symbol.asyncDispose]()));
    await together(this.#services, logger).stop();
    await within(this.#producer.idle(), ENQUEUES_MS, clock);
    this.#producer.abandon();
    await orFail(this.store[Symbol.asyncDispose](), STORE_MS, clock);
  }

  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** The client of a method that was called as one: `const { enqueue } = client` leaves it behind. */
function held<S extends Store>(client: Client<S>): Client<S> {
  if (client instanceof Client) return client;
  throw new WindlassError(
    "INVALID_OPTION",
    "a method of the client was called without it; expected client.enqueue(…), not enqueue(…)",
    { remedy: "Call it on the client, or bind it: const enqueue = client.enqueue.bind(client)." },
  );
}
