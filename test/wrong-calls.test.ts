/** Every public function, called as no type allows: one error with a code, at once or by the promise, and no trace. */
import assert from "node:assert/strict";

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";
import { Client, defineTask, hasCode, windlass, WindlassError } from "../src/index.ts";
import { systemClock } from "../src/store/clock.ts";
import type { FullStore } from "../src/store/index.ts";
import { memoryStore } from "../src/stores/memory/index.ts";
import { redisStore } from "../src/stores/redis/index.ts";
import { sqliteStore } from "../src/stores/sqlite/index.ts";
import { ENTRIES, exportSpecs, missing, stale } from "./wrong-calls/exports.ts";
import {
  CLIENT_METHODS,
  elementCalls,
  methodSpecs,
  optionCalls,
  PLAIN_METHODS,
} from "./wrong-calls/methods.ts";
import { type At, type WrongCall, wrongCalls } from "./wrong-calls/spec.ts";

const rows: readonly WrongCall[] = [
  ...[...exportSpecs, ...methodSpecs].flatMap(wrongCalls),
  ...optionCalls,
  ...elementCalls,
];

/** A call that takes longer hangs. */
const DEADLINE_MS = 2_000;

const HUNG = Symbol("it hangs");

/** What came of a call, and whether by a promise. */
async function outcomeOf(at: At, { call }: WrongCall): Promise<{ thrown?: unknown; late: boolean }> {
  let late = false;
  try {
    const answer = call(at);
    late = true;
    const hung = Promise.withResolvers<unknown>();
    const cancel = systemClock.after(DEADLINE_MS, () => hung.reject(HUNG));
    await Promise.race([answer, hung.promise]).finally(cancel);
    return { late };
  } catch (thrown) {
    return { thrown, late };
  }
}

/** What is wrong with how a call ended; undefined if nothing is. */
async function faultOf(at: At, row: WrongCall): Promise<string | undefined> {
  const { name, how } = row;
  const { thrown, late } = await outcomeOf(at, row);
  if (how === "answers")
    return thrown === undefined ? undefined : `${name}: it fails with ${inspect(thrown)}`;
  if (thrown === undefined) return `${name}: it was accepted`;
  if (!(thrown instanceof WindlassError)) return `${name}: ${inspect(thrown)}`;
  if (late !== (how === "rejects")) return `${name}: it ${late ? "rejects" : "throws"}`;
  if (thrown.kind !== "invalid") return `${name}: ${thrown.code}`;
  return /expected |did you mean|it has |cannot be written as JSON|is not from an earlier answer/.test(
    thrown.message,
  )
    ? undefined
    : `${name}: ${thrown.message}`;
}

test("every function of every entry point has rows, at least 500 in all, each with a name of its own", () => {
  assert.deepEqual(missing, []);
  assert.deepEqual(stale, []);
  const { exports } = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8")) as {
    exports: object;
  };
  const entries = Object.keys(exports).filter((path) => path !== "./package.json");
  assert.deepEqual(
    Object.keys(ENTRIES).toSorted(),
    entries.map((path) => path.replace(".", "windlass")).toSorted(),
  );
  assert.deepEqual(
    Object.getOwnPropertyNames(Client.prototype).filter(
      (name) => !CLIENT_METHODS.includes(name) && !PLAIN_METHODS.includes(name),
    ),
    [],
  );
  const names = rows.map(({ name }) => name);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
  assert.ok(rows.length >= 500, `${rows.length} rows`);
});

test("each wrong call ends in one error with a code, as its function fails, and leaves no trace", async () => {
  const strays: unknown[] = [];
  const onStray = (error: unknown): void => void strays.push(error);
  process.on("unhandledRejection", onStray);
  const store = memoryStore();
  await using client = await windlass(store);
  const faults: string[] = [];
  for (const row of rows) {
    const fault = await faultOf({ client, store }, row);
    if (fault !== undefined) faults.push(fault);
  }
  process.off("unhandledRejection", onStray);
  assert.deepEqual(faults, []);
  assert.deepEqual(strays, []);
  assert.deepEqual((await client.queues()).items, []);
  assert.equal(existsSync("none.db"), false);
});

const ID = "0199c0de-0000-7000-8000-00000000abcd";

/** Calls of the verbs of a store that is not open, and of a client that is closed. */
const CALLS: Readonly<Record<string, readonly unknown[]>> = {
  add: [[{ id: ID, type: "t", queue: "q", payload: "1", priority: 5 }]],
  exchange: [{ settle: [], claim: { queues: ["q"], max: 1, leaseMs: 1_000, worker: "w" } }],
  extend: [[{ id: ID, queue: "q", token: 1 }], 1],
  maintain: [{ limit: 1 }],
  get: [ID],
  list: [{ limit: 1 }],
  queues: [{ limit: 1 }],
  queue: ["q"],
  activity: [{ queues: ["q"], minutes: 1 }],
  act: [[{ id: ID }], "retry"],
  edit: [{ id: ID }, { priority: 1 }],
  pause: ["q"],
  resume: ["q"],
  purge: ["q", ["dead"]],
};

const STORES: Readonly<Record<string, (folder: string) => FullStore>> = {
  memory: () => memoryStore(),
  sqlite: (folder) => sqliteStore({ path: join(folder, "tasks.db") }),
  redis: () => redisStore({ url: "redis://127.0.0.1:1" }), // where nothing is: no test of it may need a server
};

for (const [name, make] of Object.entries(STORES)) {
  test(`${name}: calls before open and after the end are refused by a code`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "windlass-wrong-"));
    t.after(() => rmSync(folder, { recursive: true }));
    for (const opened of [false, true]) {
      if (name === "memory" && !opened) continue; // there is nothing to open
      if (name === "redis" && opened) continue;
      await using store = make(folder);
      if (opened) await store.open();
      if (opened) await store[Symbol.asyncDispose]();
      for (const [verb, args] of Object.entries(CALLS)) {
        const call = Reflect.get(store, verb) as (...given: readonly unknown[]) => unknown;
        const row = { name: verb, how: "rejects", call: () => call(...args) } as const;
        const { thrown, late } = await outcomeOf({} as At, row);
        assert.ok(thrown instanceof WindlassError && late, `${verb}: ${inspect(thrown)}`);
        assert.equal(thrown.code, opened ? "STORE_CLOSED" : "STORE_UNAVAILABLE", verb);
      }
    }
  });
}

test("methods of a client, a worker and what they make, taken off, say so", async () => {
  await using client = await windlass(memoryStore());
  const worker = client.work([defineTask({ type: "t", run() {} })], { signals: false });
  const taken: readonly (readonly [object, string])[] = [
    ...[...CLIENT_METHODS, "close"].map((name) => [client, name] as const),
    ...["run", "stop"].map((name) => [worker, name] as const),
  ];
  for (const [owner, name] of taken) {
    const method = Reflect.get(owner, name) as (...args: unknown[]) => unknown;
    for (const receiver of [undefined, null, {}, 7]) {
      const row = { name, how: "rejects", call: () => Reflect.apply(method, receiver, ["t", 1]) } as const;
      const { thrown } = await outcomeOf({} as At, row);
      assert.ok(hasCode(thrown, "INVALID_OPTION"), `${name}: ${inspect(thrown)}`);
    }
  }
});

test("a client that is closed refuses each call by a code", async () => {
  const client = await windlass(memoryStore());
  await client.close();
  const calls: Readonly<Record<string, () => unknown>> = {
    enqueue: () => client.enqueue("t", 1),
    enqueueMany: () => client.enqueueMany("t", [1]),
    enqueueAll: () => client.enqueueAll([{ type: "t" }]),
    get: () => client.get(ID),
    list: () => client.list(),
    queues: () => client.queues(),
    queue: () => client.queue("q"),
    stats: () => client.stats(),
    retry: () => client.retry(ID),
    cancel: () => client.cancel([ID]),
    runNow: () => client.runNow(ID),
    remove: () => client.remove(ID),
    edit: () => client.edit(ID, { priority: 1 }),
    pause: () => client.pause("q"),
    resume: () => client.resume("q"),
    purge: () => client.purge("q"),
  };
  for (const [name, call] of Object.entries(calls)) {
    const { thrown, late } = await outcomeOf({} as At, { name, how: "rejects", call });
    assert.ok(hasCode(thrown, "STORE_CLOSED") && late, `${name}: ${inspect(thrown)}`);
  }
  await client.close();
});
