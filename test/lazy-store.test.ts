import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { lazyStore } from "../src/lazy-store.ts";

test("a lazy store is opened by the first call, once, and closed if it was", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "windlass-lazy-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "tasks.db");
  const store = lazyStore(`sqlite:${file}`);
  assert.equal(existsSync(file), false);
  const [queues, page] = await Promise.all([store.queues(), store.list({ limit: 1 })]);
  assert.deepEqual([queues, page.items], [[], []]);
  assert.equal(existsSync(file), true);
  await store[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  await assert.rejects(store.queues(), { code: "STORE_CLOSED" });
});

test("one that nobody called is not opened to be closed", async () => {
  const store = lazyStore("nowhere:");
  await store[Symbol.asyncDispose]();
});

test("one that cannot be opened says why, at each call", async () => {
  const store = lazyStore("nowhere:");
  await assert.rejects(store.queues(), { code: "INVALID_URL" });
  await assert.rejects(store.get("x"), { code: "INVALID_URL" });
  await store[Symbol.asyncDispose]();
});

test("every call of a store is passed on", async () => {
  const { memoryStore } = await import("../src/stores/memory/index.ts");
  const [lazy, real] = [lazyStore("memory:"), memoryStore()].map((store) => Object.keys(store).toSorted());
  assert.deepEqual(lazy, real);
});
