import assert from "node:assert/strict";
import { systemClock } from "../../store/clock.ts";
import type { FullStore } from "../../store/facets.ts";
import { casesOf, type StoreUnderTest } from "../store-case.ts";
import { act, add, apply, gone, HOUR, MINUTE, Q, release, running, task, taskIn, tasks } from "./fixture.ts";

/** 10 s in all: far more than any store needs, and no case waits for it unless it fails. */
const TRIES = 400;
const TRY_MS = 25;

/** Waits until `woken` resolves. The store's time goes on meanwhile, for stores that look for changes now and then. */
async function within(sut: StoreUnderTest, woken: Promise<void>): Promise<void> {
  for (let nth = 0; nth < TRIES; nth++) {
    const pause = new Promise<false>((resolve) => {
      systemClock.after(TRY_MS, () => resolve(false));
    });
    if (await Promise.race([woken.then(() => true), pause])) return;
    await sut.advance(TRY_MS);
  }
  assert.fail("nobody was woken");
}

/** A subscriber to `queues` is woken by `disturb`. */
async function wakes(
  sut: StoreUnderTest,
  disturb: () => Promise<unknown>,
  queues: readonly string[] = [Q],
  listener: FullStore = sut.store,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const subscription = await listener.signal.subscribe(queues, resolve);
  try {
    await disturb();
    await within(sut, promise);
  } finally {
    await subscription[Symbol.asyncDispose]();
  }
}

export const signalCases = [
  ...casesOf("signal", [], {
    "a new task wakes": (sut) => wakes(sut, () => add(sut.store)),

    "a new task of another client wakes": async (sut) => {
      const other = await sut.another();
      await wakes(sut, () => add(other));
    },

    "a new task wakes another client": async (sut) => {
      await wakes(sut, () => add(sut.store), [Q], await sut.another());
    },

    "a batch wakes": (sut) => wakes(sut, () => sut.store.add(tasks(1_000))),

    "a task in any of the queues wakes": (sut) =>
      wakes(sut, () => add(sut.store, { queue: "c" }), ["a", "b", "c"]),

    "a released task wakes": async (sut) => {
      const lease = await running(sut.store);
      await wakes(sut, () => apply(sut.store, lease, release));
    },

    "a task that falls due wakes when housekeeping finds it": async (sut) => {
      await add(sut.store, { delayMs: HOUR });
      await sut.advance(2 * HOUR);
      await wakes(sut, () => sut.store.maintain({ limit: 10 }));
    },

    "a lost lease wakes when housekeeping finds it": async (sut) => {
      await running(sut.store);
      await sut.advance(2 * HOUR);
      await wakes(sut, () => sut.store.maintain({ limit: 10 }));
    },

    "a task that will be due before all others wakes": async (sut) => {
      await wakes(sut, () => add(sut.store, { delayMs: HOUR }));
      await wakes(sut, () => add(sut.store, { delayMs: MINUTE }));
    },

    "a follower wakes": async (sut) => {
      const { id, queue, token } = await running(sut.store);
      const settle = [{ id, queue, token, outcome: gone, followers: [task({ queue: "b" })] }];
      await wakes(sut, () => sut.store.exchange({ settle }), ["b"]);
    },

    "every subscriber is woken": async (sut) => {
      const other = await sut.another();
      await wakes(sut, () => wakes(sut, () => add(other), [Q], other));
    },

    "a subscriber that left is not woken": async (sut) => {
      let calls = 0;
      const left = await sut.store.signal.subscribe([Q], () => void calls++);
      await left[Symbol.asyncDispose]();
      await left[Symbol.asyncDispose]();
      await wakes(sut, () => add(sut.store));
      assert.equal(calls, 0);
    },

    "the same function may subscribe twice and leave once": async (sut) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = () => resolve();
      const first = await sut.store.signal.subscribe([Q], wake);
      const second = await sut.store.signal.subscribe([Q], wake);
      await first[Symbol.asyncDispose]();
      await add(sut.store);
      await within(sut, promise);
      await second[Symbol.asyncDispose]();
    },

    "a subscriber is woken again and again": async (sut) => {
      let { promise, resolve } = Promise.withResolvers<void>();
      const subscription = await sut.store.signal.subscribe([Q], () => resolve());
      for (let round = 0; round < 3; round++) {
        await add(sut.store);
        await within(sut, promise);
        ({ promise, resolve } = Promise.withResolvers<void>());
      }
      await subscription[Symbol.asyncDispose]();
    },
  }),

  ...casesOf("signal", ["administrable"], {
    "a resumed queue wakes": async (sut) => {
      await add(sut.store);
      await sut.store.pause(Q);
      await wakes(sut, () => sut.store.resume(Q));
    },

    "a task retried by hand wakes": async (sut) => {
      const id = await taskIn(sut.store, "dead");
      await wakes(sut, () => act(sut.store, "retry", id));
    },

    "a task that is to run now wakes": async (sut) => {
      const id = await taskIn(sut.store, "scheduled");
      await wakes(sut, () => act(sut.store, "runNow", id));
    },
  }),
];
