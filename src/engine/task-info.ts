/** A task as a program sees it: payload and result are values, read from their text when they are first asked for. */
import { inspect } from "node:util";
import type { Headers } from "../task/headers.ts";
import type {
  DeadReason,
  FailedAttempt,
  Task,
  TaskDetail,
  TaskError,
  TaskKey,
  TaskState,
} from "../task/task.ts";

/** What the client answers wherever it shows a task. Instants are ms since the epoch by the store's clock. */
export class TaskInfo implements Omit<Task, "payload" | "result"> {
  declare readonly id: string;
  declare readonly type: string;
  declare readonly queue: string;
  /** 0 (first) to 9 (last). */
  declare readonly priority: number;
  declare readonly state: TaskState;
  declare readonly createdAt: number;
  /** When it may start, or might have started. */
  declare readonly runAt: number;
  /** Handler failures since it was added or last retried by hand. */
  declare readonly failures: number;
  /** Lost leases since it was added or last retried by hand. */
  declare readonly crashes: number;
  /** Retries after the first try; undefined: the worker's definition decides. */
  declare readonly retryLimit?: number | undefined;
  /** Lost leases that are forgiven. */
  declare readonly crashLimit: number;
  declare readonly key?: TaskKey["value"] | undefined;
  declare readonly headers?: Headers | undefined;
  /** Running: who has the lease, since when and until when. */
  declare readonly worker?: string | undefined;
  declare readonly startedAt?: number | undefined;
  declare readonly leaseUntil?: number | undefined;
  /** Running, and asked to stop: it will not run again. */
  declare readonly cancelRequested?: boolean | undefined;
  /** Terminal: since when. */
  declare readonly finishedAt?: number | undefined;
  declare readonly deadReason?: DeadReason | undefined;
  /** The last failure, whatever became of the task since. */
  declare readonly error?: TaskError | undefined;
  readonly #stored: Task;
  #payload: Parsed | undefined;
  #result: Parsed | undefined;

  constructor(stored: Task) {
    const { payload: _payload, result: _result, ...rest } = stored;
    Object.assign(this, rest);
    this.#stored = stored;
  }

  /** The payload, parsed; its text if that is not JSON. */
  get payload(): unknown {
    this.#payload ??= parse(this.#stored.payload);
    return this.#payload.value;
  }

  /** The payload as it is stored, to the letter: numbers may have more digits than a double holds. */
  get payloadText(): string {
    return this.#stored.payload;
  }

  /** What the handler returned, parsed; undefined if there is nothing, or it was not kept. */
  get result(): unknown {
    if (this.#stored.result === undefined) return undefined;
    this.#result ??= parse(this.#stored.result);
    return this.#result.value;
  }

  /** The result as it is stored. */
  get resultText(): string | undefined {
    return this.#stored.result;
  }

  /** All of it as plain data, with payload and result parsed. */
  toJSON(): object {
    return { ...this.#stored, payload: this.payload, result: this.result };
  }

  /** What `console.log` shows. */
  [inspect.custom](): object {
    return this.toJSON();
  }
}

/** A task with the attempts that did not succeed, oldest first. */
export class TaskDetailInfo extends TaskInfo {
  readonly attempts: readonly FailedAttempt[];

  constructor(stored: TaskDetail) {
    super(stored);
    this.attempts = stored.attempts;
  }
}

interface Parsed {
  readonly value: unknown;
}

function parse(text: string): Parsed {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { value: text };
  }
}
