/** Queues come in pages, and what happens between two of them disturbs neither. */
import assert from "node:assert/strict";
import type { FullStore } from "../../store/facets.ts";
import { casesOf } from "../store-case.ts";
import { HOUR, queuesOf, task, tasks } from "./fixture.ts";

/** The names on each page, as many a page as the limit says; `between` is called with the number of pages so far. */
async function pages(
  store: FullStore,
  limit: number,
  between: (pages: number) => Promise<void> = async () => undefined,
): Promise<string[][]> {
  const found: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await store.queues({ limit, cursor });
    assert.ok(page.items.length <= limit, "no more than the limit");
    found.push(page.items.map(({ name }) => name));
    cursor = page.nextCursor;
    await between(found.length);
  } while (cursor !== undefined && found.length < 100);
  return found;
}

async function addTo(store: FullStore, ...queues: string[]): Promise<void> {
  await store.add(queues.map((queue) => task({ queue })));
}

export const queuesCases = [
  ...casesOf("queues", ["inspectable"], {
    "pages of one have each queue once, in order, and the last one says so": async ({ store }) => {
      await addTo(store, "b", "a", "c", "B", "a.1", "a-1", "0");
      assert.deepEqual(await pages(store, 1), [["0"], ["B"], ["a"], ["a-1"], ["a.1"], ["b"], ["c"]]);
    },

    "a page that holds the rest is the last": async ({ store }) => {
      assert.deepEqual(await pages(store, 1), [[]]);
      await addTo(store, "a", "b", "c", "d");
      assert.deepEqual(await pages(store, 3), [["a", "b", "c"], ["d"]]);
      assert.deepEqual(await pages(store, 4), [["a", "b", "c", "d"]]);
      assert.deepEqual(await pages(store, 500), [["a", "b", "c", "d"]]);
    },

    "a queue on a page is as it is by itself": async ({ store }) => {
      await store.add([...tasks(2, { queue: "a" }), ...tasks(3, { queue: "b", delayMs: HOUR })]);
      const { items } = await store.queues({ limit: 1, cursor: "a" });
      assert.deepEqual(
        items.map(({ name, counts, totals }) => [name, counts.scheduled, totals.added]),
        [["b", 3, 3]],
      );
    },

    "queues that come between pages disturb none that was there": async ({ store }) => {
      await addTo(store, "c", "e", "g");
      const found = await pages(store, 1, async (so) => {
        if (so === 2) await addTo(store, "a", "d", "f", "z");
      });
      assert.deepEqual(found.flat(), ["c", "e", "f", "g", "z"]);
    },

    "a page of more queues than any store asks for at once is whole": async ({ store }) => {
      const names = Array.from({ length: 620 }, (_, i) => `q${String(i).padStart(3, "0")}`);
      await addTo(store, ...names);
      const found = await pages(store, 500);
      assert.deepEqual(
        found.map(({ length }) => length),
        [500, 120],
      );
      assert.deepEqual(found.flat(), names);
    },

    "both clients have the same pages": async (sut) => {
      const other = await sut.another();
      await addTo(sut.store, "a", "c");
      await addTo(other, "b", "d");
      const { nextCursor } = await sut.store.queues({ limit: 2 });
      const { items } = await other.queues({ limit: 2, cursor: nextCursor });
      assert.deepEqual(
        items.map(({ name }) => name),
        ["c", "d"],
      );
    },
  }),

  ...casesOf("queues", ["inspectable", "administrable"], {
    "queues that go between pages disturb none that stays": async ({ store }) => {
      await addTo(store, "a", "b", "c", "d", "e");
      const found = await pages(store, 2, async (so) => {
        // The one that the cursor came from, one before it, and one behind it.
        if (so === 1) for (const name of ["a", "b", "d"]) await store.purge(name, ["pending"]);
      });
      assert.deepEqual(found, [
        ["a", "b"],
        ["c", "e"],
      ]);
      assert.deepEqual(
        (await queuesOf(store)).map(({ name }) => name),
        ["c", "e"],
      );
    },

    "queues that were purged away take no place on a page, and make no page of their own": async ({
      store,
    }) => {
      await addTo(store, "a", "b", "c", "d", "e", "f");
      for (const name of ["b", "c", "d", "f"]) await store.purge(name, ["pending"]);
      assert.deepEqual(await pages(store, 2), [["a", "e"]]);
      assert.deepEqual(await pages(store, 1), [["a"], ["e"]]);
    },

    "a queue that was only paused is on its page": async ({ store }) => {
      await addTo(store, "a", "c");
      await store.pause("b");
      assert.deepEqual(await pages(store, 1), [["a"], ["b"], ["c"]]);
    },
  }),
];
