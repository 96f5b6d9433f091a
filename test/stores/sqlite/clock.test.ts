/** A wall clock that steps: leases and delays do not notice, instants do. Every store here is another process of one machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FullStore } from "../../../src/store/facets.ts";
import type { Lease } from "../../../src/store/store.ts";
import { sqliteStore } from "../../../src/stores/sqlite/index.ts";
import { type ManualClock, manualClock } from "../../../src/testing/index.ts";
import type { NewTask } from "../../../src/task/task.ts";
import { claim, newTask } from "../../support/sqlite-fixture.ts";
import { temporaryFolder } from "../../support/sqlite-under-test.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const LEASE = 30_000;
const KEPT_FOR_AN_HOUR = { ageMs: HOUR, count: 1_000 };

interface Machine extends AsyncDisposable {
  readonly clock: ManualClock;
  /** A store of another process. */
  another(): Promise<FullStore>;
}

/** A machine since its boot. `path` is of a file that may be older. */
function machine(path: string, start?: number): Machine {
  const clock = manualClock(start);
  const stores: FullStore[] = [];
  return {
    clock,
    async another() {
      const store = sqliteStore({ path, clock });
      await store.open();
      stores.push(store);
      return store;
    },
    async [Symbol.asyncDispose]() {
      for (const store of stores) await store[Symbol.asyncDispose]();
    },
  };
}

function many(count: number, change: Partial<NewTask> = {}): NewTask[] {
  return Array.from({ length: count }, (_, nth) => newTask(nth, change));
}

/** What a poll of the queue finds, housekeeping included. */
async function found(store: FullStore): Promise<readonly Lease[]> {
  await store.maintain({ limit: 1_000 });
  return claim(store, 100, LEASE);
}

const STEPS = { "an hour ahead": HOUR, "an hour back": -HOUR, "ten years ahead": 87_600 * HOUR };

for (const [step, ms] of Object.entries(STEPS)) {
  void test(`${step}: no lease is taken away, before its time or at all`, async () => {
    using folder = temporaryFolder();
    await using here = machine(folder.file());
    const store = await here.another();
    await store.add(many(8));
    const leases = await claim(store, 8, LEASE);
    here.clock.step(ms);
    await here.clock.advance(LEASE - 1);
    for (const each of [store, await here.another()]) assert.deepEqual(await found(each), []);
    assert.deepEqual(
      await store.extend(leases, LEASE),
      leases.map(() => "applied"),
    );
    await here.clock.advance(LEASE - 1);
    assert.deepEqual(await found(store), []);
    const { verdicts } = await store.exchange({
      settle: leases.map((lease) => ({ ...lease, outcome: { kind: "completed", keep: true } })),
    });
    assert.deepEqual(
      verdicts,
      leases.map(() => "applied"),
    );
    assert.ok((await store.list({ limit: 100 })).items.every(({ crashes }) => crashes === 0));
  });

  void test(`${step}: the work of a dead worker is taken back when its lease is over`, async () => {
    using folder = temporaryFolder();
    await using here = machine(folder.file());
    const store = await here.another();
    await store.add(many(8));
    await claim(store, 8, LEASE);
    here.clock.step(ms);
    await here.clock.advance(LEASE);
    assert.equal((await store.maintain({ limit: 100 })).expired, 8);
  });

  void test(`${step}: what was delayed, failed or snoozed comes after its delay, and no millisecond before`, async () => {
    using folder = temporaryFolder();
    await using here = machine(folder.file());
    const store = await here.another();
    await store.add(many(2));
    const [failed, snoozed] = await claim(store);
    const error = { name: "Error", message: "no" };
    await store.exchange({
      settle: [
        { ...failed!, outcome: { kind: "retry", delayMs: 30 * MINUTE, error } },
        { ...snoozed!, outcome: { kind: "snooze", delayMs: 30 * MINUTE } },
      ],
    });
    await store.add([newTask(2, { delayMs: 30 * MINUTE })]);
    await store.add([newTask(3)]);
    await store.edit({ id: newTask(3).id }, { delayMs: 30 * MINUTE });
    await store.edit({ id: newTask(2).id }, { priority: 1 });
    await here.clock.advance(10 * MINUTE);
    here.clock.step(ms);
    await store.edit({ id: newTask(3).id }, { priority: 1 });
    await here.clock.advance(20 * MINUTE - 1);
    const other = await here.another();
    const { leases, nextDueMs } = await other.exchange({
      settle: [],
      claim: { queues: ["q"], max: 9, leaseMs: LEASE, worker: "w" },
    });
    assert.deepEqual([leases, nextDueMs], [[], 1]);
    assert.deepEqual(await found(other), []);
    await here.clock.advance(1);
    assert.equal((await found(other)).length, 4);
  });

  void test(`${step}: an instant is one of the wall clock, as it is then`, async () => {
    using folder = temporaryFolder();
    await using here = machine(folder.file());
    const store = await here.another();
    const runAt = here.clock.now() + 30 * MINUTE;
    await store.add([newTask(1, { runAt }), newTask(2)]);
    await store.edit({ id: newTask(2).id }, { runAt });
    here.clock.step(ms);
    const left = Math.max(0, runAt - here.clock.now());
    if (left > 0) {
      await here.clock.advance(left - 1);
      assert.deepEqual(await found(store), []);
      const { nextDueMs } = await store.exchange({
        settle: [],
        claim: { queues: ["q"], max: 9, leaseMs: LEASE, worker: "w" },
      });
      assert.equal(nextDueMs, 1);
      await here.clock.advance(1);
    }
    const leases = await found(await here.another());
    assert.deepEqual(
      leases.map((lease) => lease.runAt),
      [runAt, runAt],
    );
  });

  void test(`${step}: the window of a key and the age of what has ended stay as long as they are`, async () => {
    using folder = temporaryFolder();
    await using here = machine(folder.file());
    const store = await here.another();
    const key = { value: "k", windowMs: HOUR, fingerprint: "f" };
    const retention = { completed: KEPT_FOR_AN_HOUR, cancelled: KEPT_FOR_AN_HOUR, dead: KEPT_FOR_AN_HOUR };
    await store.add([newTask(1, { key })]);
    const [lease] = await claim(store);
    await store.exchange({ settle: [{ ...lease!, outcome: { kind: "completed", keep: true } }] });
    here.clock.step(ms);
    await here.clock.advance(HOUR - 1);
    await store.maintain({ limit: 9, retention });
    assert.equal((await store.add([newTask(2, { key })]))[0]!.status, "duplicate");
    assert.equal((await store.get(newTask(1).id))?.state, "completed");
    await here.clock.advance(1);
    await store.maintain({ limit: 9, retention });
    assert.equal(await store.get(newTask(1).id), undefined);
    assert.equal((await store.add([newTask(3, { key })]))[0]!.status, "added");
  });

  void test(`${step}: what people see is dated by the wall clock`, async () => {
    using folder = temporaryFolder();
    await using here = machine(folder.file());
    const store = await here.another();
    here.clock.step(ms);
    const now = here.clock.now();
    await store.add([newTask(1), newTask(2), newTask(3, { delayMs: 5 }), newTask(4, { runAt: now + 7 })]);
    const [lease] = await claim(store, 2, LEASE);
    await store.exchange({ settle: [{ ...lease!, outcome: { kind: "completed", keep: true } }] });
    const [done, runs, delayed, timed] = await Promise.all(
      [1, 2, 3, 4].map(async (nth) => store.get(newTask(nth).id)),
    );
    assert.deepEqual([done?.createdAt, done?.finishedAt], [now, now]);
    assert.deepEqual([runs?.startedAt, runs?.leaseUntil], [now, now + LEASE]);
    assert.deepEqual([delayed?.runAt, timed?.runAt], [now + 5, now + 7]);
  });
}

void test("delays and instants fall due in the order of time, whichever they are", async () => {
  using folder = temporaryFolder();
  await using here = machine(folder.file());
  const store = await here.another();
  here.clock.step(HOUR);
  const now = here.clock.now();
  const times = [
    { delayMs: 40 },
    { runAt: now + 10 },
    { delayMs: 20 },
    { runAt: now + 30 },
    { runAt: now + 20 },
  ];
  await store.add(times.map((time, nth) => newTask(nth, time)));
  await here.clock.advance(50);
  const leases = await found(store);
  assert.deepEqual(
    leases.map(({ id }) => id),
    [1, 2, 4, 3, 0].map((nth) => newTask(nth).id),
  );
});

void test("a step between two opens of the same boot is none", async () => {
  using folder = temporaryFolder();
  await using here = machine(folder.file());
  {
    await using store = await here.another();
    await store.add([newTask(1, { delayMs: 10 * MINUTE }), newTask(2)]);
    await claim(store, 1, LEASE);
  }
  here.clock.step(HOUR);
  const store = await here.another();
  assert.deepEqual(await found(store), []);
  await here.clock.advance(LEASE);
  assert.equal((await store.maintain({ limit: 9 })).expired, 1);
});

for (const [what, ms] of Object.entries({ later: 5 * MINUTE, "before, by its clock": -HOUR })) {
  void test(`after a boot ${what}, leases and delays are at most as long as they were`, async () => {
    using folder = temporaryFolder();
    await using first = machine(folder.file());
    const store = await first.another();
    await first.clock.advance(HOUR); // up for a while
    await store.add([newTask(1, { delayMs: 10 * MINUTE }), newTask(2), newTask(3)]);
    await claim(store, 1, LEASE);
    await store[Symbol.asyncDispose]();

    await using second = machine(folder.file(), first.clock.now() + ms);
    const [next, other] = [await second.another(), await second.another()];
    await second.clock.advance(LEASE);
    assert.equal((await other.maintain({ limit: 9 })).expired, 1);
    await second.clock.advance(10 * MINUTE - LEASE - Math.max(0, ms) - 1);
    assert.equal((await next.get(newTask(1).id))?.state, "scheduled");
    await next.maintain({ limit: 9 });
    assert.equal((await next.get(newTask(1).id))?.state, "scheduled");
    await second.clock.advance(1);
    await other.maintain({ limit: 9 });
    assert.equal((await next.get(newTask(1).id))?.state, "pending");
  });
}
