/** Values that no type allows and some program will give: each is refused by its code, and nothing is written. */
import assert from "node:assert/strict";
import type { FullStore } from "../../store/facets.ts";
import { type ErrorCode, hasCode } from "../../task/errors.ts";
import { casesOf, type StoreCase } from "../store-case.ts";
import { add, boom, claim, completed, counts, LEASE_MS, Q, running, task } from "./fixture.ts";

type Cases = Record<string, StoreCase["run"]>;

/** Fields of a new task. */
const fields: readonly (readonly [name: string, value: unknown, code: ErrorCode])[] = [
  ["id", "7", "INVALID_ID"],
  ["id", undefined, "INVALID_ID"],
  ["id", "0199C0DE-0000-7000-8000-00000000ABCD", "INVALID_ID"],
  ["type", "", "INVALID_NAME"],
  ["type", "a b", "INVALID_NAME"],
  ["type", 7, "INVALID_NAME"],
  ["queue", "a}b", "INVALID_NAME"],
  ["queue", null, "INVALID_NAME"],
  ["queue", undefined, "INVALID_NAME"],
  ["type", undefined, "INVALID_NAME"],
  ["queue", "x".repeat(129), "INVALID_NAME"],
  ["payload", undefined, "INVALID_PAYLOAD"],
  ["payload", { a: 1 }, "INVALID_PAYLOAD"],
  ["payload", "\ud800", "INVALID_PAYLOAD"],
  ["payload", "x".repeat(1_048_577), "PAYLOAD_TOO_LARGE"],
  ["priority", 2.5, "INVALID_OPTION"],
  ["priority", 10, "INVALID_OPTION"],
  ["priority", -1, "INVALID_OPTION"],
  ["priority", "5", "INVALID_OPTION"],
  ["priority", undefined, "INVALID_OPTION"],
  ["delayMs", Number.NaN, "INVALID_OPTION"],
  ["delayMs", -1, "INVALID_OPTION"],
  ["delayMs", Infinity, "INVALID_OPTION"],
  ["delayMs", "5m", "INVALID_OPTION"],
  ["runAt", Number.NaN, "INVALID_OPTION"],
  ["runAt", new Date(0), "INVALID_OPTION"],
  ["runAt", Infinity, "INVALID_OPTION"],
  ["retryLimit", -1, "INVALID_OPTION"],
  ["retryLimit", 1.5, "INVALID_OPTION"],
  ["crashLimit", "3", "INVALID_OPTION"],
  ["key", { value: "a b", windowMs: 1, fingerprint: "f" }, "INVALID_KEY"],
  ["key", { value: "k", windowMs: Number.NaN, fingerprint: "f" }, "INVALID_OPTION"],
  ["key", { value: "k", windowMs: 1, fingerprint: "" }, "INVALID_OPTION"],
  ["headers", { a: 1 }, "INVALID_OPTION"],
  ["headers", { "A b": "1" }, "INVALID_OPTION"],
  ["headers", { a: "x".repeat(4_097) }, "INVALID_OPTION"],
  ["headers", [], "INVALID_OPTION"],
];

/** Everything else that a store can be asked. */
const calls: Readonly<
  Record<string, readonly [call: (store: FullStore) => Promise<unknown>, code: ErrorCode]>
> = {
  "add takes no single task": [(store) => store.add(task() as never), "INVALID_OPTION"],
  "an outcome has a kind": [(store) => settleWith(store, { kind: "done" }), "INVALID_OPTION"],
  "an outcome is an object": [(store) => settleWith(store, null), "INVALID_OPTION"],
  "a retry has a delay": [(store) => settleWith(store, { kind: "retry", error: boom }), "INVALID_OPTION"],
  "a snooze does not go back": [
    (store) => settleWith(store, { kind: "snooze", delayMs: -1 }),
    "INVALID_OPTION",
  ],
  "a result is text": [
    (store) => settleWith(store, { kind: "completed", keep: true, result: 7 }),
    "INVALID_OPTION",
  ],
  "a claim takes a whole number": [(store) => claim(store, { max: 1.5 }), "INVALID_OPTION"],
  "a claim takes no less than nothing": [(store) => claim(store, { max: -1 }), "INVALID_OPTION"],
  "a claim names queues": [(store) => claim(store, { queues: ["a}b"] }), "INVALID_NAME"],
  "a claim names its worker": [(store) => claim(store, { worker: "" }), "INVALID_OPTION"],
  "a lease has a length": [(store) => claim(store, { leaseMs: Number.NaN }), "INVALID_OPTION"],
  "an extension has a length": [(store) => store.extend([], Number.NaN), "INVALID_OPTION"],
  "maintenance has a limit": [(store) => store.maintain({ limit: Number.NaN }), "INVALID_OPTION"],
  "retention has bounds": [
    (store) =>
      store.maintain({
        limit: 1,
        retention: {
          completed: { ageMs: Number.NaN, count: 1 },
          cancelled: { ageMs: 1, count: 1 },
          dead: { ageMs: 1, count: 1 },
        },
      }),
    "INVALID_OPTION",
  ],
  "get takes an id": [(store) => store.get("7"), "INVALID_ID"],
  "get takes the name of a queue": [(store) => store.get(task().id, "a}b"), "INVALID_NAME"],
  "queue takes a name": [(store) => store.queue(""), "INVALID_NAME"],
  "a list knows the states": [
    (store) => store.list({ state: "waiting" as never, limit: 1 }),
    "INVALID_OPTION",
  ],
  "a list has a limit": [(store) => store.list({} as never), "INVALID_OPTION"],
  "a page has an end": [(store) => store.list({ limit: 501 }), "INVALID_OPTION"],
  "a list is of names": [(store) => store.list({ queue: "a b", limit: 1 }), "INVALID_NAME"],
  "activity goes back a day at most": [(store) => store.activity({ minutes: 1_441 }), "INVALID_OPTION"],
  "an act has a name that is known": [(store) => store.act([], "explode" as never), "INVALID_OPTION"],
  "an act takes ids": [(store) => store.act([{ id: "7" }], "retry"), "INVALID_ID"],
  "pause takes a name": [(store) => store.pause("a}b"), "INVALID_NAME"],
  "resume takes a name": [(store) => store.resume(7 as never), "INVALID_NAME"],
  "purge knows the states": [(store) => store.purge(Q, ["gone" as never]), "INVALID_OPTION"],
};

async function settleWith(store: FullStore, outcome: unknown): Promise<unknown> {
  const lease = (await store.list({ state: "running", limit: 1 })).items[0]!;
  return store.exchange({ settle: [{ id: lease.id, queue: Q, token: 1, outcome: outcome as never }] });
}

/** One task that runs and one that waits, which the call leaves as they are; the queue goes on. */
async function leavesNoTrace(store: FullStore, code: ErrorCode, call: () => Promise<unknown>): Promise<void> {
  const lease = await running(store);
  const waiting = await add(store);
  const before = [await store.queues(), await store.get(lease.id), await store.get(waiting)];
  await assert.rejects(call(), (error) => hasCode(error, code));
  const after = [await store.queues(), await store.get(lease.id), await store.get(waiting)];
  assert.deepEqual(withoutAges(after), withoutAges(before));
  // Neighbours: the queue is claimed from, settled and added to as before.
  assert.equal((await claim(store))[0]?.id, waiting);
  const { id, queue, token } = lease;
  const { verdicts } = await store.exchange({ settle: [{ id, queue, token, outcome: completed }] });
  assert.deepEqual(verdicts, ["applied"]);
  await add(store);
  assert.equal((await counts(store)).pending, 1);
}

function withoutAges(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (name, each: unknown) => (name === "oldestPendingMs" ? 0 : each)));
}

function fieldCases(): Cases {
  const cases: Cases = {};
  for (const [name, value, code] of fields) {
    const shown = String(JSON.stringify(value) ?? value).slice(0, 40);
    cases[`a new task whose ${name} is ${typeof value} ${shown} is refused with its whole batch`] = ({
      store,
    }) => leavesNoTrace(store, code, () => store.add([task(), { ...task(), [name]: value }]));
  }
  return cases;
}

function callCases(): Cases {
  const cases: Cases = {};
  for (const [name, [call, code]] of Object.entries(calls)) {
    cases[name] = ({ store }) => leavesNoTrace(store, code, () => call(store));
  }
  return cases;
}

/** An edit of a task that waits. */
function editCases(): Cases {
  const cases: Cases = {};
  for (const edit of [
    { priority: 2.5 },
    { priority: Number.NaN },
    { delayMs: Number.NaN },
    { delayMs: -5 },
    { runAt: Infinity },
    { payload: 7 },
    { delayMs: 1, runAt: 1 },
  ]) {
    const [[name, value]] = Object.entries(edit) as [[string, unknown]];
    const code = name === "payload" ? "INVALID_PAYLOAD" : "INVALID_OPTION";
    const both = Object.keys(edit).length > 1 ? " beside a runAt" : "";
    cases[`an edit whose ${name} is ${String(value)}${both} is refused`] = ({ store }) =>
      leavesNoTrace(store, code, async () => {
        const { items } = await store.list({ state: "pending", limit: 1 });
        return store.edit({ id: items[0]!.id }, edit as never);
      });
  }
  return cases;
}

export const refusalCases = [
  ...casesOf("refusal", [], {
    "a lease that never was is lost, which is no refusal": async ({ store }) => {
      const { id, queue } = await running(store);
      for (const token of [0, -1, 1.5, Number.NaN, Number.MAX_SAFE_INTEGER + 2]) {
        const { verdicts } = await store.exchange({ settle: [{ id, queue, token, outcome: completed }] });
        assert.deepEqual(verdicts, ["lost"], String(token));
        assert.deepEqual(await store.extend([{ id, queue, token }], LEASE_MS), ["lost"]);
      }
    },
  }),

  ...casesOf("refusal", ["inspectable", "administrable"], {
    ...fieldCases(),

    ...callCases(),

    ...editCases(),
  }),
];
