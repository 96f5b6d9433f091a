import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStore } from "../../src/stores/memory/index.ts";
import { faultyStore, type FaultyVerb, oneFault } from "../../src/testing/index.ts";
import { queuesOf } from "../support/queues-of.ts";

const A = "00000000-0000-7000-8000-00000000000a";
const B = "00000000-0000-7000-8000-00000000000b";

const unknown = { name: "WindlassError", code: "UNKNOWN" };

function task(id: string) {
  return { id, type: "t", queue: "q", payload: "{}", priority: 5 };
}

test("a lost request did not happen, a lost reply did", async () => {
  const store = memoryStore();
  await assert.rejects(faultyStore(store, oneFault("add", 1, "lost request")).add([task(A)]), unknown);
  assert.equal(await store.get(A), undefined);
  await assert.rejects(faultyStore(store, oneFault("add", 1, "lost reply")).add([task(A)]), unknown);
  assert.equal((await store.get(A))?.state, "pending");
});

test("a repeated request is answered for the second time", async () => {
  const store = faultyStore(memoryStore(), oneFault("add", 1, "repeated"));
  assert.deepEqual(await store.add([task(A)]), [{ status: "duplicate", id: A }]);
});

test("the fault meets the call that it is meant for, and no other", async () => {
  const store = faultyStore(memoryStore(), oneFault("add", 2, "lost request"));
  await queuesOf(store);
  await store.add([task(A)]);
  await assert.rejects(store.add([task(B)]), unknown);
  assert.deepEqual(await store.add([task(B)]), [{ status: "added", id: B, state: "pending" }]);
});

test("every call can meet a fault", async () => {
  const met: FaultyVerb[] = [];
  const store = faultyStore(memoryStore(), {
    fault: (verb) => {
      met.push(verb);
      return "lost request";
    },
  });
  const calls: Record<FaultyVerb, () => Promise<unknown>> = {
    add: () => store.add([]),
    exchange: () => store.exchange({ settle: [] }),
    extend: () => store.extend([], 1),
    maintain: () => store.maintain({ limit: 1 }),
    get: () => store.get(A),
    list: () => store.list({ limit: 1 }),
    queues: () => queuesOf(store),
    activity: () => store.activity({ queues: ["q"], minutes: 1 }),
    queue: () => store.queue("q"),
    act: () => store.act([{ id: A }], "retry"),
    edit: () => store.edit({ id: A }, {}),
    pause: () => store.pause("q"),
    resume: () => store.resume("q"),
    purge: () => store.purge("q", []),
    diagnose: () => store.diagnose(),
  };
  for (const call of Object.values(calls)) await assert.rejects(call(), unknown);
  assert.deepEqual(met, Object.keys(calls));
});

test("dropped signals wake nobody", async () => {
  const store = memoryStore();
  const woken: string[] = [];
  await faultyStore(store, { dropSignals: true }).signal.subscribe(["q"], () => woken.push("dropped"));
  await new Promise<void>((resolve, reject) => {
    store.signal.subscribe(["q"], resolve).then(() => store.add([task(A)]), reject);
  });
  assert.deepEqual(woken, []);
});

test("a faulty store opens and closes the one behind it", async () => {
  const store = memoryStore();
  const faulty = faultyStore(store, {});
  await faulty.open();
  assert.equal(faulty.name, "memory");
  await faulty[Symbol.asyncDispose]();
  await assert.rejects(store.get(A), { code: "STORE_CLOSED" });
});
