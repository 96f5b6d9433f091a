/** Bee-Queue at its best settings: nothing stored in the process, no events, finished jobs removed. */
import { importPeer } from "../peers.ts";
import type { Payload } from "../cell.ts";
import type { MakeSystem } from "./redis-system.ts";

interface Job {
  readonly data: Payload;
  save(): Promise<unknown>;
}

interface BeeQueue {
  createJob(data: Payload): Job;
  saveAll(jobs: readonly Job[]): Promise<Map<unknown, Error>>;
  process(concurrency: number, run: (job: Job) => Promise<void>): void;
  ready(): Promise<unknown>;
  close(timeoutMs: number): Promise<void>;
}

export const beeQueue: MakeSystem = async (port) => {
  const { default: Bee } = (await importPeer("bee-queue")) as {
    default: new (name: string, options: object) => BeeQueue;
  };
  const queue = (isWorker: boolean) =>
    new Bee("bench", {
      redis: { host: "127.0.0.1", port },
      isWorker,
      getEvents: false,
      sendEvents: false,
      storeJobs: false,
      removeOnSuccess: true,
      removeOnFailure: true,
    });
  const producer = queue(false);
  await producer.ready();
  return {
    async addMany(payloads) {
      const errors = await producer.saveAll(payloads.map((payload) => producer.createJob(payload)));
      if (errors.size > 0) throw new Error(`${errors.size} jobs were not saved`);
    },
    add: (payload) => producer.createJob(payload).save(),
    async work(concurrency, onTask) {
      const worker = queue(true);
      await worker.ready();
      worker.process(concurrency, async ({ data }) => onTask(data));
      return () => worker.close(5_000);
    },
    close: () => producer.close(5_000),
  };
};
