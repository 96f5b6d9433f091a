import assert from "node:assert/strict";
import type { Facet, FACETS, FullStore } from "../../store/facets.ts";
import { hasCode } from "../../task/errors.ts";
import { casesOf, type StoreCase } from "../store-case.ts";
import { add, apply, claimOne, completed, LEASE_MS, Q, settle, task, queuesOf } from "./fixture.ts";

type Calls = Readonly<Record<string, (store: FullStore) => Promise<unknown>>>;

const verbs: Calls = {
  add: (store) => store.add([task()]),
  exchange: (store) => store.exchange({ settle: [] }),
  extend: (store) => store.extend([{ id: task().id, queue: Q, token: 1 }], LEASE_MS),
  maintain: (store) => store.maintain({ limit: 1 }),
  open: (store) => store.open(),
  "signal.subscribe": (store) => store.signal.subscribe([Q], () => undefined),
};

/** Every call of a facet: a record, so that the compiler sees to it that none is missing. */
const facetCalls: { readonly [F in Facet]: Readonly<Record<(typeof FACETS)[F][number], Calls[string]>> } = {
  inspectable: {
    get: (store) => store.get(task().id),
    list: (store) => store.list({ limit: 1 }),
    queues: (store) => queuesOf(store),
    queue: (store) => store.queue(Q),
    activity: (store) => store.activity({ queues: [Q], minutes: 1 }),
  },
  administrable: {
    act: (store) => store.act([{ id: task().id }], "cancel"),
    edit: (store) => store.edit({ id: task().id }, { payload: "1" }),
    pause: (store) => store.pause(Q),
    resume: (store) => store.resume(Q),
    purge: (store) => store.purge(Q, ["pending"]),
  },
  diagnosable: { diagnose: (store) => store.diagnose() },
};

function closedCases(calls: Calls): Record<string, StoreCase["run"]> {
  const cases: Record<string, StoreCase["run"]> = {};
  for (const [name, call] of Object.entries(calls)) {
    cases[`${name} fails with STORE_CLOSED after the store was closed`] = async ({ store }) => {
      await store[Symbol.asyncDispose]();
      await assert.rejects(call(store), (error) => hasCode(error, "STORE_CLOSED"));
    };
  }
  return cases;
}

export const lifetimeCases = [
  ...(Object.keys(facetCalls) as Facet[]).flatMap((facet) =>
    casesOf("lifetime", [facet], closedCases(facetCalls[facet])),
  ),

  ...casesOf("lifetime", [], {
    ...closedCases(verbs),

    "a store can be closed twice, and by two at once": async ({ store }) => {
      await Promise.all([store[Symbol.asyncDispose](), store[Symbol.asyncDispose]()]);
      await store[Symbol.asyncDispose]();
    },

    "opening an open store changes nothing": async ({ store }) => {
      const id = await add(store);
      await Promise.all([store.open(), store.open()]);
      assert.equal((await claimOne(store)).id, id);
    },

    "a store has a name": async ({ store }) => {
      assert.match(store.name, /^[a-z]+$/);
    },

    "a store says how many calls at once are worth having": async ({ store }) => {
      assert.ok(Number.isSafeInteger(store.callsAtOnce) && store.callsAtOnce >= 1);
    },

    "what one client adds another one claims, extends and settles": async (sut) => {
      const other = await sut.another();
      const id = await add(sut.store);
      const lease = await claimOne(other);
      assert.equal(lease.id, id);
      assert.deepEqual(await sut.store.extend([lease], LEASE_MS), ["applied"]);
      await apply(sut.store, lease, completed);
      assert.equal(await settle(other, lease, completed), "lost");
    },
  }),

  ...casesOf("lifetime", ["inspectable"], {
    "another client sees the same tasks": async (sut) => {
      const other = await sut.another();
      const id = await add(sut.store);
      assert.equal((await other.get(id))?.id, id);
      assert.equal((await claimOne(other)).id, id);
    },
  }),

  ...casesOf("lifetime", ["diagnosable"], {
    "a look at what it runs on finds something to say": async ({ store }) => {
      const findings = await store.diagnose();
      assert.ok(findings.length > 0);
      for (const { level, topic, message, remedy } of findings) {
        assert.ok(topic !== "" && message !== "");
        assert.ok(level === "ok" || remedy !== undefined, `${topic}: what to do about it?`);
      }
    },
  }),
];
