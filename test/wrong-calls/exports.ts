/** Every function and class that a public entry point exports, with its right arguments. A new export without a row fails the test. */
import * as main from "../../src/index.ts";
import * as server from "../../src/server/http/index.ts";
import * as stores from "../../src/store/index.ts";
import { memoryStore } from "../../src/stores/memory/index.ts";
import * as memory from "../../src/stores/memory/index.ts";
import * as redis from "../../src/stores/redis/index.ts";
import * as sqlite from "../../src/stores/sqlite/index.ts";
import * as testing from "../../src/testing/index.ts";
import { is, type Row, type Spec } from "./spec.ts";
import { functions, objects, options, VALUE_NAMES, type ValueName } from "./values.ts";

/** By the name under which programs import them. */
export const ENTRIES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  windlass: main,
  "windlass/store": stores,
  "windlass/stores/memory": memory,
  "windlass/stores/sqlite": sqlite,
  "windlass/stores/redis": redis,
  "windlass/server/http": server,
  "windlass/testing": testing,
};

const ID = "0199c0de-0000-7000-8000-00000000abcd";
const run = (): void => undefined;
const task = main.defineTask({ type: "t", run });
const outcome = { kind: "release" };
const newTask = { id: ID, type: "t", queue: "q", payload: "1", priority: 5 };
const lease = { id: ID, queue: "q", token: 1 };
const stored = { ...newTask, payload: "1", state: "pending" };

/** May be left out. */
const optional: readonly ValueName[] = ["undefined"];
const texts: readonly ValueName[] = ["no text", "text"];
const numbers: readonly ValueName[] = ["seven", "minus one", "NaN"];
const anything = VALUE_NAMES;

const any = (): undefined => undefined;

const ERRORS: Readonly<Record<string, Row>> = {
  WindlassError: [
    [is("INTERNAL"), is("boom"), is({})],
    [[], anything, [...objects, "undefined"]],
  ],
  hasCode: [[any, is("INTERNAL")], [[], []], "answers"],
  hasFacet: [[any, is("inspectable")], [[], []], "answers"],
};

const SPECS: Readonly<Record<keyof typeof ENTRIES, Readonly<Record<string, Row>>>> = {
  windlass: {
    ...ERRORS,
    Aborted: [[is("shutdown")], [[]]],
    Client: [
      [() => memoryStore(), is({})],
      [[], options],
    ],
    Discard: [
      [is("no"), is({})],
      [anything, options],
    ],
    Retry: [
      [is("again"), is({})],
      [anything, options],
    ],
    Snooze: [
      [is("1s"), is("later")],
      [["seven"], anything],
    ],
    TaskDetailInfo: [[is({ ...stored, attempts: [] })], [objects]],
    TaskInfo: [[is(stored)], [objects]],
    Worker: [
      [
        () => memoryStore(),
        is([task]),
        is({}),
        () => ({ clock: main.systemClock, random: Math.random, logger: main.stderrLogger(), middleware: [] }),
      ],
      [[], [], ["no fields"], []],
    ],
    defineTask: [[is({ type: "t", run })], [[]]],
    isTaskDefinition: [[any], [[]], "answers"],
    logTasks: [
      [() => main.stderrLogger(), is("info")],
      [[], []],
    ],
    onEvent: [
      [is("task.added"), is(run), is({})],
      [[], ["function", "class", "function proxy"], options],
    ],
    openStore: [[is("memory:")], [[]], "rejects"],
    stderrLogger: [[is("info")], [optional]],
    windlass: [[is("memory:"), is({})], [optional, options], "rejects"],
  },
  "windlass/store": {
    ...ERRORS,
    afterAct: [
      [is("retry"), is("dead")],
      [[], []],
    ],
    afterEdit: [
      [is("pending"), is("kept")],
      [[], []],
    ],
    afterExpiry: [
      [is(1), is(3), is(false)],
      [numbers, numbers, ["true"]],
    ],
    checkAct: [
      [is([lease]), is("retry")],
      [["empty list"], []],
    ],
    checkActivityQuery: [[is({ queues: ["q"], minutes: 1 })], [[]]],
    checkEdit: [[is({ priority: 1 })], [objects]],
    checkExchange: [[is({ settle: [{ ...lease, outcome }] })], [[]]],
    checkExtend: [
      [is([lease]), is(1)],
      [["empty list"], ["seven"]],
    ],
    checkFilter: [[is({ limit: 1 })], [[]]],
    checkHeaders: [[is({ a: "b" })], [["no fields"]]],
    checkInteger: [
      [is(1), is(0), is(9), is("n")],
      [["seven"], anything, anything, anything], // whoever writes a store says these
    ],
    checkKeys: [
      [is({ a: 1 }), is(["a"]), is("it")],
      [["no fields"], anything, anything],
    ],
    checkMaintain: [[is({ limit: 1 })], [[]]],
    checkNewTasks: [[is([newTask])], [["empty list"]]],
    checkQueueQuery: [[is({ limit: 1 })], [[]]],
    checkQueue: [[is("q")], [[]]],
    checkStates: [[is(["dead"])], [["empty list"]]],
    checkStore: [[() => memoryStore()], [[]]],
    checkSubscribe: [
      [is(["q"]), is(run)],
      [["empty list"], functions],
    ],
    checkTaskRef: [[is({ id: ID })], [[]]],
    checkedStore: [[() => memoryStore()], [[]]],
    decodeCursor: [[is({ limit: 1 })], [objects]],
    encodeCursor: [
      [is({ limit: 1 }), is("here")],
      [objects, texts],
    ],
    firstState: [
      [is(1), is(2)],
      [numbers, numbers],
    ],
    invalidCursor: [[], []],
    isCounted: [[any], [[]], "answers"],
    isTerminal: [[any], [[]], "answers"],
    isTimed: [[any], [[]], "answers"],
    isWaiting: [[any], [[]], "answers"],
    moveOf: [[is({ kind: "release" })], [[]]],
    quote: [[any], [[]], "answers"],
    registerStore: [[is({})], [[]]],
    statesThatAllow: [[is("retry")], [[]]],
    systemRandom: [[], []],
    toClock: [[is(main.systemClock)], [optional]],
    toRandom: [[is(Math.random)], [[...optional, ...functions]]],
  },
  "windlass/stores/memory": { memoryStore: [[is({})], [options]] },
  "windlass/stores/sqlite": { sqliteStore: [[is({ path: "none.db" })], [[]]] },
  "windlass/stores/redis": { redisStore: [[is({ url: "redis://localhost:1" })], [[]]] },
  "windlass/server/http": {
    httpHandler: [[is({})], [[]]],
    startServer: [[is({})], [[]], "rejects"],
  },
  "windlass/testing": {
    faultyStore: [
      [() => memoryStore(), is({ fault: run })],
      [[], ["no fields"]],
    ],
    manualClock: [[is(0)], [["undefined", "seven", "minus one"]]],
    oneFault: [
      [is("add"), is(1), is("repeated")],
      [[], ["seven"], []],
    ],
    storeConformance: [[is({})], [[]]],
    underManualClock: [
      [() => memoryStore(), () => testing.manualClock()],
      [[], []],
    ],
  },
};

function callable(value: unknown): value is (...args: never[]) => unknown {
  return typeof value === "function";
}

/** Functions that no row is about. */
export const missing: readonly string[] = Object.entries(ENTRIES).flatMap(([entry, exported]) =>
  Object.entries(exported)
    .filter(([name, value]) => callable(value) && SPECS[entry]?.[name] === undefined)
    .map(([name]) => `${entry} ${name}`),
);

/** Rows about what is not exported. */
export const stale: readonly string[] = Object.entries(SPECS).flatMap(([entry, rows]) =>
  Object.keys(rows)
    .filter((name) => !callable(ENTRIES[entry]![name]))
    .map((name) => `${entry} ${name}`),
);

export const exportSpecs: readonly Spec[] = Object.entries(SPECS).flatMap(([entry, rows]) =>
  Object.entries(rows).map(([name, [args, takes, how = "refuses"]]) => {
    const value = ENTRIES[entry]![name] as (...given: never[]) => unknown;
    const isClass = Function.prototype.toString.call(value).startsWith("class ");
    return {
      name: `${entry} ${name}`,
      args,
      takes,
      how,
      call: (_at, given) =>
        isClass ? Reflect.construct(value, given) : (Reflect.apply(value, undefined, given) as unknown),
    } satisfies Spec;
  }),
);
