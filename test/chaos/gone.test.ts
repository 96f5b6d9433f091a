/** A server whose SQLite file is taken away under it while producers stream: what it answers 202 to is in a file that is there. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openStore } from "windlass";
import { startServer } from "./server.ts";

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly id: string | undefined;
}

async function enqueue(address: string): Promise<Answer> {
  const response = await fetch(`${address}/v1/tasks`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ type: "any" }),
  });
  const { id, code } = (await response.json()) as { readonly id?: string; readonly code?: string };
  return { status: response.status, code, id };
}

/** Answers what came in before the file went, and what was asked after it had gone. */
async function stream(address: string, takeAway: () => void) {
  const before: Answer[] = [];
  const after: Answer[] = [];
  let gone = false;
  const produce = async () => {
    while (after.length < 400) {
      const asked = gone ? after : before;
      asked.push(await enqueue(address));
      if (!gone && before.length >= 100) {
        takeAway();
        gone = true;
      }
    }
  };
  await Promise.all(Array.from({ length: 16 }, produce));
  return { before, after };
}

const STORIES: Readonly<Record<string, (path: string) => void>> = {
  removed: (path) => rmSync(path),
  "replaced by a restored backup": (path) => {
    renameSync(`${path}.backup`, path);
    for (const part of ["-wal", "-shm"]) rmSync(path + part);
  },
};

for (const [story, takeAway] of Object.entries(STORIES)) {
  test(`sqlite: of 400 enqueues after the file was ${story} none is acknowledged, and the server is not ready`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "windlass-chaos-"));
    const path = join(folder, "chaos.db");
    {
      await using store = await openStore(`sqlite:${path}`);
      await store.add([
        { id: "00000000-0000-7000-8000-000000000001", type: "any", queue: "q", payload: "1", priority: 5 },
      ]);
    }
    copyFileSync(path, `${path}.backup`);
    const servers = [await startServer(`sqlite:${path}`)];
    try {
      const [{ address, child }] = servers as [Awaited<ReturnType<typeof startServer>>];
      assert.equal((await fetch(`${address}/readyz`)).status, 200);
      const { before, after } = await stream(address, () => takeAway(path));
      assert.ok(before.some(({ status }) => status === 202));
      for (const answer of after) {
        assert.deepEqual(answer, { status: 503, code: "STORE_GONE", id: undefined });
      }
      const ready = await fetch(`${address}/readyz`);
      assert.equal(ready.status, 503);
      assert.equal(((await ready.json()) as { error: { code: string } }).error.code, "STORE_GONE");

      // As its supervisor would.
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
      const next = await startServer(`sqlite:${path}`);
      servers.push(next);
      const answer = await enqueue(next.address);
      assert.equal(answer.status, 202);
      assert.equal((await fetch(`${next.address}/readyz`)).status, 200);
      await using store = await openStore(`sqlite:${path}`);
      assert.equal((await store.get(answer.id!))?.state, "pending");
    } finally {
      for (const { child } of servers) child.kill("SIGKILL");
      rmSync(folder, { recursive: true });
    }
  });
}
