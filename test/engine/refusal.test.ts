/** Wrong calls of a client, and wrong task definitions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  defineTask,
  hasCode,
  Retry,
  Snooze,
  windlass,
  WindlassError,
  type WorkOptions,
} from "../../src/index.ts";
import { memoryStore } from "../../src/stores/memory/index.ts";
import { gapIn, refuses, type Row, thrownBy, wrong } from "../support/wrong-calls.ts";

const ID = "0199c0de-0000-7000-8000-00000000abcd";
const task = defineTask({ type: "t", run: () => undefined });

const enqueues: readonly Row[] = [
  ["enqueue()", (client) => client.enqueue(wrong(undefined), wrong(1)), "INVALID_DEFINITION"],
  ["enqueue(null, 1)", (client) => client.enqueue(wrong(null), wrong(1)), "INVALID_DEFINITION"],
  ["enqueue(7, 1)", (client) => client.enqueue(wrong(7), wrong(1)), "INVALID_DEFINITION"],
  ["enqueue({}, 1)", (client) => client.enqueue(wrong({}), wrong(1)), "INVALID_DEFINITION"],
  [
    "enqueue({ type }, 1, {})",
    (client) => client.enqueue(wrong({ type: "t" }), wrong(1), {}),
    "INVALID_DEFINITION",
  ],
  [
    "enqueue of a function",
    (client) =>
      client.enqueue(
        wrong(() => 1),
        wrong(1),
      ),
    "INVALID_DEFINITION",
  ],
  ['enqueue("", 1)', (client) => client.enqueue("", 1), "INVALID_NAME"],
  ["enqueue(t, 1, null)", (client) => client.enqueue("t", 1, wrong(null)), "INVALID_OPTION"],
  ["enqueue(t, 1, 7)", (client) => client.enqueue("t", 1, wrong(7)), "INVALID_OPTION"],
  ["enqueue(t, 1, [])", (client) => client.enqueue("t", 1, wrong([])), "INVALID_OPTION"],
  [
    "enqueue(t, 1, a promise)",
    (client) => client.enqueue("t", 1, wrong(Promise.resolve({}))),
    "INVALID_OPTION",
  ],
  [
    "enqueue(t, 1, a map)",
    (client) => client.enqueue("t", 1, wrong(new Map([["queue", "q"]]))),
    "INVALID_OPTION",
  ],
  [
    "enqueue with a misspelt option",
    (client) => client.enqueue("t", 1, wrong({ que: "a" })),
    "UNKNOWN_OPTION",
  ],
  [
    "enqueue with a delay of null",
    (client) => client.enqueue("t", 1, { delay: wrong(null) }),
    "INVALID_OPTION",
  ],
  ["enqueue with a delay of 1n", (client) => client.enqueue("t", 1, { delay: wrong(1n) }), "INVALID_OPTION"],
  ["enqueue with a runAt of {}", (client) => client.enqueue("t", 1, { runAt: wrong({}) }), "INVALID_OPTION"],
  ["enqueue of a bigint", (client) => client.enqueue("t", wrong(1n)), "INVALID_PAYLOAD"],
  [
    "enqueue of a function for input",
    (client) =>
      client.enqueue(
        "t",
        wrong(() => 1),
      ),
    "INVALID_PAYLOAD",
  ],
  [
    "enqueue of what throws null",
    (client) => client.enqueue("t", wrong({ toJSON: throwNull })),
    "INVALID_PAYLOAD",
  ],
  ["enqueueMany(t)", (client) => client.enqueueMany("t", wrong(undefined)), "INVALID_OPTION"],
  ["enqueueMany(t, null)", (client) => client.enqueueMany("t", wrong(null)), "INVALID_OPTION"],
  ["enqueueMany(t, {})", (client) => client.enqueueMany(task, wrong({ n: 1 })), "INVALID_OPTION"],
  ["enqueueMany(t, text)", (client) => client.enqueueMany("t", wrong("abc")), "INVALID_OPTION"],
  ["enqueueMany(t, a set)", (client) => client.enqueueMany("t", wrong(new Set([1]))), "INVALID_OPTION"],
  ["enqueueMany with a gap", (client) => client.enqueueMany("t", gapIn(ID)), "INVALID_OPTION"],
  ["enqueueMany(null, [])", (client) => client.enqueueMany(wrong(null), []), "INVALID_DEFINITION"],
  ["enqueueMany(t, [], null)", (client) => client.enqueueMany("t", [1], wrong(null)), "INVALID_OPTION"],
  ["enqueueAll()", (client) => client.enqueueAll(wrong(undefined)), "INVALID_OPTION"],
  ["enqueueAll(null)", (client) => client.enqueueAll(wrong(null)), "INVALID_OPTION"],
  ["enqueueAll of one", (client) => client.enqueueAll(wrong({ type: "t" })), "INVALID_OPTION"],
  ["enqueueAll([null])", (client) => client.enqueueAll([{ type: "t" }, wrong(null)]), "INVALID_OPTION"],
  ["enqueueAll of text", (client) => client.enqueueAll([{ type: "t" }, wrong("t")]), "INVALID_OPTION"],
  ["enqueueAll with a gap", (client) => client.enqueueAll(wrong(gapIn({ type: "t" }))), "INVALID_OPTION"],
  ["enqueueAll without a type", (client) => client.enqueueAll([{ type: "t" }, wrong({})]), "INVALID_NAME"],
];

const workers: readonly Row[] = [
  ["work()", (client) => client.work(wrong(undefined)), "INVALID_DEFINITION"],
  ["work(null)", (client) => client.work(wrong(null)), "INVALID_DEFINITION"],
  ["work(task)", (client) => client.work(wrong(task)), "INVALID_DEFINITION"],
  ["work([])", (client) => client.work([]), "INVALID_DEFINITION"],
  ["work([null])", (client) => client.work([wrong(null)]), "INVALID_DEFINITION"],
  ["work([() => 1])", (client) => client.work([wrong(() => 1)]), "INVALID_DEFINITION"],
  [
    "work([{ type, run }])",
    (client) => client.work([wrong({ type: "t", run: () => 1 })]),
    "INVALID_DEFINITION",
  ],
  ["work with a gap", (client) => client.work(wrong(gapIn(task))), "INVALID_DEFINITION"],
  ...(
    [
      ["null", null],
      ["7", 7],
      ["a list", []],
      ["concurrency: null", { concurrency: null }],
      ["queues: null", { queues: null }],
      ["queues: text", { queues: "mail" }],
      ["queues: a map", { queues: new Map([["mail", 1]]) }],
      ["lease: null", { lease: null }],
      ["poll: {}", { poll: {} }],
      ["maintainEvery: null", { maintainEvery: null }],
      ["shutdown: null", { shutdown: null }],
      ["shutdown: 25s", { shutdown: "25s" }],
      ["shutdown.timeout: null", { shutdown: { timeout: null } }],
      ["retention: null", { retention: null }],
      ["retention.dead: null", { retention: { dead: null } }],
      ["retention.dead: 7", { retention: { dead: 7 } }],
      ["signals: no", { signals: "no" }],
      ["signals: null", { signals: null }],
      ["middleware: null", { middleware: null }],
      ["middleware: a function", { middleware: () => undefined }],
      ["middleware.run: a function", { middleware: { run: () => undefined } }],
    ] as const
  ).map(([name, options]): Row => [
    `work with ${name}`,
    (client) => client.work([task], options as unknown as WorkOptions),
    "INVALID_OPTION",
  ]),
  ["work with queues: [null]", (client) => client.work([task], { queues: [wrong(null)] }), "INVALID_NAME"],
  ["work with a name of null", (client) => client.work([task], { name: wrong(null) }), "INVALID_NAME"],
  ["work with misspelt options", (client) => client.work([task], wrong({ concurency: 2 })), "UNKNOWN_OPTION"],
  ["housekeeping(null)", (client) => client.housekeeping(wrong(null)), "INVALID_OPTION"],
  ["housekeeping(7)", (client) => client.housekeeping(wrong(7)), "INVALID_OPTION"],
];

const looks: readonly Row[] = [
  ["get()", (client) => client.get(wrong(undefined)), "INVALID_ID"],
  ["get(id, null)", (client) => client.get(ID, wrong(null)), "INVALID_OPTION"],
  ["get(id, queue)", (client) => client.get(ID, wrong("mail")), "INVALID_OPTION"],
  ["get(id, { queue: null })", (client) => client.get(ID, { queue: wrong(null) }), "INVALID_NAME"],
  ["list(null)", (client) => client.list(wrong(null)), "INVALID_OPTION"],
  ["list(7)", (client) => client.list(wrong(7)), "INVALID_OPTION"],
  ["list({ limit: null })", (client) => client.list({ limit: wrong(null) }), "INVALID_OPTION"],
  ["list({ state: [] })", (client) => client.list({ state: wrong(["dead"]) }), "INVALID_OPTION"],
  ["queue()", (client) => client.queue(wrong(undefined)), "INVALID_NAME"],
  ["stats(null)", (client) => client.stats(wrong(null)), "INVALID_OPTION"],
  ["stats(60)", (client) => client.stats(wrong(60)), "INVALID_OPTION"],
  ["stats({ minutes: null })", (client) => client.stats({ minutes: wrong(null) }), "INVALID_OPTION"],
  ["retry()", (client) => client.retry(wrong(undefined)), "INVALID_ID"],
  ["cancel(null)", (client) => client.cancel(wrong(null)), "INVALID_ID"],
  ["cancel({})", (client) => client.cancel(wrong({})), "INVALID_ID"],
  ["cancel([null])", (client) => client.cancel([wrong(null)]), "INVALID_ID"],
  ["cancel with a gap", (client) => client.cancel(gapIn(ID)), "INVALID_ID"],
  ["runNow(a set)", (client) => client.runNow(wrong(new Set([ID]))), "INVALID_ID"],
  ["remove({ id, queue: null })", (client) => client.remove({ id: ID, queue: wrong(null) }), "INVALID_NAME"],
  ["edit()", (client) => client.edit(wrong(undefined), { priority: 1 }), "INVALID_ID"],
  ["edit(id)", (client) => client.edit(ID, wrong(undefined)), "INVALID_OPTION"],
  ["edit(id, null)", (client) => client.edit(ID, wrong(null)), "INVALID_OPTION"],
  ["edit(id, {})", (client) => client.edit(ID, {}), "INVALID_OPTION"],
  ["pause()", (client) => client.pause(wrong(undefined)), "INVALID_NAME"],
  ["resume(null)", (client) => client.resume(wrong(null)), "INVALID_NAME"],
  ["purge()", (client) => client.purge(wrong(undefined)), "INVALID_NAME"],
  ["purge(q, null)", (client) => client.purge("q", wrong(null)), "INVALID_OPTION"],
  ["purge(q, states)", (client) => client.purge("q", wrong(["dead"])), "INVALID_OPTION"],
  ["purge(q, { states: null })", (client) => client.purge("q", { states: wrong(null) }), "INVALID_OPTION"],
  [
    "purge(q, a gapIn(ID))",
    (client) => client.purge("q", { states: wrong(gapIn("dead")) }),
    "INVALID_OPTION",
  ],
];

const run = (): void => undefined;

const definitions: readonly Row[] = [
  ["defineTask()", () => defineTask(wrong(undefined)), "INVALID_OPTION"],
  ["defineTask(null)", () => defineTask(wrong(null)), "INVALID_OPTION"],
  ["defineTask(run)", () => defineTask(wrong(run)), "INVALID_OPTION"],
  ["defineTask({})", () => defineTask(wrong({})), "INVALID_DEFINITION"],
  ["defineTask without run", () => defineTask(wrong({ type: "t" })), "INVALID_DEFINITION"],
  ["defineTask without a type", () => defineTask(wrong({ run })), "INVALID_NAME"],
  [
    "defineTask with a queue of null",
    () => defineTask({ type: "t", run, queue: wrong(null) }),
    "INVALID_NAME",
  ],
  ["defineTask with retry: null", () => defineTask({ type: "t", run, retry: wrong(null) }), "INVALID_OPTION"],
  ["defineTask with retry: 3", () => defineTask({ type: "t", run, retry: wrong(3) }), "INVALID_OPTION"],
  [
    "defineTask with input: null",
    () => defineTask(wrong({ type: "t", run, input: null })),
    "INVALID_DEFINITION",
  ],
  ["defineTask with input: {}", () => defineTask(wrong({ type: "t", run, input: {} })), "INVALID_DEFINITION"],
  [
    "defineTask with a schema that validates nothing",
    () => defineTask(wrong({ type: "t", run, input: { "~standard": { version: 1 } } })),
    "INVALID_DEFINITION",
  ],
  ["Retry with null", () => new Retry("again", wrong(null)), "INVALID_OPTION"],
  ["Retry with a misspelt option", () => new Retry("again", wrong({ dely: "1s" })), "UNKNOWN_OPTION"],
  ["Snooze for nothing", () => new Snooze(wrong(undefined)), "INVALID_OPTION"],
  ["an error without a code", () => new WindlassError(wrong(undefined), "boom"), "INVALID_OPTION"],
  ["an error of every object", () => new WindlassError(wrong("constructor"), "boom"), "INVALID_OPTION"],
];

/** Some libraries throw what is no error. */
function throwNull(): never {
  const nothing: unknown = null;
  throw nothing;
}

refuses("enqueues", enqueues);
refuses("workers", workers);
refuses("questions and acts", looks);
refuses("definitions", definitions);

test("a method that was taken off its client says so", async () => {
  await using client = await windlass(memoryStore());
  for (const name of [
    "enqueue",
    "enqueueMany",
    "work",
    "housekeeping",
    "get",
    "list",
    "cancel",
    "purge",
    "close",
  ]) {
    const method = Reflect.get(client, name) as (...args: unknown[]) => unknown;
    for (const receiver of [undefined, null, {}, 7]) {
      const error = await thrownBy(() => Reflect.apply(method, receiver, ["t", 1]));
      assert.ok(hasCode(error, "INVALID_OPTION"), `${name}: ${String(error)}`);
      assert.match(error.message, /client/);
    }
  }
});

test("an error as JSON has its message and what to do", () => {
  const error = new WindlassError("INVALID_OPTION", "x is 7; expected 8", { pointer: "x" });
  assert.deepEqual(JSON.parse(JSON.stringify(error)), {
    name: "WindlassError",
    code: "INVALID_OPTION",
    message: "x is 7; expected 8",
    remedy: error.remedy,
    pointer: "x",
  });
});
