import assert from "node:assert/strict";
import type { FullStore } from "../../store/facets.ts";
import type { Settlement } from "../../store/store.ts";
import { hasCode } from "../../task/errors.ts";
import type { NewTask } from "../../task/task.ts";
import { type Fault, faultyStore, type FaultyVerb, oneFault } from "../faulty-store.ts";
import { casesOf, type StoreCase, type StoreUnderTest } from "../store-case.ts";
import {
  apply,
  assertCounts,
  assertEnded,
  assertUnknown,
  claim,
  claimOne,
  completed,
  failed,
  HOUR,
  LEASE_MS,
  loseLeases,
  MOST_ROUNDS,
  Q,
  release,
  snooze,
  task,
  tasks,
} from "./fixture.ts";

/** The steps of a task's life, and the call in which each happens. */
const steps: readonly { readonly name: string; readonly verb: FaultyVerb; readonly nth: number }[] = [
  { name: "adding", verb: "add", nth: 1 },
  { name: "claiming", verb: "exchange", nth: 1 },
  { name: "extending", verb: "extend", nth: 1 },
  { name: "releasing", verb: "exchange", nth: 2 },
  { name: "claiming again", verb: "exchange", nth: 3 },
  { name: "failing", verb: "exchange", nth: 4 },
  { name: "claiming the retry", verb: "exchange", nth: 5 },
  { name: "snoozing", verb: "exchange", nth: 6 },
  { name: "claiming after the snooze", verb: "exchange", nth: 7 },
  { name: "completing", verb: "exchange", nth: 8 },
];

/** A whole life, by a client that may die on the way. */
async function live(client: FullStore, one: NewTask): Promise<void> {
  await client.add([one]);
  const first = await claimOne(client);
  await client.extend([first], LEASE_MS);
  await apply(client, first, release);
  await apply(client, await claimOne(client), failed(0));
  await apply(client, await claimOne(client), snooze(0));
  await apply(client, await claimOne(client), completed);
}

/** Waits until a client dies of an unanswered call. */
async function dies(life: Promise<void>): Promise<void> {
  await assert.rejects(life, (error) => hasCode(error, "UNKNOWN"));
}

/** The others: a producer that repeats what may not have arrived, and a worker that runs what is left. */
async function rescue(sut: StoreUnderTest, batch: readonly NewTask[]): Promise<void> {
  await sut.store.add(batch);
  await loseLeases(sut);
  await sut.advance(HOUR);
  for (const lease of await claim(sut.store, { worker: "rescuer", max: 1_000 })) {
    await apply(sut.store, lease, completed);
  }
  assert.deepEqual(await claim(sut.store), []);
}

function stepCases(): Record<string, StoreCase["run"]> {
  const cases: Record<string, StoreCase["run"]> = {};
  for (const { name, verb, nth } of steps) {
    const faults: readonly (readonly [string, Fault])[] = [
      [`a client that dies just before ${name} leaves a task that still completes, once`, "lost request"],
      [`a client that dies just after ${name} leaves a task that still completes, once`, "lost reply"],
    ];
    for (const [title, fault] of faults) {
      cases[title] = async (sut) => {
        const one = task();
        await dies(live(faultyStore(sut.store, oneFault(verb, nth, fault)), one));
        await rescue(sut, [one]);
        await assertEnded(sut.store, { completed: 1 });
        // Nothing of it is left, in whatever state.
        await assertUnknown(sut.store, one);
      };
    }
  }
  return cases;
}

/** Works through the queue, settling with the next claim. */
async function work(client: FullStore): Promise<void> {
  let settlements: Settlement[] = [];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const { leases } = await client.exchange({
      settle: settlements,
      claim: { queues: [Q], max: 10, leaseMs: LEASE_MS, worker: "mortal" },
    });
    settlements = leases.map(({ id, queue, token }) => ({ id, queue, token, outcome: completed }));
    if (settlements.length === 0) return;
  }
  assert.fail("the queue never runs empty");
}

async function diesInTheMiddle(sut: StoreUnderTest, fault: Fault): Promise<void> {
  const batch = tasks(50);
  await sut.store.add(batch);
  await dies(work(faultyStore(sut.store, oneFault("exchange", 3, fault))));
  await rescue(sut, batch);
  await assertCounts(sut.store, { completed: 50 });
}

export const crashCases = [
  ...casesOf("crash", [], stepCases()),
  ...casesOf("crash", ["inspectable"], {
    "a worker that dies before a call that settles and claims loses nothing": (sut) =>
      diesInTheMiddle(sut, "lost request"),

    "a worker that dies after a call that settles and claims loses nothing": (sut) =>
      diesInTheMiddle(sut, "lost reply"),

    "workers that die one after another leave every task with its crashes counted": async (sut) => {
      await sut.store.add(tasks(10, { crashLimit: 9 }));
      for (let crashes = 0; crashes < 3; crashes++) {
        const leases = await claim(sut.store, { worker: `w${crashes}` });
        assert.equal(leases.length, 10);
        for (const lease of leases) assert.equal(lease.crashes, crashes);
        await loseLeases(sut);
      }
      await assertCounts(sut.store, { pending: 10 });
    },
  }),
];
