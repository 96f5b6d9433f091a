/** The scanner and the finder of errors, against JSON.parse. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { JsonText } from "../../../src/engine/request.ts";
import { parseBody } from "../../../src/server/http/json-body.ts";
import { findError } from "../../../src/server/http/json-error.ts";
import { hasCode, WindlassError } from "../../../src/task/errors.ts";

const SINGLE = { depth: 65, list: undefined };
const BATCH = { depth: 67, list: "tasks" };

/** JSON with white space where JSON may have it. */
const spaced = fc
  .tuple(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 1, "\t", "\r\n "))
  .map(([value, space]) => JSON.stringify(value, undefined, space));

/** What is left of a body when its payloads are parsed again. */
function plain(body: unknown): unknown {
  if (body instanceof JsonText) return JSON.parse(body.text);
  if (Array.isArray(body)) return body.map(plain);
  if (typeof body !== "object" || body === null) return body;
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, plain(value)]));
}

test("a payload is handed on as the text that was sent, wherever it stands", () => {
  fc.assert(
    fc.property(spaced, spaced, spaced, fc.boolean(), (payload, before, after, last) => {
      const text = `{"a":${before},"payload":${payload}${last ? "" : `, "z" : ${after}`}}`;
      const body = parseBody(text, SINGLE);
      assert.equal((body["payload"] as JsonText).text, payload);
      assert.deepEqual(plain(body), JSON.parse(text));
    }),
  );
});

test("so are the payloads of a batch", () => {
  fc.assert(
    fc.property(fc.array(spaced, { maxLength: 4 }), spaced, (payloads, other) => {
      const tasks = payloads.map((payload) => `{"x":${other},"payload":${payload} }`);
      const text = `{ "before":${other}, "tasks": [${[...tasks, other].join(" , ")}] }`;
      const body = parseBody(text, BATCH);
      const items = body["tasks"] as { payload: JsonText }[];
      assert.deepEqual(
        payloads.map((_, index) => items[index]?.payload.text),
        payloads,
      );
    }),
  );
});

test("a payload by an escaped name is one as well", () => {
  const body = parseBody('{"p\\u0061yload":{"n":1e400}}', SINGLE);
  assert.equal((body["payload"] as JsonText).text, '{"n":1e400}');
});

test("a header that is given twice is refused as a field is, by whatever spelling", () => {
  const twice = (text: string, shape: typeof BATCH | typeof SINGLE, pointer: string): void =>
    assert.throws(() => parseBody(text, shape), { code: "INVALID_JSON", message: /twice/, pointer });
  twice('{"type":"job","headers":{"tenant":"a","x":"","ten\\u0061nt":"a"}}', SINGLE, "/headers/tenant");
  twice('{"headers" : { "__proto__":"a","__proto__":"b"}}', SINGLE, "/headers/__proto__");
  twice('{"tasks":[1,{"headers":{"a":"b","a":"b"}}]}', BATCH, "/tasks/1/headers/a");
  assert.deepEqual(parseBody('{"headers":{"a":"b","b":{"c":1,"c":2}},"z":1}', SINGLE), {
    headers: { a: "b", b: { c: 2 } },
    z: 1,
  });
  assert.deepEqual(parseBody('{"headers":{},"z":"{"}', SINGLE), { headers: {}, z: "{" });
  const nested = `{"headers":${'{"headers":'.repeat(70)}1${"}".repeat(70)}}`;
  assert.throws(() => parseBody(nested, SINGLE), /deeper than 65 levels/);
});

/** JSON with a few characters changed, dropped or doubled. */
const damaged = fc
  .tuple(
    spaced,
    fc.nat(),
    fc.constantFrom("", ",", '"', "}", "]", "{", "[", ":", "\\", "1", "-", ".", "e", "n", "\u0001"),
  )
  .map(([text, at, change]) => {
    const position = at % (text.length + 1);
    return text.slice(0, position) + change + text.slice(position + (at % 2));
  });

test("whatever JSON.parse refuses is refused, and whatever it takes is taken", () => {
  fc.assert(
    fc.property(damaged, (inner) => {
      const text = `{"type":"job","headers":${inner},"payload":${inner}}`;
      const parsed = outcome(() => JSON.parse(text) as object);
      const body = outcome(() => parseBody(text, SINGLE));
      if (parsed instanceof Error) assert.ok(hasCode(body, "INVALID_JSON"), text);
      else if (body instanceof WindlassError) assert.match(body.message, /twice/);
      else assert.deepEqual(plain(body), parsed);
    }),
    { numRuns: 500 },
  );
});

test("an error's position is where the text stops being the start of JSON", () => {
  fc.assert(
    fc.property(damaged, (text) => {
      if (!(outcome(() => JSON.parse(text) as unknown) instanceof Error)) return;
      const at = findError(text);
      assert.ok(at >= 0 && at <= text.length);
      // V8 names the same position where it names one, but for tokens that are cut short.
      const named = /at position (\d+)/.exec((outcome(() => JSON.parse(text)) as Error).message)?.[1];
      if (named !== undefined) assert.ok(at <= Number(named), `${text}: ${at}, V8 ${named}`);
    }),
    { numRuns: 500 },
  );
});

test("depth counts arrays and objects, and not what is in a string", () => {
  const body = (depth: number): string =>
    `{"payload":${'{"a":['.repeat(depth / 2)}1${"]}".repeat(depth / 2)}}`;
  assert.doesNotThrow(() => parseBody(body(64), SINGLE));
  assert.throws(() => parseBody(body(66), SINGLE), /deeper than 65 levels/);
  assert.doesNotThrow(() => parseBody(`{"payload":"${"[".repeat(100)}\\"${"{".repeat(100)}"}`, SINGLE));
  const wide = `{"payload":[${"[],".repeat(1_000)}[]],"a":{}}`;
  assert.doesNotThrow(() => parseBody(wide, SINGLE));
});

function outcome<T>(run: () => T): T | Error {
  try {
    return run();
  } catch (error) {
    return error as Error;
  }
}
