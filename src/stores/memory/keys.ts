/** The idempotency keys of one queue: a key holds while its task is live or its window is open. */
import type { TaskKey } from "../../task/task.ts";
import { Heap } from "./heap.ts";

export interface KeyRecord {
  readonly value: string;
  readonly fingerprint: string;
  /** The task that stands. */
  readonly id: string;
  /** When the window closes. */
  readonly until: number;
  /** True while the task is neither terminal nor removed. */
  live: boolean;
  slot: number;
}

export class Keys {
  readonly #byValue = new Map<string, KeyRecord>();
  readonly #closing = new Heap<KeyRecord>((a, b) => a.until < b.until);

  /** Records that are kept, whether they still hold or not. */
  get size(): number {
    return this.#byValue.size;
  }

  /** Who holds this key now. */
  holder(value: string, now: number): KeyRecord | undefined {
    const record = this.#byValue.get(value);
    return record !== undefined && (record.live || now < record.until) ? record : undefined;
  }

  /** Gives a free key to a new task. */
  hold(key: TaskKey, id: string, now: number): KeyRecord {
    const { value, fingerprint, windowMs } = key;
    const record: KeyRecord = { value, fingerprint, id, until: now + windowMs, live: true, slot: -1 };
    this.#byValue.set(value, record);
    this.#closing.push(record);
    return record;
  }

  /** The task has ended or is gone: from here on the window alone holds the key. */
  end(record: KeyRecord, now: number): void {
    record.live = false;
    if (record.until <= now) this.#forget(record);
  }

  /** The task lives again. It gets its key back unless another task has it by now. */
  revive(record: KeyRecord): void {
    record.live = true;
    if (!this.#byValue.has(record.value)) this.#byValue.set(record.value, record);
  }

  /** Forgets up to `limit` keys whose window has closed; live ones are left to `end`. Answers how many it looked at. */
  expire(now: number, limit: number): number {
    let seen = 0;
    for (; seen < limit; seen++) {
      const record = this.#closing.top;
      if (record === undefined || record.until > now) break;
      this.#closing.remove(record);
      if (!record.live) this.#forget(record);
    }
    return seen;
  }

  #forget(record: KeyRecord): void {
    if (this.#byValue.get(record.value) === record) this.#byValue.delete(record.value);
  }
}
