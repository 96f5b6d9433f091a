/**
 * A producer process: `producer.ts URL LEDGER PARALLEL`. Adds tasks, `PARALLEL` at once, each with an id of its own that it
 * repeats until it is acknowledged. A line in the ledger for each answer: `ack`, `unknown` or `failed`, the id, since when
 * that id was tried, and when it was answered. Ends at SIGTERM, when what is under way has its acknowledgement.
 */
import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { hasCode, WindlassError, windlass } from "windlass";

const [url, ledger, parallel] = process.argv.slice(2) as [string, string, string];

/** Between two tasks of one lane: so that the workers keep up. */
const PACE_MS = 20;

await using queue = await windlass(url);
const stopping = new AbortController();
process.once("SIGTERM", () => stopping.abort());

async function lane(): Promise<void> {
  while (!stopping.signal.aborted) {
    const id = randomUUID();
    const since = Date.now();
    for (;;) {
      const what = await add(id);
      appendFileSync(ledger, `${what} ${id} ${since} ${Date.now()}\n`);
      if (what === "ack") break;
      await sleep(PACE_MS);
    }
    await sleep(PACE_MS);
  }
}

async function add(id: string): Promise<"ack" | "unknown" | "failed"> {
  try {
    await queue.enqueue("work", { ms: 10 }, { id, crashes: 1_000 });
    return "ack";
  } catch (error) {
    if (hasCode(error, "UNKNOWN")) return "unknown";
    if (error instanceof WindlassError && error.retriable) return "failed";
    throw error;
  }
}

process.stdout.write("ready\n");
await Promise.all(Array.from({ length: Number(parallel) }, lane));
