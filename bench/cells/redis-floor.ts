/**
 * The floor on Redis: the smallest correct program. A hash of bodies, a list of ready ids, a sorted set of leases;
 * plain variadic commands in pipelines, batches of 100 as research has them, no ids, states, counts or retries.
 */
import { createClient } from "@redis/client";
import { type Payload } from "../cell.ts";
import type { MakeSystem } from "./redis-system.ts";

const LEASE_MS = 30_000;

export const floor: MakeSystem = async (port) => {
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  await client.connect();
  let lastId = 0;

  async function addMany(payloads: readonly Payload[]): Promise<void> {
    const hset = ["HSET", "t"];
    const rpush = ["RPUSH", "r"];
    for (const payload of payloads) {
      const id = String((lastId += 1));
      hset.push(id, JSON.stringify(payload));
      rpush.push(id);
    }
    await Promise.all([client.sendCommand(hset), client.sendCommand(rpush)]);
  }

  /** Claims with two round trips, because the ids that LPOP answers are what HMGET asks for. */
  async function claim(max: number): Promise<{ ids: string[]; bodies: string[] }> {
    const ids = await client.sendCommand<string[] | null>(["LPOP", "r", String(max)]);
    if (ids === null) return { ids: [], bodies: [] };
    const until = String(performance.now() + LEASE_MS);
    const [bodies] = await Promise.all([
      client.sendCommand<string[]>(["HMGET", "t", ...ids]),
      client.sendCommand(["ZADD", "l", ...ids.flatMap((id) => [until, id])]),
    ]);
    return { ids, bodies };
  }

  let batch: Payload[] = [];
  let flushed: Promise<void> | undefined;

  return {
    addMany,
    /** Concurrent adds share a pipeline, which is what anybody would do by hand. */
    add(payload) {
      batch.push(payload);
      flushed ??= new Promise((resolve, reject) => {
        setImmediate(() => {
          const payloads = batch;
          batch = [];
          flushed = undefined;
          addMany(payloads).then(resolve, reject);
        });
      });
      return flushed;
    },
    async work(concurrency, onTask) {
      const stop = new AbortController();
      const loop = (async () => {
        while (!stop.signal.aborted) {
          const { ids, bodies } = await claim(concurrency);
          if (ids.length === 0) {
            await new Promise((resolve) => setTimeout(resolve, 1));
            continue;
          }
          for (const body of bodies) onTask(JSON.parse(body) as Payload);
          await Promise.all([
            client.sendCommand(["ZREM", "l", ...ids]),
            client.sendCommand(["HDEL", "t", ...ids]),
          ]);
        }
      })();
      return async () => {
        stop.abort();
        await loop;
      };
    },
    async close() {
      client.destroy();
    },
  };
};
