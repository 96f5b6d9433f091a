/** What a contestant of the Redis cells can do, whatever queue it is. */
import type { Payload } from "../cell.ts";

export interface RedisSystem {
  /** One call, in whatever way the system adds many at once best. */
  addMany(payloads: readonly Payload[]): Promise<unknown>;
  add(payload: Payload): Promise<unknown>;
  /** Begins to run tasks, `concurrency` at once, finished ones removed. Answers how to stop. */
  work(concurrency: number, onTask: (payload: Payload) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** A contestant, made on an empty Redis of its own. */
export type MakeSystem = (port: number) => Promise<RedisSystem>;
