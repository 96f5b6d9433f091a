import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { exitCodeOf } from "../../src/cli/exit-codes.ts";
import { prettyLine } from "../../src/cli/log.ts";
import { type Column, itemLines, tableLines } from "../../src/cli/output.ts";
import { readPayload } from "../../src/cli/payload.ts";
import { progressLine } from "../../src/cli/progress.ts";
import { percentile, StressTally } from "../../src/cli/stress-tally.ts";
import { JsonText } from "../../src/engine/request.ts";
import { WindlassError } from "../../src/task/errors.ts";

test("exit codes tell kinds of errors apart", () => {
  assert.equal(exitCodeOf(new WindlassError("INVALID_OPTION", "")), 2);
  assert.equal(exitCodeOf(new WindlassError("TASK_NOT_FOUND", "")), 3);
  assert.equal(exitCodeOf(new WindlassError("WRONG_STATE", "")), 4);
  assert.equal(exitCodeOf(new WindlassError("UNAUTHENTICATED", "")), 5);
  assert.equal(exitCodeOf(new WindlassError("STORE_UNAVAILABLE", "")), 6);
  assert.equal(exitCodeOf(new TypeError("a bug")), 1);
});

test("a payload is JSON, or else a string; what looks like JSON has to be it", async () => {
  const read = (argument: string | undefined, strict = false) =>
    readPayload({ argument, file: undefined, strict });
  assert.equal(await read(undefined), undefined);
  assert.deepEqual(await read(' {"n":1.0}\n'), new JsonText('{"n":1.0}'));
  assert.deepEqual(await read("5"), new JsonText("5"));
  assert.equal(await read("hello world"), "hello world");
  await assert.rejects(read("{to: ada}"), { code: "INVALID_PAYLOAD" });
  await assert.rejects(read("hello", true), { code: "INVALID_PAYLOAD" });
  await assert.rejects(readPayload({ argument: "1", file: "x", strict: false }), { code: "INVALID_OPTION" });
});

test("percentiles are values that occurred", () => {
  const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1);
  assert.equal(percentile(hundred, 0.5), 50);
  assert.equal(percentile(hundred, 0.99), 99);
  assert.equal(percentile(hundred, 1), 100);
  assert.equal(percentile(Float64Array.of(7), 0.01), 7);
  assert.equal(percentile(new Float64Array(0), 0.5), 0);
});

test("a tally counts answers by status and refusals by code", () => {
  const tally = new StressTally(4);
  tally.add({ status: 202, body: "{}" }, 10);
  tally.add({ status: 503, body: '{"code":"STORE_FULL"}' }, 30);
  tally.add({ status: 502, body: "<html>" }, 20);
  tally.add(Object.assign(new Error("reset"), { code: "ECONNRESET" }), 40);
  tally.end(2_000);
  const { statuses, codes, refused, perSecond, latencyMs } = tally.summary();
  assert.deepEqual(statuses, { "202": 1, "503": 1, "502": 1, "no answer": 1 });
  assert.deepEqual(codes, { STORE_FULL: 1, "no code": 1, ECONNRESET: 1 });
  assert.equal(refused, 3);
  assert.equal(perSecond, 2);
  assert.deepEqual(latencyMs, { p50: 20, p90: 40, p99: 40, max: 40 });
  assert.match(tally.text(), /refused {3}3 \(STORE_FULL: 1, no code: 1, ECONNRESET: 1\)/);
});

test("a progress line has its figures", () => {
  assert.match(progressLine(50, 100, 0, 1_000), /^█{15}░{15} 50\/100 {2}50\/s {2}1 s left$/);
  assert.match(progressLine(0, 100, 0, 0), /\? left$/);
  assert.match(progressLine(100, 100, 2, 1_000), /2 failed$/);
});

test("a log line is readable, on one line, and cannot drive the terminal", () => {
  process.env["TZ"] = "UTC"; // of this process, which is this file's alone
  const line = prettyLine(
    JSON.stringify({
      time: "2026-01-02T03:04:05.678Z",
      level: "warn",
      pid: 1,
      hostname: "h",
      msg: "failed",
      id: "a\u001b[2J\nb",
      error: { name: "Error", message: "no", stack: "long" },
    }),
  );
  assert.equal(stripVTControlCharacters(line), '03:04:05.678 warn  failed id=a\\x1b[2J\\x0ab error="no"\n');
});

const WIDE = [
  { id: "0199c0de-0000-7000-8000-000000000000", queue: "mail", error: `it ${"really ".repeat(30)}failed` },
];
const COLUMNS: readonly Column<(typeof WIDE)[number]>[] = [
  { title: "id", cell: ({ id }) => id, whole: true },
  { title: "queue", cell: ({ queue }) => queue },
  { title: "error", cell: ({ error }) => error },
];

test("a table is as wide as the terminal at most, at the cost of its widest cells, and never of an id", () => {
  for (const width of [200, 80, 60, 20]) {
    const [head, line] = tableLines(WIDE, COLUMNS, width);
    assert.ok(line!.startsWith(`${WIDE[0]!.id}  mail`), line);
    assert.match(head!, /^id +queue +error$/);
    if (width >= 60) assert.ok(line!.length <= width && line!.endsWith("…"), `${width}: ${line}`);
  }
  // Without a terminal (undefined), as before: cells of at most 60.
  assert.equal(tableLines(WIDE, COLUMNS, undefined)[1]!.length, 36 + 2 + 5 + 2 + 60);
});

test("on a narrow terminal a table leaves out what is worth least, before it cuts what is short", () => {
  const columns: readonly Column<(typeof WIDE)[number]>[] = [
    ...COLUMNS,
    { title: "created", cell: () => "2026-11-25T03:45:06.279Z", spare: 1 },
    { title: "priority", cell: () => "5 (normal)", spare: 2 },
  ];
  const titles = (width: number) => tableLines(WIDE, columns, width)[0]!.split(/ +/);
  assert.deepEqual(titles(160), ["id", "queue", "error", "created", "priority"]);
  assert.deepEqual(titles(98), ["id", "queue", "error", "created"]);
  assert.deepEqual(titles(80), ["id", "queue", "error"]);
  for (const width of [160, 98, 80]) {
    const [, line] = tableLines(WIDE, columns, width);
    assert.ok(line!.length <= width && line!.includes("  mail "), line);
  }
});

test("one thing is shown with a line for each of its parts, and a stack line by line", () => {
  const lines = itemLines({
    id: "a",
    headers: { tenant: "acme" },
    nothing: undefined,
    payload: { n: [1, 2] },
    attempts: [
      {
        attempt: 1,
        error: { name: "Error", message: "no\u001b[31m", stack: "Error: no\n    at a\n    at b" },
      },
      { attempt: 2, error: { name: "Error", message: "x", stack: "Error: x" } },
    ],
  });
  assert.deepEqual(
    lines.map((line) => stripVTControlCharacters(line)),
    [
      "id       a",
      'headers  {"tenant":"acme"}',
      'payload  {"n":[1,2]}',
      "attempts",
      "  - attempt  1",
      "    error",
      "      name     Error",
      "      message  no\\x1b[31m",
      "      stack",
      "        Error: no",
      "            at a",
      "            at b",
      "  - attempt  2",
      "    error",
      "      name     Error",
      "      message  x",
      "      stack    Error: x",
    ],
  );
});
