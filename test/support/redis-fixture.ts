/** What the tests of the Redis store share. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createClient } from "@redis/client";
import type { FullStore } from "../../src/store/facets.ts";
import type { Claim, Lease } from "../../src/store/store.ts";
import { redisStore, type RedisStoreOptions } from "../../src/stores/redis/index.ts";
import { type ErrorCode, hasCode } from "../../src/task/errors.ts";
import type { NewTask } from "../../src/task/task.ts";
import { freshPrefix } from "../services.ts";
import { matchesReference } from "./store-model.ts";

export function task(over: Partial<NewTask> = {}): NewTask {
  return { id: randomUUID(), type: "t", queue: "default", payload: "{}", priority: 5, ...over };
}

export function tasks(count: number, over: Partial<NewTask> = {}): NewTask[] {
  return Array.from({ length: count }, () => task(over));
}

export async function openStore(options: RedisStoreOptions): Promise<FullStore> {
  const store = redisStore(options);
  try {
    await store.open();
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
  return store;
}

export async function claim(store: FullStore, over: Partial<Claim> = {}): Promise<readonly Lease[]> {
  const request = { queues: ["default"], max: 1_000, leaseMs: 30_000, worker: "w", ...over };
  return (await store.exchange({ settle: [], claim: request })).leases;
}

export async function complete(store: FullStore, leases: readonly Lease[]): Promise<readonly string[]> {
  const outcome = { kind: "completed", keep: false } as const;
  const settle = leases.map(({ id, queue, token }) => ({ id, queue, token, outcome }));
  return (await store.exchange({ settle })).verdicts;
}

export async function rejectsWith(promise: Promise<unknown>, code: ErrorCode, message = /./): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(hasCode(error, code), `expected ${code}, got ${String(error)}`);
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /hunter2/);
    return true;
  });
}

/** Tries until it no longer fails with one of these codes: an outage heals when the next connection stands. */
export async function untilHealed<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!hasCode(error, "STORE_UNAVAILABLE") && !hasCode(error, "UNKNOWN")) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** A bare connection, to do what other programs may do. */
export async function raw(
  url: string,
): Promise<AsyncDisposable & { send(...args: string[]): Promise<unknown> }> {
  const client = createClient({ url, RESP: 2 });
  client.on("error", () => {});
  await client.connect();
  return {
    send: (...args) => client.sendCommand(args),
    [Symbol.asyncDispose]: async () => client.destroy(),
  };
}

/** Holds a Redis against the reference, story by story; `wrap` puts something between the stories and the store. */
export function matchesRedis(
  url: string,
  runs: number,
  wrap: (store: FullStore) => FullStore = (store) => store,
): Promise<void> {
  return matchesReference(
    async (clock) => wrap(await openStore({ url, prefix: freshPrefix(), timeShift: () => clock.now() })),
    { runs, exact: false },
  );
}
