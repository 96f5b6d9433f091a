/** A task as a program sees it: payload and result are values, read from their text when they are first asked for. */
import { inspect } from "node:util";
import { invalidOption } from "../task/options.ts";
import { reading } from "../task/reading.ts";
import type { FailedAttempt, Task, TaskDetail } from "../task/task.ts";

type Fields = Omit<Task, "payload" | "result">;

/** Has every other field of the task as its own; a class that said so would name each. */
const WithFields = class {
  constructor(fields: Fields) {
    Object.assign(this, fields);
  }

  toJSON(): object {
    return Object.fromEntries(Object.entries(this));
  }
} as new (fields: Fields) => Fields & { toJSON(): object };

/** A copy, or fails with `INVALID_OPTION` for what is no task of a store. */
function fieldsOf(stored: Task): Task {
  if (typeof stored === "object" && stored !== null) return reading("the task", () => ({ ...stored }));
  throw invalidOption("the task", stored, "a task of a store");
}

/** What the client answers wherever it shows a task. Instants are ms since the epoch by the store's clock. */
export class TaskInfo extends WithFields {
  readonly #stored: Task;
  #payload: Parsed | undefined;
  #result: Parsed | undefined;

  constructor(stored: Task) {
    const { payload: _payload, result: _result, ...fields } = fieldsOf(stored);
    super(fields);
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
  override toJSON(): object {
    return { ...super.toJSON(), payload: this.payload, result: this.result };
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
