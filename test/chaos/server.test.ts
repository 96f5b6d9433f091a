/** A server that is killed in the middle of a stream of enqueues: what it acknowledged is there after the restart. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { openStore } from "windlass";
import { chaosStores } from "./stores.ts";

const cli = join(import.meta.dirname, "../../src/cli/main.ts");

/** `windlass server` on a free port; answers its address. */
async function startServer(url: string): Promise<{ child: ChildProcess; address: string }> {
  const child = spawn(
    process.execPath,
    ["--conditions=windlass:source", cli, "server", "--url", url, "--port", "0", "--log-format", "json"],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
  }
  const address = await new Promise<string>((resolve, reject) => {
    const look = (line: string) => {
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(line);
      if (found !== null) resolve(found[0]);
    };
    createInterface({ input: child.stdout }).on("line", look);
    createInterface({ input: child.stderr }).on("line", look);
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { child, address };
}

for (const [name, open] of Object.entries(await chaosStores())) {
  test(`${name}: every 202 is there after kill -9 of the server during a stream of enqueues`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "windlass-chaos-"));
    await using backend = await open(folder);
    const acknowledged: string[] = [];
    try {
      for (let round = 0; round < 3; round++) {
        const { child, address } = await startServer(backend.url);
        const before = acknowledged.length;
        const produce = async () => {
          for (;;) {
            const response = await fetch(`${address}/v1/tasks`, {
              method: "POST",
              headers: { "content-type": "application/json" },
              body: JSON.stringify({ type: "any", payload: acknowledged.length }),
            });
            assert.equal(response.status, 202);
            acknowledged.push(((await response.json()) as { id: string }).id);
            if (acknowledged.length === before + 200) child.kill("SIGKILL");
          }
        };
        const gone = once(child, "exit");
        // Each producer ends with the connection that the kill tears.
        const ends = await Promise.allSettled(Array.from({ length: 16 }, produce));
        await gone;
        for (const end of ends) {
          assert.equal(end.status, "rejected");
          assert.ok(end.reason instanceof TypeError, String(end.reason)); // fetch: the connection broke
        }
      }
      await using store = await openStore(backend.url);
      for (const id of acknowledged) assert.equal((await store.get(id))?.state, "pending", id);
      assert.ok(acknowledged.length >= 600);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}
