/** SQLite with `synchronous=FULL`: the product beside the smallest correct program on the same file system. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { defineTask, Client } from "windlass";
import { sqliteStore } from "windlass/stores/sqlite";
import { type Cell, Delivery, figure, type Payload, payload, rate, type Sample, timed } from "../cell.ts";
import { type Floor, sqliteFloor } from "./sqlite-floor.ts";

const BULK = 1_000;
const CONCURRENCY = 64;

const task = (delivery: Delivery) =>
  defineTask<Payload>({
    type: "bench",
    run({ input }) {
      delivery.tick(input.n);
    },
  });

async function withProduct(work: (client: Client) => Promise<Sample>): Promise<Sample> {
  const folder = await mkdtemp(join(tmpdir(), "windlass-bench-"));
  try {
    const store = sqliteStore({ path: join(folder, "bench.db") });
    await store.open();
    await using client = new Client(store);
    return await work(client);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function withFloor(work: (floor: Floor) => Promise<Sample>): Promise<Sample> {
  const folder = await mkdtemp(join(tmpdir(), "windlass-bench-"));
  const floor = sqliteFloor(join(folder, "bench.db"));
  try {
    return await work(floor);
  } finally {
    floor.close();
    await rm(folder, { recursive: true });
  }
}

function productEnqueue(size: number): Promise<Sample> {
  const inputs = Array.from({ length: size }, (_, n) => payload(n));
  return withProduct((client) =>
    timed(size, async () => {
      for (let from = 0; from < size; from += BULK)
        await client.enqueueMany("bench", inputs.slice(from, from + BULK));
    }),
  );
}

function floorEnqueue(size: number): Promise<Sample> {
  const inputs = Array.from({ length: size }, (_, n) => payload(n));
  return withFloor((floor) =>
    timed(size, () => {
      for (let from = 0; from < size; from += BULK) {
        floor.enqueue(inputs.slice(from, from + BULK).map((input) => JSON.stringify(input)));
      }
    }),
  );
}

function productDrain(size: number): Promise<Sample> {
  return withProduct(async (client) => {
    const delivery = new Delivery(size);
    const definition = task(delivery);
    for (let from = 0; from < size; from += BULK) {
      await client.enqueueMany(
        definition,
        Array.from({ length: BULK }, (_, n) => payload(from + n)),
      );
    }
    const worker = client.work([definition], {
      concurrency: CONCURRENCY,
      signals: false,
      retention: { completed: { age: 0 } },
    });
    return timed(size, async () => {
      const run = worker.run();
      await delivery.all;
      await worker.stop(); // the last settlements are part of the work
      await run;
    });
  });
}

function floorDrain(size: number): Promise<Sample> {
  return withFloor(async (floor) => {
    for (let from = 0; from < size; from += BULK) {
      floor.enqueue(Array.from({ length: BULK }, (_, n) => JSON.stringify(payload(from + n))));
    }
    const delivery = new Delivery(size);
    return timed(size, () => {
      for (;;) {
        const { lease, tasks } = floor.claim(CONCURRENCY);
        if (tasks.length === 0) break;
        for (const { body } of tasks) delivery.tick((JSON.parse(body) as Payload).n);
        floor.settle(
          lease,
          tasks.map(({ rid }) => rid),
        );
      }
      return delivery.all;
    });
  });
}

/** CPU of a worker that has nothing to do, as a part of one core. `size` is in milliseconds. */
function productIdle(size: number): Promise<Sample> {
  return withProduct(async (client) => {
    const worker = client.work([task(new Delivery(1))], { signals: false });
    const run = worker.run();
    await sleep(1_000); // starting is not idling
    const sample = await timed(1, () => sleep(size));
    await worker.stop();
    await run;
    return { ...sample, figures: { idle: (100 * sample.cpuMs) / sample.wallMs } };
  });
}

export const sqliteCells: readonly Cell[] = [
  {
    name: "sqlite/enqueue",
    title: `SQLite FULL: enqueue in bulk of ${BULK}`,
    contestants: { product: productEnqueue, floor: floorEnqueue },
    size: 200_000,
    quickSize: 50_000,
    goals: [{ text: "rate, of the floor's", against: "floor", figure: rate, atLeast: 0.6 }],
  },
  {
    name: "sqlite/drain",
    title: `SQLite FULL: drain at concurrency ${CONCURRENCY}`,
    contestants: { product: productDrain, floor: floorDrain },
    size: 100_000,
    quickSize: 30_000,
    goals: [{ text: "rate, of the floor's", against: "floor", figure: rate, atLeast: 0.5 }],
  },
  {
    name: "sqlite/idle",
    title: "SQLite FULL: a worker with nothing to do",
    contestants: { product: productIdle },
    size: 10_000,
    quickSize: 4_000,
    goals: [{ text: "% of a core", figure: figure("idle"), atMost: 0.5 }],
  },
];
