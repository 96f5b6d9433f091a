/** What a body costs grows with its length and no faster, whatever is in it, and answers stay short. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "../../../src/task/options.ts";
import { serve } from "./serve.ts";

const MILLION = 1_000_000;

/**
 * Processor time, of this process with client and server, for a body of 1 or 8 MB. They take 20 to 400 ms; what grows with
 * the square of the length takes minutes, so that a busy machine is no matter.
 */
const MOST_MS = 5_000;

function times(count: number, text: string): string {
  return text.repeat(Math.floor(count / text.length));
}

function fields(count: number, of: (n: number) => string): string {
  return `{${Array.from({ length: count }, (_, n) => of(n)).join(",")}}`;
}

/** In the place of every field of a task, as a string. */
const STRINGS = ["x", "1", "9", " ", "-", "@", "://", "\\u0000", "\\\\", "ß", "1h", "2026-01-01T"];

const FIELDS = [
  "type",
  "payload",
  "queue",
  "priority",
  "delay",
  "runAt",
  "key",
  "keyWindow",
  "retries",
  "crashes",
  "id",
  "headers",
  "timeout",
];

const N = 8 * MILLION;

const BATCHES: Readonly<Record<string, string>> = {
  "a long name": `{"${times(N, "x")}":1}`,
  "a long name twice": `{"${times(N / 3, "x")}":1,"${times(N / 3, "x")}":1}`,
  "a long name in a task": `{"tasks":[{"${times(N, "x")}":1}]}`,
  "a name of escapes": `{"${times(N, "\\\\")}":1}`,
  "a name that does not end": `{"${times(N, "x")}`,
  "escapes that do not end": `{"a":"${times(N, "\\u0000")}`,
  "backslashes that do not end": `{"a":"${times(N, "\\")}`,
  quotes: times(N, '"'),
  spaces: `{"a":1${times(N, " ")}x`,
  digits: `{"a":${times(N, "1")}x}`,
  "many fields": fields(N / 16, (n) => `"f${n}":1`),
  "many fields of one name": fields(N / 8, () => `"a":1`),
  "many fields of a number": fields(N / 16, (n) => `"${(n * 7_919) % 4_294_967_295}":1`),
  "many empty tasks": `{"tasks":[${times(N, "{},")}{}]}`,
  "many headers": `{"tasks":[{"type":"a","headers":${fields(N / 16, (n) => `"h${n}":""`)}}]}`,
  "many numbers": `{"tasks":[${times(N, "1,")}1]}`,
  "a text for a list": `{"tasks":"${times(N, "x")}"}`,
  "tasks with a long name each": `{"tasks":[${times(N, `{"${times(8_000, "x")}":1},`)}{}]}`,
  "deep lists": times(N, "["),
};

test(
  "no body of 8 MB costs more than its length, or is answered at length",
  { timeout: 300_000 },
  async () => {
    await using s = await serve();
    const slow: string[] = [];
    const send = async (path: string, name: string, body: string): Promise<void> => {
      const before = process.cpuUsage();
      const { status, text } = await s.request("POST", path, body);
      const { user, system } = process.cpuUsage(before);
      if ((user + system) / 1_000 > MOST_MS) slow.push(`${name}: ${(user + system) / 1_000} ms`);
      assert.ok(status < 500, `${name}: ${status} ${text.slice(0, 300)}`);
      assert.ok(text.length < 2_000, `${name}: ${text.length} characters`);
    };
    for (const [name, body] of Object.entries(BATCHES)) await send("/v1/tasks/batch", name, body);
    for (const field of FIELDS) {
      for (const part of STRINGS) {
        const body = `{"type":"job","${field}":"${times(MILLION, part)}"}`;
        if (Buffer.byteLength(body) < 1_100_000) await send("/v1/tasks", `${field} of ${part}`, body);
      }
    }
    assert.deepEqual(slow, []);
  },
);

test("more fields than any body needs are refused before they are built", async () => {
  await using s = await serve();
  for (const name of ["many fields", "many empty tasks", "many headers", "many numbers"]) {
    const { status, json } = await s.request("POST", "/v1/tasks/batch", BATCHES[name]);
    assert.deepEqual([status, json["code"]], [400, "INVALID_JSON"], name);
    assert.match(String(json["detail"]), /more than 65536 fields/);
  }
  const tasks = Array.from({ length: 1_000 }, () => ({
    type: "job",
    headers: Object.fromEntries(Array.from({ length: 32 }, (_, n) => [`h${n}`, "v"])),
  }));
  assert.equal((await s.request("POST", "/v1/tasks/batch", { tasks })).status, 202);
});

test("a name of more than 64 characters is compared with none", () => {
  const near = "x".repeat(65);
  assert.equal(nearest(near, [near]), undefined);
  assert.equal(nearest(near.slice(1), [near]), near);
});
