/**
 * BullMQ at its best settings: finished jobs removed, the event stream kept short, no metrics, `addBulk` for many.
 * Both of its clients: ioredis, and node-redis through its adapter.
 */
import { importPeer } from "../peers.ts";
import type { Payload } from "../cell.ts";
import type { MakeSystem, RedisSystem } from "./redis-system.ts";

interface Job {
  readonly data: Payload;
}

interface BullMq {
  readonly Queue: new (
    name: string,
    options: object,
  ) => {
    add(name: string, data: Payload): Promise<unknown>;
    addBulk(jobs: readonly { name: string; data: Payload }[]): Promise<unknown>;
    waitUntilReady(): Promise<unknown>;
    close(): Promise<void>;
  };
  readonly Worker: new (
    name: string,
    run: (job: Job) => Promise<void>,
    options: object,
  ) => {
    waitUntilReady(): Promise<unknown>;
    close(): Promise<void>;
    on(event: "error", listener: (error: Error) => void): void;
  };
  readonly RedisConnection: { clientFactory?: (options: { host: string; port: number }) => object };
  createNodeRedisClient(client: object): object;
}

async function system(bull: BullMq, port: number): Promise<RedisSystem> {
  const connection = { host: "127.0.0.1", port, maxRetriesPerRequest: null };
  const queue = new bull.Queue("bench", {
    connection,
    skipMetasUpdate: true,
    streams: { events: { maxLen: 100 } },
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 4 },
  });
  await queue.waitUntilReady();
  return {
    addMany: (payloads) => queue.addBulk(payloads.map((data) => ({ name: "bench", data }))),
    add: (payload) => queue.add("bench", payload),
    async work(concurrency, onTask) {
      const worker = new bull.Worker("bench", async ({ data }) => onTask(data), {
        connection,
        concurrency,
        removeOnComplete: { count: 0 },
        removeOnFail: { count: 0 },
      });
      worker.on("error", (error) => {
        throw error;
      });
      await worker.waitUntilReady();
      return () => worker.close();
    },
    close: () => queue.close(),
  };
}

export const bullmqOnIoredis: MakeSystem = async (port) =>
  system((await importPeer("bullmq")) as BullMq, port);

export const bullmqOnNodeRedis: MakeSystem = async (port) => {
  const bull = (await importPeer("bullmq")) as BullMq;
  const redis = (await importPeer("redis")) as { createClient(options: object): object };
  bull.RedisConnection.clientFactory = ({ host, port: at }) =>
    bull.createNodeRedisClient(redis.createClient({ url: `redis://${host}:${at}` }));
  return system(bull, port);
};
