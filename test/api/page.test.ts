/** Pages of heavy tasks are shorter, and no task is left out or shown twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FullStore, TaskFilter } from "../../src/store/facets.ts";
import { memoryStore } from "../../src/stores/memory/index.ts";
import { pageOfTasks } from "../../src/api/page.ts";
import { fixture } from "./fixture.ts";

/** A store that notes what was asked of it, and the most characters of payloads that one answer held. */
function noting(): { store: FullStore; asked: TaskFilter[]; heaviest: () => number } {
  const inner = memoryStore();
  const asked: TaskFilter[] = [];
  let heaviest = 0;
  const list: FullStore["list"] = async (filter) => {
    asked.push(filter);
    const page = await inner.list(filter);
    heaviest = Math.max(
      heaviest,
      page.items.reduce((sum, { payload }) => sum + payload.length, 0),
    );
    return page;
  };
  return { store: { ...inner, list }, asked, heaviest: () => heaviest };
}

test("a page of light tasks is whole, and takes two calls; a small one takes one", async () => {
  const { store, asked } = noting();
  await using w = fixture(store);
  await w.client.enqueueMany(
    "job",
    Array.from({ length: 600 }, (_, n) => n),
  );
  assert.equal((await pageOfTasks(w.client, { limit: 500 })).items.length, 500);
  assert.equal(asked.length, 2);
  assert.equal((await pageOfTasks(w.client, {})).items.length, 50);
  assert.equal(asked.length, 4);
  assert.equal((await pageOfTasks(w.client, { limit: 8 })).items.length, 8);
  assert.equal(asked.length, 5);
});

test("a page is bounded by what it shows and by what is read for it; the next one goes on", async () => {
  const { store, heaviest } = noting();
  await using w = fixture(store);
  for (const [type, length, count, atMost] of [
    ["shown", 4_000, 600, 300], // 1 MiB of what is shown
    ["omitted", 1_000_000, 60, 17], // 16 MiB of what is read
  ] as const) {
    const ids = new Set<string>();
    for (let n = 0; n < count; n += 20) {
      const added = await w.client.enqueueMany(
        type,
        Array.from({ length: 20 }, () => "x".repeat(length)),
      );
      for (const { id } of added) ids.add(id);
    }
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await pageOfTasks(w.client, { type, limit: 500, cursor });
      assert.ok(page.items.length > 0 && page.items.length <= atMost, `${page.items.length} on a page`);
      for (const { id } of page.items) assert.ok(ids.delete(id), "shown twice");
      cursor = page.nextCursor;
      pages += 1;
    } while (cursor !== undefined);
    assert.equal(ids.size, 0, "left out");
    assert.ok(pages > 1);
  }
  assert.ok(heaviest() < 10_000_000, String(heaviest()));
});

test("a page of which one part lacks something lacks it", async () => {
  const { store } = noting();
  let nth = 0;
  const list: FullStore["list"] = async (filter) => {
    const page = await store.list(filter);
    return (nth += 1) === 1 ? { ...page, incomplete: true } : page;
  };
  await using w = fixture({ ...store, list });
  await w.client.enqueueMany(
    "job",
    Array.from({ length: 40 }, (_, n) => n),
  );
  assert.equal((await pageOfTasks(w.client, { limit: 30 })).incomplete, true);
  assert.deepEqual([nth, (await pageOfTasks(w.client, { limit: 30 })).incomplete], [2, undefined]);
});

test("a search says how many tasks it looked at over all its calls", async () => {
  await using w = fixture();
  await w.client.enqueueMany(
    "job",
    Array.from({ length: 100 }, (_, n) => (n % 2 === 0 ? "even" : "odd")),
  );
  const { items, searched } = await pageOfTasks(w.client, { text: "even", limit: 20 });
  assert.deepEqual([items.length, searched! >= 39 && searched! <= 41], [20, true], String(searched));
});

test("a limit that the client refuses is refused", async () => {
  await using w = fixture();
  for (const limit of [0, 501, 1.5, -1, "9"]) {
    await assert.rejects(pageOfTasks(w.client, { limit: limit as number }), { code: "INVALID_OPTION" });
  }
});
