/** What a producer says of a task is what its worker gets, whatever either of them does to its objects later. */
import assert from "node:assert/strict";
import type { Lease } from "../../store/store.ts";
import { casesOf, type StoreCase, type StoreUnderTest } from "../store-case.ts";
import {
  add,
  apply,
  claim,
  claimOne,
  failed,
  HOUR,
  loseLeases,
  MINUTE,
  plain,
  release,
  requeue,
  running,
  SECOND,
  snooze,
  task,
} from "./fixture.ts";

/** How a task gets out of one attempt and into the next. */
const ways: Readonly<Record<string, (sut: StoreUnderTest, lease: Lease) => Promise<void>>> = {
  "a failure": ({ store }, lease) => apply(store, lease, failed(0)),
  "a snooze": ({ store }, lease) => apply(store, lease, snooze(0)),
  "being put back": ({ store }, lease) => apply(store, lease, requeue(0)),
  "a release": ({ store }, lease) => apply(store, lease, release),
  "a lost lease": (sut) => loseLeases(sut),
};

function againCases(): Record<string, StoreCase["run"]> {
  const cases: Record<string, StoreCase["run"]> = {};
  for (const [name, leave] of Object.entries(ways)) {
    cases[`a task that comes back after ${name} is what it was`] = async (sut) => {
      const settings = { retryLimit: 7, crashLimit: 4, headers: { tenant: "acme" } };
      const first = await running(sut.store, { type: "a.b", payload: "[1]", priority: 3, ...settings });
      await leave(sut, first);
      const again = await claimOne(sut.store, { worker: "w2" });
      assert.ok(again.token > first.token);
      const { token, runAt, startedAt, putBackAt, failures, crashes } = first;
      assert.deepEqual(
        plain({ ...again, token, runAt, startedAt, putBackAt, failures, crashes }),
        plain(first),
      );
    };
  }
  return cases;
}

/** A store that is far away dates by an estimate of its own clock, which may be ahead by the time that a call takes. */
const ESTIMATE_MS = SECOND;

function assertWithin(instant: number, from: number, to: number): void {
  assert.ok(instant >= from && instant <= to + ESTIMATE_MS, `${instant} is not from ${from} to ${to}`);
}

export const producerCases = [
  ...casesOf("claim", [], againCases()),

  ...casesOf("add", [], {
    "what a producer says is what the worker gets": async (sut) => {
      const { store } = sut;
      const said = { type: "email.send", queue: "mail", payload: '{"a":1}', priority: 2 };
      const settings = { retryLimit: 7, crashLimit: 1, headers: { tenant: "acme" } };
      const before = await sut.now();
      const id = await add(store, {
        ...said,
        ...settings,
        key: { value: "k", windowMs: 1, fingerprint: "f" },
      });
      const after = await sut.now();
      const { token, createdAt, runAt, startedAt, ...lease } = await claimOne(store, { queues: ["mail"] });
      assert.ok(Number.isSafeInteger(token));
      assertWithin(startedAt, before, await sut.now());
      assertWithin(createdAt, before, after);
      assertWithin(runAt, before, after);
      assert.deepEqual(plain(lease), { id, ...said, ...settings, failures: 0, crashes: 0 });
    },

    "what a producer did not say is not in the lease": async ({ store }) => {
      await add(store);
      const { retryLimit, crashLimit, headers } = await claimOne(store);
      assert.deepEqual([retryLimit, crashLimit, headers], [undefined, undefined, undefined]);
    },

    "a lease says when its task was added, and from when on it might run": async (sut) => {
      const { store } = sut;
      const before = await sut.now();
      const delayed = await add(store, { delayMs: MINUTE });
      const after = await sut.now();
      const runAt = before + 2 * MINUTE;
      const dated = await add(store, { runAt });
      await sut.advance(HOUR);
      const [first, second] = await claim(store);
      assert.deepEqual([first?.id, second?.id, second?.runAt], [delayed, dated, runAt]);
      assertWithin(first!.createdAt, before, after);
      assertWithin(first!.runAt, before + MINUTE, after + MINUTE);
    },

    "what the caller does to its objects later does not matter": async ({ store }) => {
      const one = { ...task(), payload: "before" };
      const batch = [one];
      await store.add(batch);
      one.payload = "after";
      batch.length = 0;
      const [lease] = await claim(store);
      assert.deepEqual([lease?.id, lease?.payload], [one.id, "before"]);
    },

    "headers that the caller changes later are kept as they were": async ({ store }) => {
      const headers = { tenant: "before" };
      await add(store, { headers });
      headers.tenant = "after";
      assert.deepEqual({ ...(await claimOne(store)).headers }, { tenant: "before" });
    },

    "what a worker does to its lease does not matter": async ({ store }) => {
      await add(store, { headers: { tenant: "before" } });
      const lease = await claimOne(store);
      // A frozen answer refuses, which is as good as a copy.
      Reflect.set(lease.headers!, "tenant", "after");
      await apply(store, lease, release);
      Reflect.set(lease, "payload", "after");
      const { headers, payload } = await claimOne(store);
      assert.deepEqual([{ ...headers }, payload], [{ tenant: "before" }, "{}"]);
    },
  }),
];
