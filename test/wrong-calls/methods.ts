/** The methods of a client and of a store, and the options that they take. */
import { defineTask } from "../../src/index.ts";
import type { FullStore } from "../../src/store/index.ts";
import { httpHandler, startServer } from "../../src/server/http/index.ts";
import { memoryStore } from "../../src/stores/memory/index.ts";
import { redisStore } from "../../src/stores/redis/index.ts";
import { sqliteStore } from "../../src/stores/sqlite/index.ts";
import { windlass } from "../../src/windlass.ts";
import { is, type Row, type Spec, type WrongCall, wrongElements, wrongOptions } from "./spec.ts";
import { functions, objects, options, type ValueName } from "./values.ts";

const ID = "0199c0de-0000-7000-8000-00000000abcd";
const task = defineTask({ type: "t", run: () => undefined });

/** JSON can say these, or what their toJSON says. */
const json: readonly ValueName[] = [
  "undefined",
  "null",
  "true",
  "seven",
  "minus one",
  "no text",
  "text",
  "empty list",
  "list",
  "list with a gap",
  "map",
  "date",
  "promise",
  "no fields",
  "misspelt",
  "NaN",
];

const CLIENT: Readonly<Record<string, Row>> = {
  enqueue: [
    [is("t"), is(1), is({})],
    [[], json, options],
  ],
  enqueueMany: [
    [is("t"), is([1]), is({})],
    // What a function of the options throws is thrown.
    [[], ["empty list", "list"], [...options, "function", "class", "function proxy"]],
  ],
  enqueueAll: [[is([{ type: "t" }])], [["empty list"]]],
  get: [
    [is(ID), is({})],
    [[], options],
  ],
  list: [[is({})], [options]],
  queues: [[is({})], [options]],
  queue: [[is("q")], [[]]],
  stats: [[is({})], [options]],
  retry: [[is(ID)], [["empty list"]]],
  cancel: [[is(ID)], [["empty list"]]],
  runNow: [[is(ID)], [["empty list"]]],
  remove: [[is(ID)], [["empty list"]]],
  edit: [
    [is(ID), is({ priority: 1 })],
    [[], []],
  ],
  pause: [[is("q")], [[]]],
  resume: [[is("q")], [[]]],
  purge: [
    [is("q"), is({})],
    [[], options],
  ],
  work: [[is([task]), is({ signals: false })], [[], options], "refuses"],
  housekeeping: [[is({})], [options], "refuses"],
};

const STORE: Readonly<Record<string, Row>> = {
  add: [[is([])], [["empty list"]]],
  exchange: [[is({ settle: [] })], [[]]],
  extend: [
    [is([]), is(1)],
    [["empty list"], ["seven"]],
  ],
  maintain: [[is({ limit: 1 })], [[]]],
  get: [
    [is(ID), is("q")],
    [[], ["undefined"]],
  ],
  list: [[is({ limit: 1 })], [[]]],
  queues: [[is({ limit: 1 })], [[]]],
  queue: [[is("q")], [[]]],
  activity: [[is({ queues: ["q"], minutes: 1 })], [[]]],
  act: [
    [is([]), is("retry")],
    [["empty list"], []],
  ],
  edit: [
    [is({ id: ID }), is({ priority: 1 })],
    [[], objects],
  ],
  pause: [[is("q")], [[]]],
  resume: [[is("q")], [[]]],
  purge: [
    [is("q"), is([])],
    [[], ["empty list"]],
  ],
};

function onClient(name: string): Spec {
  const [args, takes, how = "rejects"] = CLIENT[name]!;
  return {
    name: `client.${name}`,
    args,
    takes,
    how,
    call: ({ client }, given) =>
      (Reflect.get(client, name) as (...all: never[]) => unknown).apply(client, [...given]),
  };
}

function onStore(name: string): Spec {
  const [args, takes, how = "rejects"] = STORE[name]!;
  return {
    name: `store.${name}`,
    args,
    takes,
    how,
    call: ({ store }, given) => (store[name as keyof FullStore] as (...all: never[]) => unknown)(...given),
  };
}

export const methodSpecs: readonly Spec[] = [
  ...Object.keys(CLIENT).map(onClient),
  ...Object.keys(STORE).map(onStore),
];

/** Names of methods that no row is about: those without arguments. */
export const PLAIN_METHODS = ["constructor", "close"];

export const CLIENT_METHODS: readonly string[] = Object.keys(CLIENT);

const duration: readonly ValueName[] = ["seven"];

/** Something with options of its own, beside what its caller needs. */
function withOptions(name: string, how: Spec["how"], call: Spec["call"]): Spec {
  return { name, args: [is({})], takes: [], how, call };
}

const server =
  (make: (given: object) => unknown): Spec["call"] =>
  ({ client }, [given]) =>
    make({ client, port: 0, ...(given as unknown as object) });

export const elementCalls: readonly WrongCall[] = [
  ...wrongElements(onClient("enqueueMany"), 1, json),
  ...wrongElements(onClient("enqueueAll"), 0, []),
  ...["retry", "cancel", "runNow", "remove"].flatMap((name) => wrongElements(onClient(name), 0, [])),
  ...wrongElements(onClient("work"), 0, []),
  ...wrongElements(onStore("add"), 0, []),
  ...wrongElements(onStore("extend"), 0, []),
  ...wrongElements(onStore("act"), 0, []),
  ...wrongElements(onStore("purge"), 1, []),
];

export const optionCalls: readonly WrongCall[] = [
  ...wrongOptions(onClient("enqueue"), 2, {
    queue: [],
    priority: ["seven"],
    delay: duration,
    runAt: [],
    key: [],
    keyWindow: [],
    id: [],
    retries: ["seven"],
    crashes: ["seven"],
    headers: ["no fields"],
  }),
  ...wrongOptions(onClient("list"), 0, {
    queue: [],
    state: [],
    type: [],
    text: ["text"],
    createdFrom: [],
    createdBefore: [],
    limit: ["seven"],
    cursor: [],
  }),
  ...wrongOptions(onClient("edit"), 1, { payload: json, priority: ["seven"], delay: duration, runAt: [] }),
  ...wrongOptions(onClient("work"), 1, {
    concurrency: ["seven"],
    queues: ["misspelt"],
    lease: [],
    poll: [],
    maintainEvery: [],
    unhandledAfter: duration,
    shutdown: ["no fields"],
    retention: ["no fields"],
    signals: ["true"],
    name: [],
    middleware: ["no fields"],
  }),
  ...wrongOptions(
    withOptions("windlass(url, options)", "rejects", (_at, [given]) => windlass("memory:", given)),
    0,
    { clock: [], random: functions, logger: [], middleware: ["no fields"] },
  ),
  ...wrongOptions(
    withOptions("memoryStore", "refuses", (_at, [given]) => memoryStore(given)),
    0,
    { clock: [], random: functions },
  ),
  ...wrongOptions(
    withOptions("sqliteStore", "refuses", (_at, [given]) =>
      sqliteStore({ path: "none.db", ...(given as unknown as object) }),
    ),
    0,
    { path: ["text"], synchronous: [], maxBytes: [], clock: [], random: functions },
  ),
  ...wrongOptions(
    withOptions("redisStore", "refuses", (_at, [given]) =>
      redisStore({ url: "redis://h:1", ...(given as unknown as object) }),
    ),
    0,
    {
      url: [],
      prefix: [],
      deadlineMs: [],
      minReplicas: ["seven"],
      fsync: ["true"],
      clock: [],
      random: functions,
      timeShift: functions,
    },
  ),
  ...wrongOptions(
    withOptions("httpHandler", "refuses", ({ client }, [given]) =>
      httpHandler({ client, ...(given as unknown as object) }),
    ),
    0,
    {
      client: [],
      token: [],
      trusted: ["true"],
      logger: [],
      clock: [],
      limits: ["no fields"],
      demo: ["true"],
    },
  ),
  ...wrongOptions(
    withOptions(
      "startServer",
      "rejects",
      server((given) => startServer(given as never)),
    ),
    0,
    {
      host: [],
      port: ["seven"],
      token: [],
      trusted: ["true"],
      logger: [],
      limits: ["no fields"],
      demo: ["true"],
    },
  ),
];
