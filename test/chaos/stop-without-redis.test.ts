/** SIGTERM ends a worker, and closing ends a client, also when Redis is dead or stands still: every step has a deadline. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { windlass } from "windlass";
import { startRedis, startRedisCluster } from "../../scripts/redis-service.ts";
import { raw } from "../support/redis-fixture.ts";
import { redisForTests } from "../services.ts";

/** The worker's own: 0.2 s for what runs, 2 s for what was told to stop, 1 s to say it; the rest is for closing. */
const LONGEST_MS = 6_000;

interface Away {
  readonly url: string;
  /** Settles when the worker listens. */
  readonly listening: () => Promise<unknown>;
  readonly goAway: () => Promise<void>;
}

if ((await redisForTests()) !== undefined) {
  for (const how of ["frozen", "killed"] as const) {
    test(`a worker whose Redis is ${how} leaves with 0 when it is told to, idle and busy`, async () => {
      for (const busy of [false, true]) {
        await using server = await startRedis();
        const { code, ms } = await stopped(
          {
            url: server.url,
            listening: () => listened(server.url),
            goAway: async () => (how === "frozen" ? server.service.freeze() : server.service.kill()),
          },
          busy,
        );
        assert.equal(code, 0);
        assert.ok(ms < LONGEST_MS, `${ms} ms`);
      }
    });
  }

  test("a worker of a cluster leaves when one node is frozen, and when all are", async () => {
    await using cluster = await startRedisCluster();
    const nodes = cluster.nodes.slice(0, 3);
    for (const count of [1, 3]) {
      const { code, ms } = await stopped(
        {
          url: cluster.url,
          listening: () => Promise.any(cluster.nodes.map(({ url }) => listened(url))),
          goAway: async () => nodes.slice(0, count).forEach(({ service }) => service.freeze()),
        },
        true,
      );
      for (const { service } of nodes) service.thaw();
      assert.equal(code, 0);
      assert.ok(ms < LONGEST_MS, `${ms} ms`);
    }
  });

  test("a client with work under way closes while its Redis stands still", async () => {
    await using server = await startRedis();
    const client = await windlass(server.url);
    client.housekeeping({ maintainEvery: "100ms" }).start();
    await client.enqueue("t", 1);
    server.service.freeze();
    const adding = client.enqueue("t", 2).catch((error: unknown) => error);
    const began = performance.now();
    await client.close();
    assert.ok(performance.now() - began < 12_000, `${performance.now() - began} ms`);
    assert.ok((await adding) instanceof Error);
  });
}

/** Starts a worker, takes its Redis away, and tells it to stop. */
async function stopped(
  { url, listening, goAway }: Away,
  busy: boolean,
): Promise<{ readonly code: number | null; readonly ms: number }> {
  const folder = await mkdtemp(join(tmpdir(), "windlass-stop-"));
  const ledger = join(folder, "ledger");
  const program = join(import.meta.dirname, "worker.ts");
  const child: ChildProcess = spawn(
    process.execPath,
    ["--conditions=windlass:source", program, url, ledger, "4"],
    {
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  try {
    await once(child.stdout!, "data");
    await listening();
    if (busy) {
      await using client = await windlass(url);
      await client.enqueue("work", { ms: 60_000 });
      while ((await client.queue("default"))?.counts.running !== 1);
    }
    await goAway();
    const exit = once(child, "exit") as Promise<[number | null]>;
    const began = performance.now();
    child.kill("SIGTERM");
    const hung = setTimeout(() => child.kill("SIGKILL"), 60_000);
    const [code] = await exit;
    clearTimeout(hung);
    return { code, ms: performance.now() - began };
  } finally {
    child.kill("SIGKILL");
    await rm(folder, { recursive: true });
  }
}

/** Until somebody listens at this server. */
async function listened(url: string): Promise<void> {
  await using connection = await raw(url);
  for (;;) {
    const channels = (await connection.send("PUBSUB", "CHANNELS")) as string[];
    if (channels.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
