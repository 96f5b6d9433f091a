import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { head, priorityOf, rankOf, tail } from "../../../src/stores/sqlite/rank.ts";
import { forRanges } from "../../../src/stores/sqlite/ranges.ts";

void test("ranges cover exactly the numbers, in order, and never touch each other", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(60)), (numbers) => {
      const covered: number[] = [];
      let previous = -Infinity;
      forRanges(numbers, (first, last) => {
        assert.ok(first > previous + 1 && first <= last);
        previous = last;
        for (let number = first; number <= last; number++) covered.push(number);
      });
      assert.deepEqual(
        covered,
        [...new Set(numbers)].toSorted((a, b) => a - b),
      );
    }),
  );
});

void test("ranks order by priority, then head before tail, then number", () => {
  const sequence = fc.integer({ min: 1, max: 2 ** 47 });
  const position = fc.tuple(sequence, fc.constantFrom(head, tail)).map(([number, end]) => end(number));
  fc.assert(
    fc.property(fc.nat(9), position, fc.nat(9), position, (p, a, q, b) => {
      const before = rankOf(p, a) < rankOf(q, b);
      assert.equal(before, p < q || (p === q && a < b));
      assert.equal(priorityOf(rankOf(p, a)), p);
      assert.ok(Number.isSafeInteger(rankOf(p, a)));
    }),
  );
  assert.ok(head(2) < head(1) && head(1) < tail(1) && tail(1) < tail(2));
});
