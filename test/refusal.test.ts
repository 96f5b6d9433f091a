/** Wrong calls of everything that makes a client, a store, a listener or a test of one. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Client, logTasks, onEvent, openStore, stderrLogger, windlass } from "../src/index.ts";
import { httpHandler, type ServerOptions, startServer } from "../src/server/http/index.ts";
import { checkedStore, registerStore } from "../src/store/index.ts";
import { memoryStore } from "../src/stores/memory/index.ts";
import { redisStore } from "../src/stores/redis/index.ts";
import { sqliteStore } from "../src/stores/sqlite/index.ts";
import {
  faultyStore,
  manualClock,
  oneFault,
  storeConformance,
  underManualClock,
} from "../src/testing/index.ts";
import { gapIn, refuses, type Row, wrong } from "./support/wrong-calls.ts";

const run = (): void => undefined;

/** Starts a server, and stops it at once if that is possible. */
async function serve(options: ServerOptions): Promise<void> {
  await using _ = await startServer(options);
}

const servers: readonly Row[] = [
  ["httpHandler()", () => httpHandler(wrong(undefined)), "INVALID_OPTION"],
  [
    "httpHandler with a logger of null",
    (client) => httpHandler({ client, logger: wrong(null) }),
    "INVALID_OPTION",
  ],
  ["httpHandler that logs nowhere", (client) => httpHandler({ client, logger: wrong({}) }), "INVALID_OPTION"],
  ["httpHandler with a clock of 7", (client) => httpHandler({ client, clock: wrong(7) }), "INVALID_OPTION"],
  [
    "startServer with a clock of 7",
    (client) => serve({ client, port: 0, clock: wrong(7) }),
    "INVALID_OPTION",
  ],
  ["startServer at a port of null", (client) => serve({ client, port: wrong(null) }), "INVALID_OPTION"],
];

const openings: readonly Row[] = [
  ["windlass(null)", () => windlass(wrong(null)), "INVALID_OPTION"],
  ["windlass(7)", () => windlass(wrong(7)), "INVALID_OPTION"],
  ["windlass({})", () => windlass(wrong({})), "INVALID_OPTION"],
  ["windlass(a function)", () => windlass(wrong(() => 1)), "INVALID_OPTION"],
  ['windlass("")', () => windlass(""), "INVALID_URL"],
  ["windlass(url, null)", () => windlass("memory:", wrong(null)), "INVALID_OPTION"],
  ["windlass(url, { loger })", () => windlass("memory:", wrong({ loger: stderrLogger() })), "UNKNOWN_OPTION"],
  ["openStore()", () => openStore(wrong(undefined)), "INVALID_URL"],
  ["openStore(7)", () => openStore(wrong(7)), "INVALID_URL"],
  ["new Client()", () => new Client(wrong(undefined)), "INVALID_OPTION"],
  ["new Client({})", () => new Client(wrong({})), "INVALID_OPTION"],
  ["new Client(url)", () => new Client(wrong("memory:")), "INVALID_OPTION"],
  ["new Client(store, null)", () => new Client(memoryStore(), wrong(null)), "INVALID_OPTION"],
  [
    "a client with a logger of null",
    () => new Client(memoryStore(), { logger: wrong(null) }),
    "INVALID_OPTION",
  ],
  ["a client that logs nowhere", () => new Client(memoryStore(), { logger: wrong({}) }), "INVALID_OPTION"],
  ["a client with a clock of 7", () => new Client(memoryStore(), { clock: wrong(7) }), "INVALID_OPTION"],
  [
    "a client with Date for a clock",
    () => new Client(memoryStore(), { clock: wrong(Date) }),
    "INVALID_OPTION",
  ],
  ["a client with half a die", () => new Client(memoryStore(), { random: wrong(0.5) }), "INVALID_OPTION"],
  [
    "a client with middleware of null",
    () => new Client(memoryStore(), { middleware: wrong(null) }),
    "INVALID_OPTION",
  ],
  ["registerStore()", () => registerStore(wrong(undefined)), "INVALID_OPTION"],
  ["registerStore({})", () => registerStore(wrong({})), "INVALID_OPTION"],
  [
    "registerStore without make",
    () => registerStore(wrong({ schemes: ["a"], forms: "a:" })),
    "INVALID_OPTION",
  ],
  ["registerStore without forms", () => registerStore(wrong({ schemes: ["a"], make })), "INVALID_OPTION"],
  [
    "registerStore without a scheme",
    () => registerStore({ schemes: [], forms: "a:", make }),
    "INVALID_OPTION",
  ],
  [
    "registerStore of a scheme of null",
    () => registerStore({ schemes: [wrong(null)], forms: "a:", make }),
    "INVALID_OPTION",
  ],
  ["memoryStore(null)", () => memoryStore(wrong(null)), "INVALID_OPTION"],
  ["memoryStore(text)", () => memoryStore(wrong("memory:")), "INVALID_OPTION"],
  ["memoryStore({ clok })", () => memoryStore(wrong({ clok: manualClock() })), "UNKNOWN_OPTION"],
  ["memoryStore({ clock: {} })", () => memoryStore({ clock: wrong({}) }), "INVALID_OPTION"],
  ["sqliteStore()", () => sqliteStore(wrong(undefined)), "INVALID_OPTION"],
  ["sqliteStore(path)", () => sqliteStore(wrong("a.db")), "INVALID_OPTION"],
  [
    "sqliteStore({ path, sync })",
    () => sqliteStore(wrong({ path: "a.db", synchronos: "full" })),
    "UNKNOWN_OPTION",
  ],
  ["sqliteStore({ path, clock: 7 })", () => sqliteStore({ path: "a.db", clock: wrong(7) }), "INVALID_OPTION"],
  ["redisStore()", () => redisStore(wrong(undefined)), "INVALID_OPTION"],
  ["redisStore(url)", () => redisStore(wrong("redis://localhost")), "INVALID_OPTION"],
  ["redisStore({ url, prefx })", () => redisStore(wrong({ url: "redis://h", prefx: "p" })), "UNKNOWN_OPTION"],
  ["redisStore({ url: 7 })", () => redisStore({ url: wrong(7) }), "INVALID_URL"],
  ["redisStore({ client: null })", () => redisStore({ client: wrong(null) }), "INVALID_OPTION"],
  [
    "redisStore({ url, prefix: null })",
    () => redisStore({ url: "redis://h", prefix: wrong(null) }),
    "INVALID_OPTION",
  ],
  [
    "redisStore({ url, deadlineMs: 5s })",
    () => redisStore({ url: "redis://h", deadlineMs: wrong("5000") }),
    "INVALID_OPTION",
  ],
  [
    "redisStore({ url, fsync: no })",
    () => redisStore({ url: "redis://h", fsync: wrong("no") }),
    "INVALID_OPTION",
  ],
  ["redisStore({ url, tls: 7 })", () => redisStore({ url: "rediss://h", tls: wrong(7) }), "INVALID_OPTION"],
  [
    "redisStore({ url, timeShift: 7 })",
    () => redisStore({ url: "redis://h", timeShift: wrong(7) }),
    "INVALID_OPTION",
  ],
  ["checkedStore()", () => checkedStore(wrong(undefined)), "INVALID_OPTION"],
];

const listeners: readonly Row[] = [
  ["onEvent()", () => onEvent(wrong(undefined), run), "INVALID_OPTION"],
  ["onEvent of an unknown name", () => onEvent(wrong("task.add"), run), "INVALID_OPTION"],
  ["onEvent of every object's name", () => onEvent(wrong("constructor"), run), "INVALID_OPTION"],
  ["onEvent without a listener", () => onEvent("task.added", wrong(undefined)), "INVALID_OPTION"],
  ["onEvent with null", () => onEvent("task.added", run, wrong(null)), "INVALID_OPTION"],
  ["onEvent that logs nowhere", () => onEvent("task.added", run, { logger: wrong({}) }), "INVALID_OPTION"],
  ["onEvent with a misspelt option", () => onEvent("task.added", run, wrong({ loger: 1 })), "UNKNOWN_OPTION"],
  ["logTasks()", () => logTasks(wrong(undefined), "info"), "INVALID_OPTION"],
  ["logTasks to console.log", () => logTasks(wrong(console.log), "info"), "INVALID_OPTION"],
  ["logTasks at no level", () => logTasks(stderrLogger(), wrong(undefined)), "INVALID_OPTION"],
  ["logTasks at warn", () => logTasks(stderrLogger(), wrong("warn")), "INVALID_OPTION"],
  ["stderrLogger(loud)", () => stderrLogger(wrong("loud")), "INVALID_OPTION"],
  ["stderrLogger(constructor)", () => stderrLogger(wrong("constructor")), "INVALID_OPTION"],
  ["stderrLogger(null)", () => stderrLogger(wrong(null)), "INVALID_OPTION"],
];

const open = async (): Promise<never> => assert.fail();
const suite = { name: "s", open, test: run };

const testing: readonly Row[] = [
  ["storeConformance()", () => storeConformance(wrong(undefined)), "INVALID_OPTION"],
  ["storeConformance({})", () => storeConformance(wrong({})), "INVALID_OPTION"],
  [
    "storeConformance without a test",
    () => storeConformance({ ...suite, test: wrong(undefined) }),
    "INVALID_OPTION",
  ],
  [
    "storeConformance without open",
    () => storeConformance({ ...suite, open: wrong(undefined) }),
    "INVALID_OPTION",
  ],
  [
    "storeConformance without a name",
    () => storeConformance({ ...suite, name: wrong(undefined) }),
    "INVALID_OPTION",
  ],
  [
    "storeConformance of null facets",
    () => storeConformance({ ...suite, facets: wrong(null) }),
    "INVALID_OPTION",
  ],
  [
    "storeConformance with a gap",
    () => storeConformance({ ...suite, facets: wrong(gapIn("inspectable")) }),
    "INVALID_OPTION",
  ],
  [
    "storeConformance with { facet }",
    () => storeConformance(wrong({ ...suite, facet: [] })),
    "UNKNOWN_OPTION",
  ],
  ["manualClock(NaN)", () => manualClock(Number.NaN), "INVALID_OPTION"],
  ["manualClock(null)", () => manualClock(wrong(null)), "INVALID_OPTION"],
  ["a clock that is moved back", () => manualClock().advance(-1), "INVALID_OPTION"],
  ["a clock that is moved by no duration", () => manualClock().advance(wrong("soon")), "INVALID_OPTION"],
  ["a clock that steps nowhere", () => manualClock().step(wrong(undefined)), "INVALID_OPTION"],
  ["faultyStore()", () => faultyStore(wrong(undefined), {}), "INVALID_OPTION"],
  ["faultyStore(store)", () => faultyStore(memoryStore(), wrong(undefined)), "INVALID_OPTION"],
  [
    "faultyStore with a misspelt plan",
    () => faultyStore(memoryStore(), wrong({ faults: run })),
    "UNKNOWN_OPTION",
  ],
  [
    "faultyStore with a fault",
    () => faultyStore(memoryStore(), { fault: wrong("repeated") }),
    "INVALID_OPTION",
  ],
  ["oneFault of no verb", () => oneFault(wrong("ad"), 1, "repeated"), "INVALID_OPTION"],
  ["oneFault of the call before the first", () => oneFault("add", 0, "repeated"), "INVALID_OPTION"],
  ["oneFault that is none", () => oneFault("add", 1, wrong("lost")), "INVALID_OPTION"],
  ["underManualClock()", () => underManualClock(wrong(undefined), manualClock()), "INVALID_OPTION"],
  [
    "underManualClock without a clock",
    () => underManualClock(memoryStore(), wrong(undefined)),
    "INVALID_OPTION",
  ],
];

async function make(): Promise<never> {
  return assert.fail();
}

refuses("servers", servers);
refuses("openings", openings);
refuses("listeners", listeners);
refuses("means of testing", testing);

test("a wrong option of the client is refused before a store is opened", async () => {
  const folder = mkdtempSync(join(tmpdir(), "windlass-refusal-"));
  const path = join(folder, "a.db");
  await assert.rejects(windlass(`sqlite:${path}`, wrong({ loger: stderrLogger() })), {
    code: "UNKNOWN_OPTION",
  });
  assert.equal(existsSync(path), false);
  rmSync(folder, { recursive: true });
});

test("one bad scheme registers none of them", async () => {
  assert.throws(() => registerStore({ schemes: ["refusal-a", "B"], forms: "refusal-a:", make }), {
    code: "INVALID_OPTION",
  });
  await assert.rejects(openStore("refusal-a:"), { code: "INVALID_URL" });
});
