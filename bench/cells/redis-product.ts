/** Windlass on Redis, through its public API. */
import { defineTask, Client } from "windlass";
import { redisStore } from "windlass/stores/redis";
import type { Payload } from "../cell.ts";
import type { MakeSystem } from "./redis-system.ts";

export const product: MakeSystem = async (port) => {
  const store = redisStore({ url: `redis://127.0.0.1:${port}` });
  await store.open();
  const client = new Client(store);
  return {
    addMany: (payloads) => client.enqueueMany("bench", payloads),
    add: (payload) => client.enqueue("bench", payload),
    async work(concurrency, onTask) {
      const task = defineTask<Payload>({ type: "bench", run: ({ input }) => onTask(input) });
      const worker = client.work([task], {
        concurrency,
        signals: false,
        retention: { completed: { age: 0 } },
      });
      const run = worker.run();
      return async () => {
        await worker.stop();
        await run;
      };
    },
    close: () => client[Symbol.asyncDispose](),
  };
};
