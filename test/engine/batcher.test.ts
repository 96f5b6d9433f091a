import assert from "node:assert/strict";
import { test } from "node:test";
import { Batcher } from "../../src/engine/batcher.ts";
import { systemClock } from "../../src/store/clock.ts";

/** A batcher over a store that answers when it is told to. */
function slowStore(limits: { calls?: number; maxItems?: number; maxWeight?: number } = {}) {
  const calls: { items: readonly number[]; answer: () => void; fail: (error: Error) => void }[] = [];
  let called = Promise.withResolvers<void>();
  const batcher = new Batcher<number, string>(
    (items) =>
      new Promise((resolve, reject) => {
        calls.push({ items, answer: () => resolve(items.map((item) => `#${item}`)), fail: reject });
        called.resolve();
        called = Promise.withResolvers();
      }),
    {
      clock: systemClock,
      calls: limits.calls ?? 1,
      maxItems: limits.maxItems ?? 100,
      maxWeight: limits.maxWeight ?? 1_000,
      weigh: (item) => item,
    },
  );
  return { batcher, calls, nextCall: () => called.promise };
}

test("adds without await share one call, and each gets its own answer", async () => {
  const { batcher, calls, nextCall } = slowStore();
  const called = nextCall();
  const answers = Promise.all([batcher.add(1), batcher.add(2), batcher.add(3)]);
  await called;
  assert.deepEqual(
    calls.map((call) => call.items),
    [[1, 2, 3]],
  );
  calls[0]!.answer();
  assert.deepEqual(await answers, ["#1", "#2", "#3"]);
});

test("what comes while a call runs waits for its end and goes together", async () => {
  const { batcher, calls, nextCall } = slowStore();
  const called = nextCall();
  const first = batcher.add(1);
  await called;
  const second = nextCall();
  const later = Promise.all([batcher.add(2), batcher.add(3)]);
  assert.equal(calls.length, 1);
  calls[0]!.answer();
  await first;
  await second;
  assert.deepEqual(calls[1]!.items, [2, 3]);
  calls[1]!.answer();
  await later;
  await batcher.idle();
});

test("a batch is cut at the item limit and at the weight limit; a heavy item goes alone", async () => {
  const { batcher, calls, nextCall } = slowStore({ maxItems: 2, maxWeight: 10 });
  const answers = Promise.all([1, 1, 1, 20, 5, 5, 5].map((item) => batcher.add(item)));
  const seen: (readonly number[])[] = [];
  while (seen.flat().length < 7) {
    await nextCall();
    const call = calls.at(-1)!;
    seen.push(call.items);
    call.answer();
  }
  assert.deepEqual(seen, [[1, 1], [1], [20], [5, 5], [5]]);
  await answers;
});

test("an error rejects its batch alone", async () => {
  const { batcher, calls, nextCall } = slowStore();
  let called = nextCall();
  const refused = assert.rejects(batcher.add(1), /no room/);
  await called;
  called = nextCall();
  calls[0]!.fail(new Error("no room"));
  await refused;
  const next = batcher.add(2);
  await called;
  calls[1]!.answer();
  assert.equal(await next, "#2");
});

test("with two calls at once what waits is split between them, and they take turns", async () => {
  const { batcher, calls, nextCall } = slowStore({ calls: 2, maxWeight: 1e9 });
  const add = (from: number, count: number) => Array.from({ length: count }, (_, n) => batcher.add(from + n));
  let called = nextCall();
  const first = add(0, 64);
  await called;
  called = nextCall();
  await called;
  assert.deepEqual(
    calls.map(({ items }) => items.length),
    [32, 32],
  );
  const again = nextCall();
  calls[0]!.answer();
  await first[0];
  const second = add(100, 40);
  await again;
  assert.equal(calls[2]!.items.length, 40);
  calls[1]!.answer();
  calls[2]!.answer();
  await Promise.all([...first, ...second]);
  await batcher.idle();
});

test("a few items are one call, however many may be under way", async () => {
  const { batcher, calls, nextCall } = slowStore({ calls: 2, maxWeight: 1e9 });
  const called = nextCall();
  const answers = Promise.all([1, 2, 3].map((item) => batcher.add(item)));
  await called;
  calls[0]!.answer();
  await answers;
  assert.equal(calls.length, 1);
});

test("of two answers that come together, the second waits until the call after the first is made", async () => {
  const { batcher, calls, nextCall } = slowStore({ calls: 2, maxWeight: 1e9 });
  let answered = 0;
  /** A producer adds its next item as soon as it has its answer. */
  const produce = async (item: number): Promise<void> => {
    await batcher.add(item);
    answered += 1;
    await batcher.add(item + 64);
  };
  let called = nextCall();
  const producers = Promise.all(Array.from({ length: 64 }, (_, n) => produce(n)));
  await called;
  called = nextCall();
  await called;
  called = nextCall();
  calls[0]!.answer();
  calls[1]!.answer();
  await called;
  assert.deepEqual([calls[2]!.items.length, answered], [32, 32]);
  called = nextCall();
  await called;
  assert.deepEqual([calls[3]!.items.length, answered], [32, 64]);
  calls[2]!.answer();
  calls[3]!.answer();
  await producers;
});
