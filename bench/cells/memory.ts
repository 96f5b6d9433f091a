/** The memory store behind the whole public API: what our own code costs, whatever the store. */
import { defineTask, Client } from "windlass";
import { memoryStore } from "windlass/stores/memory";
import { type Cell, cpuPerTask, Delivery, type Payload, payload, type Sample, timed } from "../cell.ts";

/** Tasks that wait at once: a producer that is a little ahead of its worker. */
const WAVE = 5_000;

async function product(size: number): Promise<Sample> {
  const store = memoryStore();
  await using client = new Client(store);
  const inputs = Array.from({ length: size }, (_, n) => payload(n));
  const delivery = new Delivery(size);
  let wave = Promise.withResolvers<void>();
  const task = defineTask<Payload>({
    type: "bench",
    run({ input }) {
      delivery.tick(input.n);
      if (delivery.count % WAVE === 0) wave.resolve();
    },
  });
  const worker = client.work([task], {
    concurrency: 64,
    signals: false,
    retention: { completed: { age: 0 } },
  });
  const run = worker.run();
  const sample = await timed(size, async () => {
    for (let from = 0; from < size; from += WAVE) {
      wave = Promise.withResolvers();
      await client.enqueueMany(task, inputs.slice(from, from + WAVE));
      await wave.promise;
    }
    await delivery.all;
  });
  await worker.stop();
  await run;
  return sample;
}

export const memoryCells: readonly Cell[] = [
  {
    name: "memory/lifecycle",
    title: "memory: enqueueMany, run at concurrency 64, settle",
    contestants: { product },
    size: 400_000,
    quickSize: 100_000,
    goals: [{ text: "CPU µs per task", figure: cpuPerTask, atMost: 3.3 }],
  },
];
