import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { registerStore } from "../src/store/driver.ts";
import { FACETS } from "../src/store/facets.ts";
import type { Store } from "../src/store/store.ts";
import { lazyStore } from "../src/lazy-store.ts";
import { queuesOf } from "./support/queues-of.ts";

test("a lazy store is opened by the first call, once, and closed if it was", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "windlass-lazy-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "tasks.db");
  const store = lazyStore(`sqlite:${file}`);
  assert.equal(existsSync(file), false);
  const [queues, page] = await Promise.all([queuesOf(store), store.list({ limit: 1 })]);
  assert.deepEqual([queues, page.items], [[], []]);
  assert.equal(existsSync(file), true);
  await store[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  await assert.rejects(queuesOf(store), { code: "STORE_CLOSED" });
});

test("one that nobody called is not opened to be closed", async () => {
  const store = lazyStore("nowhere:");
  await store[Symbol.asyncDispose]();
});

test("one that cannot be opened says why, at each call", async () => {
  const store = lazyStore("nowhere:");
  await assert.rejects(queuesOf(store), { code: "INVALID_URL" });
  await assert.rejects(store.get("x"), { code: "INVALID_URL" });
  await store[Symbol.asyncDispose]();
});

test("every call of a store is passed on", async () => {
  const { memoryStore } = await import("../src/stores/memory/index.ts");
  const [lazy, real] = [lazyStore("memory:"), memoryStore()].map((store) => Object.keys(store).toSorted());
  assert.deepEqual(lazy, real);
});

test("a call that needs what the store lacks is told so, and the rest goes on", async (t) => {
  const { memoryStore } = await import("../src/stores/memory/index.ts");
  registerStore({
    schemes: ["tiny"],
    forms: "tiny:",
    make: async () => {
      const beyond: readonly string[] = Object.values(FACETS).flat();
      const store = memoryStore();
      return Object.assign(
        Object.fromEntries(
          Object.entries(store).filter(([verb]) => !beyond.includes(verb)),
        ) as unknown as Store,
        { [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() },
      );
    },
  });
  const store = lazyStore("tiny:");
  t.after(() => store[Symbol.asyncDispose]());
  const calls: (() => Promise<unknown>)[] = [
    () => store.get("x"),
    () => store.list({ limit: 1 }),
    () => queuesOf(store),
    () => store.queue("q"),
    () => store.activity({ queues: ["q"], minutes: 1 }),
    () => store.act([{ id: "x" }], "retry"),
    () => store.edit({ id: "x" }, { priority: 1 }),
    () => store.pause("q"),
    () => store.resume("q"),
    () => store.purge("q", ["pending"]),
  ];
  for (const call of calls) await assert.rejects(call(), { code: "STORE_UNSUPPORTED" });
  assert.deepEqual(await store.add([]), []);
});
