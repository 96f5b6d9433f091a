/** A server that is killed in the middle of a stream of enqueues: what it acknowledged is there after the restart. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openStore } from "windlass";
import { startServer } from "./server.ts";
import { chaosStores } from "./stores.ts";

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
