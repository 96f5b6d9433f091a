import assert from "node:assert/strict";
import type { FullStore } from "../../store/facets.ts";
import type { Settlement } from "../../store/store.ts";
import { type Act, afterAct } from "../../task/life.ts";
import { TASK_STATES, type TaskState } from "../../task/task.ts";
import { casesOf, type StoreUnderTest } from "../store-case.ts";
import {
  act,
  add,
  assertCounts,
  claim,
  completed,
  exhausted,
  gone,
  ids,
  LEASE_MS,
  MINUTE,
  MOST_ROUNDS,
  Q,
  running,
  apply,
  settle,
  tasks,
} from "./fixture.ts";

/** Both clients in turn: half of the crowd talks to each. */
async function crowd(sut: StoreUnderTest, size: number): Promise<FullStore[]> {
  const clients = [sut.store, await sut.another()];
  return Array.from({ length: size }, (_, index) => clients[index % 2]!);
}

/** Claims seven at a time and settles them with the next claim until nothing is left. Answers the ids, as claimed. */
async function drain(store: FullStore, worker: string, keep: boolean): Promise<string[]> {
  const seen: string[] = [];
  const outcome = keep ? completed : gone;
  let settlements: Settlement[] = [];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const { verdicts, leases } = await store.exchange({
      settle: settlements,
      claim: { queues: [Q], max: 7, leaseMs: 10 * MINUTE, worker },
    });
    assert.ok(verdicts.every((verdict) => verdict === "applied"));
    if (leases.length === 0) return seen;
    seen.push(...ids(leases));
    settlements = leases.map(({ id, queue, token }) => ({ id, queue, token, outcome }));
  }
  return assert.fail("the queue never runs empty");
}

async function everyTaskOnce(sut: StoreUnderTest, keep: boolean): Promise<void> {
  const batch = tasks(1_000);
  await sut.store.add(batch);
  const clients = await crowd(sut, 50);
  const seen = await Promise.all(clients.map((client, index) => drain(client, `w${index}`, keep)));
  assert.deepEqual(seen.flat().toSorted(), ids(batch).toSorted());
  await assertCounts(sut.store, keep ? { completed: 1_000 } : {});
}

/** Acts on 40 tasks while they are claimed. Each act met its task before the claim or after it, and the store knows which. */
async function actsAndClaims(sut: StoreUnderTest, name: Act): Promise<void> {
  const batch = tasks(40);
  await sut.store.add(batch);
  const other = await sut.another();
  const [leases, ...results] = await Promise.all([
    claim(sut.store, { max: 40 }),
    ...batch.map(({ id }) => act(other, name, id)),
  ]);
  const claimed = new Set(ids(leases));
  const left: TaskState[] = batch.flatMap(({ id }, index) => {
    const to =
      results[index]!.status === "applied" && claimed.has(id) ? afterAct(name, "running") : undefined;
    const state = claimed.has(id) ? (to ?? "running") : afterAct(name, "pending");
    return state === undefined || state === "removed" ? [] : [state];
  });
  assert.ok(batch.every(({ id }, index) => claimed.has(id) || results[index]!.status === "applied"));
  const expected = Object.fromEntries(
    TASK_STATES.map((state) => [state, left.filter((each) => each === state).length]),
  );
  await assertCounts(sut.store, expected);
}

export const contentionCases = [
  ...casesOf("contention", [], {
    "50 claimers at once get one task once": async (sut) => {
      await add(sut.store);
      const clients = await crowd(sut, 50);
      const leases = await Promise.all(
        clients.map((client, index) => claim(client, { worker: `w${index}` })),
      );
      assert.equal(leases.flat().length, 1);
    },

    "of many who maintain, one finds each lost lease": async (sut) => {
      await sut.store.add(tasks(40));
      await claim(sut.store);
      await sut.advance(2 * LEASE_MS);
      const clients = await crowd(sut, 10);
      const replies = await Promise.all(clients.map((client) => client.maintain({ limit: 100 })));
      assert.equal(
        replies.reduce((sum, { expired }) => sum + expired, 0),
        40,
      );
      for (const { crashes } of await claim(sut.store)) assert.equal(crashes, 1);
    },
  }),

  ...casesOf("contention", ["inspectable"], {
    "50 claimers run 1,000 tasks, each exactly once": (sut) => everyTaskOnce(sut, true),

    "50 claimers run 1,000 tasks that are not kept, each exactly once": (sut) => everyTaskOnce(sut, false),

    "50 producers lose nothing": async (sut) => {
      const batches = Array.from({ length: 50 }, () => tasks(20));
      const clients = await crowd(sut, 50);
      await Promise.all(clients.map((client, index) => client.add(batches[index]!)));
      await assertCounts(sut.store, { pending: 1_000 });
      const leases = await claim(sut.store, { max: 1_000 });
      assert.deepEqual(ids(leases).toSorted(), ids(batches.flat()).toSorted());
    },

    "producers and claimers at once: every task is run once": async (sut) => {
      const batches = Array.from({ length: 20 }, () => tasks(10));
      const clients = await crowd(sut, 20);
      const early = await Promise.all(
        clients.flatMap((client, index) => [
          client.add(batches[index]!).then((): string[] => []),
          drain(client, `w${index}`, true),
        ]),
      );
      const late = await drain(sut.store, "last", true);
      assert.deepEqual([...early.flat(), ...late].toSorted(), ids(batches.flat()).toSorted());
      await assertCounts(sut.store, { completed: 200 });
    },

    "of many who settle one lease, one is heard": async (sut) => {
      const lease = await running(sut.store);
      const clients = await crowd(sut, 20);
      const verdicts = await Promise.all(clients.map((client) => settle(client, lease, completed)));
      assert.equal(verdicts.filter((verdict) => verdict === "applied").length, 1);
      await assertCounts(sut.store, { completed: 1 });
    },

    "of many who promote, one finds each due task": async (sut) => {
      await sut.store.add(tasks(40, { delayMs: MINUTE }));
      await sut.advance(2 * MINUTE);
      const clients = await crowd(sut, 10);
      const replies = await Promise.all(clients.map((client) => client.maintain({ limit: 100 })));
      assert.equal(
        replies.reduce((sum, { promoted }) => sum + promoted, 0),
        40,
      );
      await assertCounts(sut.store, { pending: 40 });
    },
  }),

  ...casesOf("contention", ["inspectable", "administrable"], {
    "of many who retry a dead task, one is heard": async (sut) => {
      const lease = await running(sut.store);
      await apply(sut.store, lease, exhausted);
      const clients = await crowd(sut, 10);
      const results = await Promise.all(clients.map((client) => act(client, "retry", lease.id)));
      assert.equal(results.filter(({ status }) => status === "applied").length, 1);
      await assertCounts(sut.store, { pending: 1 });
    },

    "a cancel and a claim at once leave one truth": (sut) => actsAndClaims(sut, "cancel"),

    "a removal and a claim at once leave one truth": (sut) => actsAndClaims(sut, "remove"),
  }),
];
