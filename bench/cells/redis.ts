/** Redis: the product beside the floor, BullMQ with both of its clients, and Bee-Queue, each on a server of its own. */
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@redis/client";
import { startRedis } from "../../scripts/redis-service.ts";
import { type Cell, Delivery, figure, type Payload, payload, rate, type Sample, timed } from "../cell.ts";
import { beeQueue } from "./redis-beequeue.ts";
import { bullmqOnIoredis, bullmqOnNodeRedis } from "./redis-bullmq.ts";
import { floor } from "./redis-floor.ts";
import { product } from "./redis-product.ts";
import { script } from "./redis-script.ts";
import type { MakeSystem, RedisSystem } from "./redis-system.ts";

const BULK = 1_000;
const CONCURRENCY = 64;
/** Before the clock starts, so that code is compiled, for every contestant alike: as long, or as many tasks. */
const WARM_UP_MS = 700;
const WARM_UP_TASKS = 10_000;
/** Tasks a second of the open loop: what the slowest contestant carries with ease. */
const OFFERED = 500;

const systems = {
  product,
  floor,
  script,
  bullmq: bullmqOnIoredis,
  "bullmq/node": bullmqOnNodeRedis,
  "bee-queue": beeQueue,
};

interface Bench {
  readonly system: RedisSystem;
  /** User and system time of the server so far, in ms. */
  readonly serverCpuMs: () => Promise<number>;
  /** Memory that the server uses, in bytes. */
  readonly usedMemory: () => Promise<number>;
}

/** A server without persistence, for one run of one contestant. */
async function onRedis(make: MakeSystem, work: (bench: Bench) => Promise<Sample>): Promise<Sample> {
  await using server = await startRedis();
  const probe = createClient({ url: server.url });
  await probe.connect();
  const info = async (section: string, field: string): Promise<number> => {
    const text = await probe.sendCommand<string>(["INFO", section]);
    return Number(new RegExp(`^${field}:(.*)$`, "m").exec(text)?.[1]);
  };
  try {
    const system = await make(server.port);
    try {
      return await work({
        system,
        serverCpuMs: async () =>
          ((await info("cpu", "used_cpu_user")) + (await info("cpu", "used_cpu_sys"))) * 1_000,
        usedMemory: () => info("memory", "used_memory"),
      });
    } finally {
      await system.close();
    }
  } finally {
    probe.destroy(); // before the server goes, also if a contestant cannot start: or its end hides why
  }
}

async function withServerCpu(bench: Bench, work: () => Promise<Sample>): Promise<Sample> {
  const before = await bench.serverCpuMs();
  const sample = await work();
  return { ...sample, serverCpuMs: (await bench.serverCpuMs()) - before };
}

async function fill(system: RedisSystem, size: number): Promise<void> {
  for (let from = 0; from < size; from += BULK) {
    await system.addMany(Array.from({ length: Math.min(BULK, size - from) }, (_, n) => payload(from + n)));
  }
}

async function warmUp(work: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + WARM_UP_MS;
  while (performance.now() < end) await work();
}

const enqueueBulk = (make: MakeSystem) => (size: number) => {
  const payloads = Array.from({ length: size }, (_, n) => payload(n));
  return onRedis(make, async (bench) => {
    await warmUp(() => bench.system.addMany(payloads.slice(0, BULK)));
    return withServerCpu(bench, () =>
      timed(size, async () => {
        for (let from = 0; from < size; from += BULK)
          await bench.system.addMany(payloads.slice(from, from + BULK));
      }),
    );
  });
};

/** 64 producers, each of which waits for its own enqueue before the next. */
function produce(system: RedisSystem, payloads: readonly Payload[]): Promise<unknown> {
  let next = 0;
  const producer = async () => {
    while (next < payloads.length) await system.add(payloads[next++]!);
  };
  return Promise.all(Array.from({ length: CONCURRENCY }, producer));
}

const enqueueConcurrently = (make: MakeSystem) => (size: number) => {
  const payloads = Array.from({ length: size }, (_, n) => payload(n));
  return onRedis(make, async (bench) => {
    await warmUp(() => produce(bench.system, payloads.slice(0, BULK)));
    return withServerCpu(bench, () => timed(size, () => produce(bench.system, payloads)));
  });
};

/** One producer that waits for each enqueue before the next. The median in us, because a producer feels that one. */
const enqueueOne = (make: MakeSystem) => (size: number) => {
  const payloads = Array.from({ length: size }, (_, n) => payload(n));
  return onRedis(make, async (bench) => {
    let next = 0;
    await warmUp(() => bench.system.add(payloads[next++ % size]!));
    const took = new Float64Array(size);
    const sample = await withServerCpu(bench, () =>
      timed(size, async () => {
        for (let n = 0; n < size; n++) {
          const start = performance.now();
          await bench.system.add(payloads[n]!);
          took[n] = (performance.now() - start) * 1_000;
        }
      }),
    );
    took.sort();
    return { ...sample, figures: { p50: took[size >> 1]! } };
  });
};

/**
 * Works off what waits; exact delivery is checked. The clock runs from the end of the warm-up to the last handler.
 * `backlog` stays behind.
 */
const drain =
  (make: MakeSystem, backlog = 0) =>
  (size: number) =>
    onRedis(make, async (bench) => {
      const tasks = WARM_UP_TASKS + size;
      await fill(bench.system, tasks + backlog);
      const delivery = new Delivery(tasks + backlog);
      const warm = Promise.withResolvers<void>();
      const done = Promise.withResolvers<void>();
      const stop = await bench.system.work(CONCURRENCY, ({ n }) => {
        delivery.tick(n);
        if (delivery.count === WARM_UP_TASKS) warm.resolve();
        if (delivery.count === tasks) done.resolve();
      });
      await warm.promise;
      const left = tasks - delivery.count;
      const sample = await withServerCpu(bench, () => timed(left, () => done.promise));
      await stop();
      return sample;
    });

const memory = (make: MakeSystem) => (size: number) =>
  onRedis(make, async (bench) => {
    const before = await bench.usedMemory();
    const sample = await timed(size, () => fill(bench.system, size));
    return { ...sample, figures: { bytes: ((await bench.usedMemory()) - before) / size } };
  });

/** Open loop: each task has its instant, and its latency counts from there, whether or not the generator kept up. */
const latency = (make: MakeSystem) => (size: number) =>
  onRedis(make, async (bench) => {
    const due = new Float64Array(size);
    const late: number[] = [];
    const delivery = new Delivery(size);
    const stop = await bench.system.work(CONCURRENCY, ({ n }) => {
      delivery.tick(n);
      late.push(performance.now() - due[n]!);
    });
    const sample = await timed(size, async () => {
      const start = performance.now() + 500;
      const sent: Promise<unknown>[] = [];
      for (let n = 0; n < size; n++) {
        due[n] = start + (n * 1_000) / OFFERED;
        while (performance.now() < due[n]!) await sleep(Math.max(0, due[n]! - performance.now() - 0.5));
        sent.push(bench.system.add(payload(n)));
      }
      await Promise.all(sent);
      await delivery.all;
    });
    await stop();
    late.sort((a, b) => a - b);
    const at = (part: number) => late[Math.min(size - 1, Math.floor(part * size))]!;
    return { ...sample, figures: { p50: at(0.5), p99: at(0.99) } };
  });

/** CPU of a worker that has nothing to do, as a part of one core. `size` is in milliseconds. */
const idle = (make: MakeSystem) => (size: number) =>
  onRedis(make, async ({ system, serverCpuMs }) => {
    const stop = await system.work(10, () => undefined);
    await sleep(1_500); // starting is not idling
    const server = await serverCpuMs();
    const sample = await timed(1, () => sleep(size));
    const serverMs = (await serverCpuMs()) - server;
    await stop();
    return {
      ...sample,
      figures: { idle: (100 * sample.cpuMs) / sample.wallMs, server: (100 * serverMs) / sample.wallMs },
    };
  });

function all(
  contestant: (make: MakeSystem) => (size: number) => Promise<Sample>,
  names: readonly (keyof typeof systems)[],
) {
  return Object.fromEntries(names.map((name) => [name, contestant(systems[name])]));
}

const everyone = ["product", "floor", "bullmq", "bullmq/node", "bee-queue"] as const;

const rates = [
  { text: "rate, of BullMQ's (ioredis)", against: "bullmq", figure: rate, atLeast: 10 },
  { text: "rate, of BullMQ's (node-redis)", against: "bullmq/node", figure: rate, atLeast: 10 },
  { text: "rate, of Bee-Queue's", against: "bee-queue", figure: rate, atLeast: 2 },
  { text: "rate, of the floor's", against: "floor", figure: rate, atLeast: 0.5 },
] as const;

export const redisCells: readonly Cell[] = [
  {
    name: "redis/enqueue-bulk",
    title: `Redis: enqueue in bulk of ${BULK}`,
    contestants: all(enqueueBulk, everyone),
    notQuick: ["bullmq/node"],
    size: 200_000,
    quickSize: 15_000,
    goals: rates,
  },
  {
    name: "redis/enqueue-64",
    title: "Redis: enqueue with 64 in flight",
    contestants: all(enqueueConcurrently, everyone),
    notQuick: ["bullmq/node"],
    size: 100_000,
    quickSize: 10_000,
    goals: rates,
  },
  {
    name: "redis/enqueue-one",
    title: "Redis: enqueue one at a time",
    contestants: all(enqueueOne, ["product", "script", "bullmq", "bee-queue"]),
    size: 20_000,
    quickSize: 5_000,
    goals: [
      { text: "median, of a bare script's", against: "script", figure: figure("p50"), atMost: 1.3 },
      { text: "median, of Bee-Queue's", against: "bee-queue", figure: figure("p50"), atMost: 1.5 },
    ],
  },
  {
    name: "redis/drain",
    title: `Redis: drain at concurrency ${CONCURRENCY}`,
    contestants: all(drain, everyone),
    notQuick: ["bullmq/node"],
    size: 100_000,
    quickSize: 10_000,
    goals: rates,
  },
  {
    name: "redis/memory",
    title: "Redis: memory per pending task",
    contestants: all(memory, ["product", "bullmq", "bee-queue"]),
    size: 200_000,
    quickSize: 30_000,
    goals: [{ text: "bytes, of BullMQ's", against: "bullmq", figure: figure("bytes"), atMost: 1 / 3 }],
  },
  {
    name: "redis/latency",
    title: `Redis: latency at ${OFFERED} tasks/s, open loop`,
    contestants: all(latency, ["product", "bullmq"]),
    size: 5_000,
    goals: [{ text: "p99, of BullMQ's", against: "bullmq", figure: figure("p99"), atMost: 0.5 }],
  },
  {
    name: "redis/backlog",
    title: "Redis: drain with 1 M tasks waiting, beside 10 k",
    contestants: { product: drain(product, 1_000_000), "10 k waiting": drain(product, 10_000) },
    size: 50_000,
    goals: [{ text: "rate, of that with 10 k", against: "10 k waiting", figure: rate, atLeast: 0.9 }],
  },
  {
    name: "redis/idle",
    title: "Redis: a worker with nothing to do",
    contestants: { product: idle(product) },
    size: 10_000,
    goals: [{ text: "% of a core", figure: figure("idle"), atMost: 0.5 }],
  },
];
