import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { Heap } from "../../../src/stores/memory/heap.ts";

interface Item {
  readonly rank: number;
  slot: number;
}

test("whatever leaves from the middle, the rest comes out in order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }),
      fc.array(fc.nat(), { maxLength: 30 }),
      (ranks, removals) => {
        const heap = new Heap<Item>((a, b) => a.rank < b.rank);
        const items = ranks.map((rank): Item => ({ rank, slot: -1 }));
        for (const item of items) heap.push(item);
        for (const pick of removals) {
          if (items.length === 0) break;
          const [item] = items.splice(pick % items.length, 1);
          heap.remove(item!);
          assert.equal(item!.slot, -1);
        }
        assert.equal(heap.items().length, items.length);
        const out: number[] = [];
        for (let top = heap.top; top !== undefined; top = heap.top) {
          heap.remove(top);
          out.push(top.rank);
        }
        assert.deepEqual(
          out,
          items.map(({ rank }) => rank).toSorted((a, b) => a - b),
        );
      },
    ),
  );
});
