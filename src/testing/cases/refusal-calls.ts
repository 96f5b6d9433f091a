/** Wrong calls of a store but for settlements: a row each, with the code that refuses it. */
import type { Retention } from "../../store/store.ts";
import { claim, HOUR, LEASE_MS, Q, task } from "./fixture.ts";
import { ref, withGap, type WrongCall } from "./refusal-leases.ts";

const KEEP = { ageMs: HOUR, count: 10 };
const RETENTION: Retention = { completed: KEEP, cancelled: KEEP, dead: KEEP };

function maintain(retention: unknown): WrongCall[1] {
  return ({ store }) => store.maintain({ limit: 1, retention: retention as Retention });
}

/** What each group says of its calls is the name of its case. */
export const wrongCalls: Readonly<Record<string, readonly WrongCall[]>> = {
  "an add of what are no tasks is refused": [
    ["nothing", ({ store }) => store.add(undefined as never), "INVALID_OPTION"],
    ["null", ({ store }) => store.add(null as never), "INVALID_OPTION"],
    ["one task", ({ store }) => store.add(task() as never), "INVALID_OPTION"],
    ["a null among tasks", ({ store }) => store.add([task(), null as never]), "INVALID_OPTION"],
    ["text among tasks", ({ store }) => store.add([task(), "task" as never]), "INVALID_OPTION"],
    ["a gap among tasks", ({ store }) => store.add(withGap(task())), "INVALID_OPTION"],
    ["a key that is null", ({ store }) => store.add([task({ key: null as never })]), "INVALID_OPTION"],
    ["a key that is text", ({ store }) => store.add([task({ key: "k" as never })]), "INVALID_OPTION"],
  ],

  "a claim that is none is refused": [
    ["null", ({ store }) => store.exchange({ settle: [], claim: null as never }), "INVALID_OPTION"],
    ["text", ({ store }) => store.exchange({ settle: [], claim: Q as never }), "INVALID_OPTION"],
    ["nothing in it", ({ store }) => store.exchange({ settle: [], claim: {} as never }), "INVALID_OPTION"],
    ["no queues", ({ store }) => claim(store, { queues: undefined as never }), "INVALID_OPTION"],
    ["one queue", ({ store }) => claim(store, { queues: Q as never }), "INVALID_OPTION"],
    ["a null among queues", ({ store }) => claim(store, { queues: [Q, null as never] }), "INVALID_NAME"],
    ["a gap among queues", ({ store }) => claim(store, { queues: withGap(Q) }), "INVALID_NAME"],
    ["a queue that is no name", ({ store }) => claim(store, { queues: [Q, "a}b"] }), "INVALID_NAME"],
    ["half a task", ({ store }) => claim(store, { max: 1.5 }), "INVALID_OPTION"],
    ["less than nothing", ({ store }) => claim(store, { max: -1 }), "INVALID_OPTION"],
    ["no worker", ({ store }) => claim(store, { worker: undefined as never }), "INVALID_OPTION"],
    ["a worker without a name", ({ store }) => claim(store, { worker: "" }), "INVALID_OPTION"],
    ["a lease without an end", ({ store }) => claim(store, { leaseMs: Infinity }), "INVALID_OPTION"],
    ["a lease of no length", ({ store }) => claim(store, { leaseMs: Number.NaN }), "INVALID_OPTION"],
    ["a holding of null", ({ store }) => claim(store, { holding: null as never }), "INVALID_OPTION"],
    [
      "a gap in what it holds",
      ({ store, lease }) => claim(store, { holding: withGap(ref(lease)) }),
      "INVALID_OPTION",
    ],
  ],

  "an extension of nothing, or by nothing, is refused": [
    ["null", ({ store }) => store.extend(null as never, LEASE_MS), "INVALID_OPTION"],
    ["one lease", ({ store, lease }) => store.extend(lease as never, LEASE_MS), "INVALID_OPTION"],
    ["a gap", ({ store, lease }) => store.extend(withGap(ref(lease)), LEASE_MS), "INVALID_OPTION"],
    ["no length", ({ store, lease }) => store.extend([lease], Number.NaN), "INVALID_OPTION"],
    ["backwards", ({ store, lease }) => store.extend([lease], -1), "INVALID_OPTION"],
  ],

  "maintenance without bounds is refused": [
    ["null", ({ store }) => store.maintain(null as never), "INVALID_OPTION"],
    ["no limit", ({ store }) => store.maintain({} as never), "INVALID_OPTION"],
    ["a limit that is no number", ({ store }) => store.maintain({ limit: Number.NaN }), "INVALID_OPTION"],
    ["retention of null", maintain(null), "INVALID_OPTION"],
    ["retention of nothing", maintain({}), "INVALID_OPTION"],
    ["retention of one state", maintain({ completed: KEEP }), "INVALID_OPTION"],
    ["retention of null in a state", maintain({ ...RETENTION, dead: null }), "INVALID_OPTION"],
    [
      "retention of no age",
      maintain({ ...RETENTION, completed: { ageMs: Number.NaN, count: 1 } }),
      "INVALID_OPTION",
    ],
    ["retention of no count", maintain({ ...RETENTION, dead: { ageMs: 1 } }), "INVALID_OPTION"],
  ],

  "a question that is none is refused": [
    ["get without an id", ({ store }) => store.get(undefined as never), "INVALID_ID"],
    ["get with a number", ({ store }) => store.get("7"), "INVALID_ID"],
    ["get in no queue", ({ store, lease }) => store.get(lease.id, "a}b"), "INVALID_NAME"],
    ["get in null", ({ store, lease }) => store.get(lease.id, null as never), "INVALID_NAME"],
    ["queue without a name", ({ store }) => store.queue(""), "INVALID_NAME"],
    ["list of null", ({ store }) => store.list(null as never), "INVALID_OPTION"],
    ["list of nothing", ({ store }) => store.list(undefined as never), "INVALID_OPTION"],
    ["list without a limit", ({ store }) => store.list({} as never), "INVALID_OPTION"],
    ["list without an end", ({ store }) => store.list({ limit: 501 }), "INVALID_OPTION"],
    [
      "list of a queue that is no name",
      ({ store }) => store.list({ queue: "a b", limit: 1 }),
      "INVALID_NAME",
    ],
    [
      "list of no state",
      ({ store }) => store.list({ state: "waiting" as never, limit: 1 }),
      "INVALID_OPTION",
    ],
    ["list from before 1970", ({ store }) => store.list({ createdFrom: -1, limit: 1 }), "INVALID_OPTION"],
    [
      "list of a cursor of null",
      ({ store }) => store.list({ cursor: null as never, limit: 1 }),
      "INVALID_OPTION",
    ],
    ["activity of null", ({ store }) => store.activity(null as never), "INVALID_OPTION"],
    [
      "activity of two days",
      ({ store }) => store.activity({ queues: [Q], minutes: 2_880 }),
      "INVALID_OPTION",
    ],
    ["activity of all", ({ store }) => store.activity({ minutes: 1 } as never), "INVALID_OPTION"],
    ["activity of nothing", ({ store }) => store.activity({ queues: [], minutes: 1 }), "INVALID_OPTION"],
    [
      "activity of too many",
      ({ store }) => store.activity({ queues: Array.from({ length: 501 }, () => Q), minutes: 1 }),
      "INVALID_OPTION",
    ],
    ["activity of no name", ({ store }) => store.activity({ queues: ["a}b"], minutes: 1 }), "INVALID_NAME"],
    ["queues of nothing", ({ store }) => store.queues(undefined as never), "INVALID_OPTION"],
    ["queues without a limit", ({ store }) => store.queues({} as never), "INVALID_OPTION"],
    ["no queues", ({ store }) => store.queues({ limit: 0 }), "INVALID_OPTION"],
    ["queues without an end", ({ store }) => store.queues({ limit: 501 }), "INVALID_OPTION"],
    [
      "queues behind null",
      ({ store }) => store.queues({ limit: 1, cursor: null as never }),
      "INVALID_OPTION",
    ],
    ["queues behind no name", ({ store }) => store.queues({ limit: 1, cursor: "a}b" }), "INVALID_CURSOR"],
    ["queues behind nothing", ({ store }) => store.queues({ limit: 1, cursor: "" }), "INVALID_CURSOR"],
    [
      "a subscription to null",
      ({ store }) => store.signal.subscribe(null as never, () => {}),
      "INVALID_OPTION",
    ],
    ["a subscription to no name", ({ store }) => store.signal.subscribe(["a}b"], () => {}), "INVALID_NAME"],
    ["a subscription of nobody", ({ store }) => store.signal.subscribe([Q], null as never), "INVALID_OPTION"],
  ],

  "an act on what is no task is refused": [
    ["null", ({ store }) => store.act(null as never, "cancel"), "INVALID_OPTION"],
    ["one task", ({ store, waiting }) => store.act({ id: waiting } as never, "cancel"), "INVALID_OPTION"],
    [
      "a null among tasks",
      ({ store, waiting }) => store.act([{ id: waiting }, null as never], "cancel"),
      "INVALID_OPTION",
    ],
    [
      "an id among tasks",
      ({ store, waiting }) => store.act([{ id: waiting }, waiting as never], "cancel"),
      "INVALID_OPTION",
    ],
    ["a gap", ({ store, waiting }) => store.act(withGap({ id: waiting }), "cancel"), "INVALID_OPTION"],
    ["no id", ({ store, waiting }) => store.act([{ id: waiting }, {} as never], "cancel"), "INVALID_ID"],
    [
      "what is no id",
      ({ store, waiting }) => store.act([{ id: waiting }, { id: "7" }], "cancel"),
      "INVALID_ID",
    ],
    [
      "a queue of null",
      ({ store, waiting }) => store.act([{ id: waiting, queue: null as never }], "cancel"),
      "INVALID_NAME",
    ],
    ["no act", ({ store, waiting }) => store.act([{ id: waiting }], undefined as never), "INVALID_OPTION"],
    ["an unknown act", ({ store }) => store.act([], "explode" as never), "INVALID_OPTION"],
    [
      "an act of every object",
      ({ store, waiting }) => store.act([{ id: waiting }], "constructor" as never),
      "INVALID_OPTION",
    ],
    ["an edit of null", ({ store }) => store.edit(null as never, { priority: 1 }), "INVALID_OPTION"],
    ["an edit by null", ({ store, waiting }) => store.edit({ id: waiting }, null as never), "INVALID_OPTION"],
    [
      "an edit by nothing",
      ({ store, waiting }) => store.edit({ id: waiting }, undefined as never),
      "INVALID_OPTION",
    ],
  ],

  "what is no queue is neither paused nor resumed nor purged": [
    ["pause", ({ store }) => store.pause("a}b"), "INVALID_NAME"],
    ["pause of nothing", ({ store }) => store.pause(undefined as never), "INVALID_NAME"],
    ["resume", ({ store }) => store.resume(7 as never), "INVALID_NAME"],
    ["purge", ({ store }) => store.purge(null as never, ["pending"]), "INVALID_NAME"],
    ["purge of no states", ({ store }) => store.purge(Q, undefined as never), "INVALID_OPTION"],
    ["purge of one state", ({ store }) => store.purge(Q, "pending" as never), "INVALID_OPTION"],
    [
      "purge of unknown states",
      ({ store }) => store.purge(Q, ["pending", "gone" as never]),
      "INVALID_OPTION",
    ],
    ["purge with a gap", ({ store }) => store.purge(Q, withGap("pending" as const)), "INVALID_OPTION"],
  ],
};
