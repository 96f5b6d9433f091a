/** Values that no type allows and some program will give: each is refused by its code, and nothing is written. */
import assert from "node:assert/strict";
import type { FullStore } from "../../store/facets.ts";
import { type ErrorCode, hasCode } from "../../task/errors.ts";
import { casesOf, type StoreCase } from "../store-case.ts";
import { add, claim, completed, counts, LEASE_MS, running, task, queuesOf } from "./fixture.ts";
import { wrongCalls } from "./refusal-calls.ts";
import { type WrongCall, wrongLeases } from "./refusal-leases.ts";

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
  ["runAt", -1, "INVALID_OPTION"],
  ["runAt", null, "INVALID_OPTION"],
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

/** One task that runs and one that waits, which wrong calls leave as they are; the queue goes on. */
async function leaveNoTrace(store: FullStore, calls: readonly WrongCall[]): Promise<void> {
  const lease = await running(store);
  const waiting = await add(store);
  const snapshot = async (): Promise<unknown> =>
    withoutAges([await queuesOf(store), await store.get(lease.id), await store.get(waiting)]);
  const before = await snapshot();
  for (const [what, call, code] of calls) {
    const error = await call({ store, lease, waiting }).then(
      () => assert.fail(`${what}: expected ${code}, but it was accepted`),
      (thrown: unknown) => thrown,
    );
    assert.ok(hasCode(error, code), `${what}: expected ${code}, but got ${String(error)}`);
    assert.match(error.message, /; expected /, what);
    assert.deepEqual(await snapshot(), before, what);
  }
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
    const title = `a new task whose ${name} is ${typeof value} ${shown} is refused with its whole batch`;
    cases[title] = ({ store }) =>
      leaveNoTrace(store, [[name, () => store.add([task(), { ...task(), [name]: value }]), code]]);
  }
  return cases;
}

function callCases(): Cases {
  const cases: Cases = {};
  for (const [name, calls] of Object.entries({ ...wrongLeases, ...wrongCalls })) {
    cases[name] = ({ store }) => leaveNoTrace(store, calls);
  }
  return cases;
}

/** Changes of a task that waits. */
const edits: readonly (readonly [what: string, edit: unknown, code?: ErrorCode])[] = [
  ["half a priority", { priority: 2.5 }],
  ["no priority", { priority: Number.NaN }],
  ["a priority of null", { priority: null }],
  ["no delay", { delayMs: Number.NaN }],
  ["a delay backwards", { delayMs: -5 }],
  ["a delay for ever", { delayMs: Infinity }],
  ["a time before 1970", { runAt: -1 }],
  ["a time that never comes", { runAt: Infinity }],
  ["a date", { runAt: new Date(0) }],
  ["a delay and a time", { delayMs: 1, runAt: 1 }],
  ["a payload that is no text", { payload: 7 }, "INVALID_PAYLOAD"],
  ["a payload that UTF-8 cannot write", { payload: "\ud800" }, "INVALID_PAYLOAD"],
  ["a payload too large", { payload: "x".repeat(1_048_577) }, "PAYLOAD_TOO_LARGE"],
];

export const refusalCases = [
  ...casesOf("refusal", [], {
    "a lease that never was is lost, which is no refusal": async ({ store }) => {
      const { id, queue } = await running(store);
      for (const token of [0, -1, 1.5, Number.NaN, Number.MAX_SAFE_INTEGER + 2]) {
        const { verdicts } = await store.exchange({ settle: [{ id, queue, token, outcome: completed }] });
        assert.deepEqual(verdicts, ["lost"], String(token));
        assert.deepEqual(await store.extend([{ id, queue, token }], LEASE_MS), ["lost"]);
      }
      for (const stranger of [id.toUpperCase(), id.replace(/[0-9]/, "z"), "😀".repeat(18)]) {
        const { verdicts } = await store.exchange({
          settle: [{ id: stranger, queue, token: 1, outcome: completed }],
        });
        assert.deepEqual(verdicts, ["lost"], stranger);
      }
    },
  }),

  ...casesOf("refusal", ["inspectable", "administrable"], {
    ...fieldCases(),

    ...callCases(),

    "an edit to what no task may have is refused": ({ store }) =>
      leaveNoTrace(
        store,
        edits.map(([what, edit, code = "INVALID_OPTION"]) => [
          what,
          ({ waiting }) => store.edit({ id: waiting }, edit as never),
          code,
        ]),
      ),
  }),
];
