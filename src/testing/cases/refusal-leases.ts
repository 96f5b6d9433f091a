/** Wrong settlements and leases of a store: a row each, with the code that refuses it. */
import type { FullStore } from "../../store/facets.ts";
import type { Lease } from "../../store/store.ts";
import type { ErrorCode } from "../../task/errors.ts";
import { boom, claim, completed, LEASE_MS } from "./fixture.ts";

/** What a wrong call finds: a task that runs and one that waits. */
export interface Scene {
  readonly store: FullStore;
  readonly lease: Lease;
  readonly waiting: string;
}

export type WrongCall = readonly [what: string, call: (scene: Scene) => Promise<unknown>, code: ErrorCode];

/** Longer than a payload may be. */
const TOO_LONG = "x".repeat(1_048_577);

const outcomes: readonly (readonly [what: string, outcome: unknown, code?: ErrorCode])[] = [
  ["nothing", undefined],
  ["null", null],
  ["text", "completed"],
  ["no kind", {}],
  ["a kind that is none", { kind: "done" }],
  ["a kind of every object", { kind: "constructor" }],
  ["a kind that is a prototype", { kind: "__proto__" }],
  ["a kind that is a list", { kind: ["completed"], keep: true }],
  ["completed without keep", { kind: "completed" }],
  ["completed, kept as text", { kind: "completed", keep: "no" }],
  ["a result that is a number", { kind: "completed", keep: true, result: 7 }],
  ["a result that is null", { kind: "completed", keep: true, result: null }],
  ["a result that UTF-8 cannot write", { kind: "completed", keep: true, result: "\ud800" }],
  ["a result too long", { kind: "completed", keep: true, result: TOO_LONG }, "PAYLOAD_TOO_LARGE"],
  ["a retry without a delay", { kind: "retry", error: boom }],
  ["a retry at no time", { kind: "retry", error: boom, delayMs: Number.NaN }],
  ["a retry before now", { kind: "retry", error: boom, delayMs: -1 }],
  ["a retry after the end of time", { kind: "retry", error: boom, delayMs: Infinity }],
  ["a retry without an error", { kind: "retry", delayMs: 1 }],
  ["a retry after text", { kind: "retry", delayMs: 1, error: "boom" }],
  ["a retry after null", { kind: "retry", delayMs: 1, error: null }],
  ["an error without a name", { kind: "retry", delayMs: 1, error: { message: "boom" } }],
  ["an error without a message", { kind: "retry", delayMs: 1, error: { name: "Error" } }],
  ["an error with a number for a code", { kind: "retry", delayMs: 1, error: { ...boom, code: 7 } }],
  ["an error with a list for a stack", { kind: "retry", delayMs: 1, error: { ...boom, stack: [] } }],
  [
    "an error that UTF-8 cannot write",
    { kind: "retry", delayMs: 1, error: { name: "Error", message: "\udfff" } },
  ],
  [
    "an error too long",
    { kind: "retry", delayMs: 1, error: { name: "Error", message: TOO_LONG } },
    "PAYLOAD_TOO_LARGE",
  ],
  ["dead without a reason", { kind: "dead", error: boom }],
  ["dead for a reason that is none", { kind: "dead", reason: "bored", error: boom }],
  ["dead for a reason of every object", { kind: "dead", reason: "toString", error: boom }],
  ["dead for a list of reasons", { kind: "dead", reason: ["exhausted"], error: boom }],
  ["dead without an error", { kind: "dead", reason: "exhausted" }],
  ["dead with an error that is none", { kind: "dead", reason: "exhausted", error: [] }],
  ["a snooze without a delay", { kind: "snooze" }],
  ["a snooze until no time", { kind: "snooze", delayMs: Number.NaN }],
  ["a snooze that goes back", { kind: "snooze", delayMs: -1 }],
  ["a snooze in words", { kind: "snooze", delayMs: "5m" }],
];

/** What is no lease, and no element of a list of them. */
const leases: readonly (readonly [what: string, change: unknown, code?: ErrorCode])[] = [
  ["null", null],
  ["text", "lease"],
  ["no id", { id: undefined }, "INVALID_ID"],
  ["an id that is a number", { id: 7 }, "INVALID_ID"],
  ["no queue", { queue: undefined }, "INVALID_NAME"],
  ["a queue that is null", { queue: null }, "INVALID_NAME"],
  ["a queue that is no name", { queue: "a}b" }, "INVALID_NAME"],
  ["no token", { token: undefined }],
  ["a token that is null", { token: null }],
  ["a token that is text", { token: "1" }],
];

/** As long as an id. The fence of a settlement tells them, so that one is not refused but `lost`. */
const others: typeof leases = [
  ["an id in upper case", { id: "0199C0DE-0000-7000-8000-00000000ABCD" }, "INVALID_ID"],
  ["an id of other letters", { id: "zzzzzzzz-zzzz-7zzz-8zzz-zzzzzzzzzzzz" }, "INVALID_ID"],
];

/** A settlement that is right stands before one that is wrong: neither is written. */
function settleBoth({ store, lease }: Scene, wrong: unknown): Promise<unknown> {
  return store.exchange({ settle: [{ ...ref(lease), outcome: completed }, wrong as never] });
}

export function ref({ id, queue, token }: Lease): { id: string; queue: string; token: number } {
  return { id, queue, token };
}

/** `lease` with a change, or what stands in its place. */
function changed(lease: Lease, change: unknown): unknown {
  return typeof change === "object" && change !== null ? { ...ref(lease), ...change } : change;
}

/** A list with a gap, which `map` and `forEach` pass over. */
export function withGap<T>(one: T): T[] {
  const list = [one];
  list[2] = one;
  return list;
}

/** What each group says of its calls is the name of its case. */
export const wrongLeases: Readonly<Record<string, readonly WrongCall[]>> = {
  "a settlement with what is no outcome is refused": outcomes.map(
    ([what, outcome, code = "INVALID_OPTION"]) => [
      what,
      (scene) => settleBoth(scene, { ...ref(scene.lease), outcome }),
      code,
    ],
  ),

  "a settlement of what is no lease is refused": leases.map(([what, change, code = "INVALID_OPTION"]) => [
    what,
    (scene) => {
      const wrong = changed(scene.lease, change);
      return settleBoth(
        scene,
        typeof wrong === "object" && wrong !== null ? { ...wrong, outcome: completed } : wrong,
      );
    },
    code,
  ]),

  "an extension of what is no lease is refused": [...leases, ...others].map(
    ([what, change, code = "INVALID_OPTION"]) => [
      what,
      ({ store, lease }) => store.extend([lease, changed(lease, change) as never], 2 * LEASE_MS),
      code,
    ],
  ),

  "a claim that holds what is no lease is refused": [...leases, ...others].map(
    ([what, change, code = "INVALID_OPTION"]) => [
      what,
      ({ store, lease }) => claim(store, { holding: [lease, changed(lease, change) as never] }),
      code,
    ],
  ),

  "an exchange of what is none is refused": [
    ["nothing", ({ store }) => store.exchange(undefined as never), "INVALID_OPTION"],
    ["null", ({ store }) => store.exchange(null as never), "INVALID_OPTION"],
    ["no settlements", ({ store }) => store.exchange({} as never), "INVALID_OPTION"],
    ["null settlements", ({ store }) => store.exchange({ settle: null as never }), "INVALID_OPTION"],
    [
      "a gap among settlements",
      ({ store, lease }) => store.exchange({ settle: withGap({ ...ref(lease), outcome: completed }) }),
      "INVALID_OPTION",
    ],
    [
      "followers that are null",
      (scene) => settleBoth(scene, { ...ref(scene.lease), outcome: completed, followers: null }),
      "INVALID_OPTION",
    ],
    [
      "a follower that is null",
      (scene) => settleBoth(scene, { ...ref(scene.lease), outcome: completed, followers: [null] }),
      "INVALID_OPTION",
    ],
  ],
};
