/**
 * A worker process to be killed: `worker.ts URL LEDGER CONCURRENCY [LEASE]`. Each run of a handler leaves two lines in the
 * ledger, which is opened for appending, so that lines of several processes do not tear each other.
 */
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { defineTask, type Duration, windlass } from "windlass";

const [url, ledger, concurrency, lease = "1s"] = process.argv.slice(2) as [string, string, string, Duration?];

const work = defineTask<{ ms: number; poison?: boolean }>({
  type: "work",
  async run({ id, token, input, signal }) {
    appendFileSync(ledger, `start ${id} ${token} ${process.pid} ${Date.now()}\n`);
    if (input.poison === true) process.kill(process.pid, "SIGKILL");
    await sleep(input.ms, undefined, { signal });
    appendFileSync(ledger, `end ${id} ${token} ${process.pid} ${Date.now()}\n`);
    return token;
  },
});

await using queue = await windlass(url);
const worker = queue.work([work], {
  concurrency: Number(concurrency),
  lease,
  maintainEvery: "200ms",
  shutdown: { timeout: "200ms", abort: "2s" },
});
const run = worker.run();
process.stdout.write("ready\n"); // from here on it listens to signals
await run;
