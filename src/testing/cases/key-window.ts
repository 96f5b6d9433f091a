/** How long a key holds: while its task is not over, and until its window has closed. */
import assert from "node:assert/strict";
import { casesOf } from "../store-case.ts";
import {
  add,
  apply,
  assertEnded,
  cancelled,
  claim,
  claimOne,
  completed,
  exhausted,
  failed,
  gone,
  HOUR,
  key,
  keyed,
  loseLeases,
  maintainAll,
  MINUTE,
  release,
  snooze,
} from "./fixture.ts";

export const keyWindowCases = casesOf("key", [], {
  "a completed task holds its key while the window is open": async ({ store }) => {
    const id = await add(store, { key: key() });
    await apply(store, await claimOne(store), completed);
    assert.deepEqual(await store.add([keyed()]), [{ status: "duplicate", id }]);
    assert.deepEqual(await store.add([keyed({ fingerprint: "f2" })]), [{ status: "conflict", id }]);
  },

  "a waiting task holds its key however long it waits": async (sut) => {
    const id = await add(sut.store, { key: key({ windowMs: MINUTE }) });
    await sut.advance(HOUR);
    await maintainAll(sut.store);
    assert.deepEqual(await sut.store.add([keyed()]), [{ status: "duplicate", id }]);
  },

  "a scheduled task holds its key beyond the window": async (sut) => {
    const id = await add(sut.store, { key: key({ windowMs: MINUTE }), delayMs: 2 * HOUR });
    await sut.advance(HOUR);
    await maintainAll(sut.store);
    assert.deepEqual(await sut.store.add([keyed()]), [{ status: "duplicate", id }]);
  },

  "a running task holds its key beyond the window": async (sut) => {
    const id = await add(sut.store, { key: key({ windowMs: MINUTE }) });
    await claim(sut.store, { leaseMs: 2 * HOUR });
    await sut.advance(HOUR);
    await maintainAll(sut.store);
    assert.deepEqual(await sut.store.add([keyed()]), [{ status: "duplicate", id }]);
  },

  "a task that was put back holds its key beyond the window, however it was put back": async (sut) => {
    const id = await add(sut.store, { key: key({ windowMs: MINUTE }) });
    await sut.advance(HOUR);
    for (const outcome of [failed(HOUR), snooze(HOUR), release]) {
      await apply(sut.store, await claimOne(sut.store), outcome);
      assert.deepEqual(await sut.store.add([keyed()]), [{ status: "duplicate", id }], outcome.kind);
      await maintainAll(sut.store);
      assert.deepEqual(await sut.store.add([keyed()]), [{ status: "duplicate", id }], outcome.kind);
      await sut.advance(2 * HOUR);
    }
    await claimOne(sut.store);
    await loseLeases(sut);
    assert.deepEqual(await sut.store.add([keyed()]), [{ status: "duplicate", id }]);
  },

  "a window closes on its millisecond": async (sut) => {
    // Where time goes by on its own that millisecond may be over before the call; the store's clock tells.
    const earliest = (await sut.now()) + MINUTE;
    await add(sut.store, { key: key({ windowMs: MINUTE }) });
    const latest = (await sut.now()) + MINUTE;
    await apply(sut.store, await claimOne(sut.store), completed);
    await sut.advance(Math.max(0, earliest - 1 - (await sut.now())));
    const [early] = await sut.store.add([keyed()]);
    if ((await sut.now()) < earliest) assert.equal(early?.status, "duplicate");
    await sut.advance(Math.max(0, latest - (await sut.now())));
    if (early?.status === "duplicate") await add(sut.store, { key: key() });
  },

  "with a window of zero the key goes with the task's end": async ({ store }) => {
    const id = await add(store, { key: key({ windowMs: 0 }) });
    assert.deepEqual(await store.add([keyed()]), [{ status: "duplicate", id }]);
    await apply(store, await claimOne(store), completed);
    await add(store, { key: key({ windowMs: 0 }) });
  },

  "a dead task gives its key up when the window closes": async (sut) => {
    await add(sut.store, { key: key({ windowMs: MINUTE }) });
    await apply(sut.store, await claimOne(sut.store), exhausted);
    await sut.advance(2 * MINUTE);
    await add(sut.store, { key: key() });
  },

  "housekeeping does not free a key whose window is open": async (sut) => {
    const id = await add(sut.store, { key: key() });
    await apply(sut.store, await claimOne(sut.store), gone);
    await sut.advance(10 * MINUTE);
    await maintainAll(sut.store);
    assert.deepEqual(await sut.store.add([keyed()]), [{ status: "duplicate", id }]);
  },

  "housekeeping leaves a closed key free, and a new holder alone": async (sut) => {
    await add(sut.store, { key: key({ windowMs: MINUTE }) });
    await apply(sut.store, await claimOne(sut.store), completed);
    await sut.advance(2 * MINUTE);
    const id = await add(sut.store, { key: key() });
    await maintainAll(sut.store);
    assert.deepEqual(await sut.store.add([keyed()]), [{ status: "duplicate", id }]);
  },

  "a key is free once its task has ended and its window has closed, however it ended": async (sut) => {
    for (const outcome of [completed, gone, exhausted, cancelled]) {
      const value = `after-${outcome.kind}-${"keep" in outcome && outcome.keep}`;
      const id = await add(sut.store, { key: key({ value, windowMs: MINUTE }) });
      await apply(sut.store, await claimOne(sut.store), outcome);
      assert.deepEqual(await sut.store.add([keyed({ value })]), [{ status: "duplicate", id }], value);
      await sut.advance(2 * MINUTE);
      await add(sut.store, { key: key({ value, fingerprint: "f2" }) });
      await apply(sut.store, await claimOne(sut.store), gone);
    }
  },

  "a key outlives the pruning of its task while its window is open": async (sut) => {
    const id = await add(sut.store, { key: key() });
    await apply(sut.store, await claimOne(sut.store), completed);
    await assertEnded(sut.store, { completed: 1 });
    assert.deepEqual(await sut.store.add([keyed()]), [{ status: "duplicate", id }]);
  },

  "a task that crashed for good gives its key up when the window closes": async (sut) => {
    await add(sut.store, { key: key({ windowMs: MINUTE }), crashLimit: 0 });
    await claimOne(sut.store);
    await loseLeases(sut);
    await sut.advance(2 * MINUTE);
    await add(sut.store, { key: key() });
  },
});
