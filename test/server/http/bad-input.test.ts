/** Bad bodies, queries and keys: one clear error each, and no trace in the store. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertProblem, serve, type Served } from "./serve.ts";

/** Refused, and nothing has changed. */
async function refuses(
  s: Served,
  [method, path, body, headers]: readonly [string, string, unknown?, Record<string, string>?],
  status: number,
  code: string,
  pointer?: string,
): Promise<string> {
  const before = await s.snapshot();
  const reply = await s.request(method, path, body, headers);
  assertProblem(reply, status, code, pointer);
  assert.equal(await s.snapshot(), before);
  return String(reply.json["detail"]);
}

const NOT_OBJECTS = ["", " ", "null", "[]", '"x"', "1", "\ufeff{}"];

const NOT_JSON: readonly (readonly [string, number])[] = [
  ['{"type":', 8],
  ['{"type":"job",}', 14],
  ['{"type":"job","payload":NaN}', 24],
  ["{'type':'job'}", 1],
  ['{"type":"job"} // why', 15],
  ['{"type":"job"}{"type":"job"}', 14],
  ['{"type":"job","payload":01}', 24],
  ['{"type":"job","payload":"\u0001"}', 24],
];

for (const path of ["/v1/tasks", "/task", "/v1/tasks/batch"]) {
  test(`${path} takes one JSON object`, async () => {
    await using s = await serve();
    for (const body of NOT_OBJECTS) await refuses(s, ["POST", path, body], 400, "INVALID_JSON");
    for (const [body, position] of NOT_JSON) {
      const detail = await refuses(s, ["POST", path, body], 400, "INVALID_JSON");
      assert.ok(detail.includes(`position ${position} `), `${body}: ${detail}`);
    }
  });
}

test("bytes that are not UTF-8 are refused, not replaced", async () => {
  await using s = await serve();
  for (const bytes of [[0xc3, 0x28], [0xff], [0xed, 0xa0, 0x80], [0xc0, 0xaf]]) {
    const body = Buffer.concat([
      Buffer.from('{"type":"job","payload":"'),
      Buffer.from(bytes),
      Buffer.from('"}'),
    ]);
    await refuses(s, ["POST", "/v1/tasks", body], 400, "INVALID_JSON");
  }
});

test("depth is limited before anything is parsed, in one task and in a batch alike", async () => {
  await using s = await serve();
  const nested = (depth: number): string =>
    `{"type":"job","payload":${"[".repeat(depth)}${"]".repeat(depth)}}`;
  for (const [path, wrap] of [
    ["/v1/tasks", (task: string) => task],
    ["/v1/tasks/batch", (task: string) => `{"tasks":[${task}]}`],
  ] as const) {
    assert.equal((await s.request("POST", path, wrap(nested(64)))).status, 202);
    for (const depth of [65, 10_000, 400_000]) {
      await refuses(s, ["POST", path, wrap(nested(depth))], 400, "INVALID_JSON");
    }
    const unclosed = `{"type":"job","payload":${'{"a":'.repeat(100_000)}`;
    await refuses(s, ["POST", path, wrap(unclosed)], 400, "INVALID_JSON");
  }
});

test("a field that is given twice has no winner", async () => {
  await using s = await serve();
  const twice = '{"type":"job","queue":"a","queue":"b"}';
  await refuses(s, ["POST", "/v1/tasks", twice], 400, "INVALID_JSON", "/queue");
  await refuses(
    s,
    ["POST", "/v1/tasks", '{"type":"job","qu\\u0065ue":"a","queue":"b"}'],
    400,
    "INVALID_JSON",
  );
  await refuses(
    s,
    ["POST", "/v1/tasks/batch", `{"tasks":[{"type":"job"},${twice}]}`],
    400,
    "INVALID_JSON",
    "/tasks/1/queue",
  );
  // Inside a payload it is the producer's own business.
  assert.equal((await s.request("POST", "/v1/tasks", '{"type":"job","payload":{"a":1,"a":2}}')).status, 202);
});

test("unknown fields and wrong kinds name the field", async () => {
  await using s = await serve();
  const post = (body: unknown, code: string, pointer: string): Promise<string> =>
    refuses(s, ["POST", "/v1/tasks", body], 400, code, pointer);
  for (const field of ["state", "attempt", "leaseToken", "createdAt", "constructor", "toString"]) {
    await post({ type: "job", [field]: 1 }, "UNKNOWN_OPTION", `/${field}`);
  }
  await post('{"type":"job","__proto__":{"isAdmin":true}}', "UNKNOWN_OPTION", "/__proto__");
  assert.match(await post({ type: "job", dealy: 1 }, "UNKNOWN_OPTION", "/dealy"), /did you mean delay\?/);
  for (const delay of [-1, "5", null, [], {}, true])
    await post({ type: "job", delay }, "INVALID_OPTION", "/delay");
  await post('{"type":"job","delay":1e400}', "INVALID_OPTION", "/delay");
  await post('{"type":"job","priority":9007199254740993}', "INVALID_OPTION", "/priority");
  await post({ type: "job", runAt: "2026-02-30T00:00:00Z" }, "INVALID_OPTION", "/runAt");
  await post({ type: "job", queue: "<img src=x>" }, "INVALID_NAME", "/queue");
  await post({}, "INVALID_NAME", "/type");
  await refuses(s, ["POST", "/v1/tasks?queue=a", { type: "job" }], 400, "UNKNOWN_OPTION", "/queue");
  await refuses(s, ["POST", "/v1/queues/default/pause", { x: 1 }], 400, "UNKNOWN_OPTION", "/x");
  await refuses(s, ["POST", "/v1/queues/a%3Ab/pause"], 400, "INVALID_NAME", "/queue");
  await refuses(s, ["POST", "/v1/queues/a%2Fb/pause"], 400, "INVALID_NAME");
});

test("a pointer escapes the names that it is made of", async () => {
  await using s = await serve();
  const names: readonly (readonly [string, string])[] = [
    ["a/b", "/a~1b"],
    ["/a", "/~1a"],
    ["a~b", "/a~0b"],
    ["~1", "/~01"],
    ["", "/"],
  ];
  for (const [name, pointer] of names) {
    const task = JSON.stringify({ type: "job", [name]: 1 });
    const twice = `{"type":"job",${JSON.stringify(name)}:1,${JSON.stringify(name)}:2}`;
    await refuses(s, ["POST", "/v1/tasks", task], 400, "UNKNOWN_OPTION", pointer);
    await refuses(s, ["POST", "/v1/tasks", twice], 400, "INVALID_JSON", pointer);
    const batch = (each: string): string => `{"tasks":[{"type":"job"},${each}]}`;
    await refuses(s, ["POST", "/v1/tasks/batch", batch(task)], 400, "UNKNOWN_OPTION", `/tasks/1${pointer}`);
    await refuses(s, ["POST", "/v1/tasks/batch", batch(twice)], 400, "INVALID_JSON", `/tasks/1${pointer}`);
    const query = encodeURIComponent(name);
    await refuses(s, ["GET", `/v1/tasks?${query}=1`], 400, "UNKNOWN_OPTION", pointer);
    await refuses(s, ["GET", `/v1/tasks?${query}=1&${query}=2`], 400, "INVALID_OPTION", pointer);
  }
});

test("a batch names its bad task and adds none of the others", async () => {
  await using s = await serve();
  const tasks = Array.from({ length: 1_000 }, (): object => ({ type: "job" }));
  const bad = { tasks: tasks.with(499, { type: "job", priority: 10 }) };
  const detail = await refuses(
    s,
    ["POST", "/v1/tasks/batch", bad],
    400,
    "INVALID_OPTION",
    "/tasks/499/priority",
  );
  assert.match(detail, /^tasks\[499\]: priority is 10; expected/);
  await refuses(s, ["POST", "/v1/tasks/batch", { tasks: [] }], 400, "INVALID_OPTION", "/tasks");
  await refuses(s, ["POST", "/v1/tasks/batch", { tasks: [...tasks, {}] }], 400, "INVALID_OPTION", "/tasks");
  await refuses(s, ["POST", "/v1/tasks/batch", { tasks, queue: "a" }], 400, "UNKNOWN_OPTION", "/queue");
  assert.equal((await s.request("POST", "/v1/tasks/batch", { tasks })).status, 202);
});

test("ids in the path are UUIDs or nothing", async () => {
  await using s = await serve();
  for (const id of ["x", "..%2fx", "%00", "%zz", "%c0%af", "__proto__", "a".repeat(5_000)]) {
    await refuses(s, ["GET", `/v1/tasks/${id}`], 400, "INVALID_ID", "/id");
    await refuses(s, ["POST", `/v1/tasks/${id}/retry`], 400, "INVALID_ID", "/id");
  }
});

test("queries are read strictly", async () => {
  await using s = await serve();
  for (const limit of ["0", "-1", "501", "1e2", "0x10", "", "%31%30x", "1.5", "999999999999999999"]) {
    await refuses(s, ["GET", `/v1/tasks?limit=${limit}`], 400, "INVALID_OPTION", "/limit");
  }
  await refuses(s, ["GET", "/v1/tasks?limit=1&limit=2"], 400, "INVALID_OPTION", "/limit");
  await refuses(s, ["GET", "/v1/tasks?limt=1"], 400, "UNKNOWN_OPTION", "/limt");
  await refuses(s, ["GET", "/v1/tasks?__proto__=1"], 400, "UNKNOWN_OPTION");
  await refuses(s, ["GET", "/v1/tasks?id[$ne]=1"], 400, "UNKNOWN_OPTION");
  await refuses(s, ["GET", "/v1/tasks?q=%c0%af"], 400, "INVALID_OPTION");
  await refuses(s, ["GET", "/v1/tasks?state=DEAD"], 400, "INVALID_OPTION", "/state");
  await refuses(s, ["GET", "/v1/tasks?cursor=forged"], 400, "INVALID_CURSOR", "/cursor");
  assert.equal((await s.request("GET", "/v1/tasks?limit=%35&")).status, 200);
});

test("Idempotency-Key is the task's key, quoted or bare", async () => {
  await using s = await serve();
  const post = (key: string, body: object = {}) =>
    s.request("POST", "/v1/tasks", { type: "job", ...body }, { "idempotency-key": key });
  const first = await post('"a\\"b"');
  assert.equal((await s.store.get(String(first.json["id"])))?.key, 'a"b');
  assert.equal((await post('a"b')).json["duplicate"], true);
  assert.equal((await post("k", { key: "k" })).status, 202);
  assertProblem(await post("k", { payload: "other" }), 409, "KEY_CONFLICT", "/key");
  const bad = (key: string, body: object = {}): Promise<string> =>
    refuses(
      s,
      ["POST", "/v1/tasks", { type: "job", ...body }, { "idempotency-key": key }],
      400,
      "INVALID_KEY",
    );
  await bad("k", { key: "other" });
  await bad("two words");
  await bad('"open');
  await bad('"a";x=1');
  await bad('""');
  await bad("x".repeat(256));
  await refuses(
    s,
    ["POST", "/v1/tasks/batch", { tasks: [{ type: "job" }] }, { "idempotency-key": "k" }],
    400,
    "INVALID_KEY",
  );
});

test("50 requests with one key at once are one task", async () => {
  await using s = await serve();
  const body = { type: "job", key: "once", payload: { a: 1 } };
  const replies = await Promise.all(Array.from({ length: 50 }, () => s.request("POST", "/v1/tasks", body)));
  assert.equal(new Set(replies.map(({ json }) => json["id"])).size, 1);
  assert.equal(replies.filter(({ json }) => json["duplicate"] === false).length, 1);
});

test("no problem repeats more than 200 characters of what was sent", async () => {
  await using s = await serve();
  const long = "x".repeat(10_000);
  const batch = { tasks: [{ type: "job", [long]: 1 }] };
  const requests: readonly (readonly [string, string, unknown?, Record<string, string>?])[] = [
    ["GET", `/${long}`],
    ["DELETE", `/v1/queues/${long}`],
    ["GET", `/v1/queues/${long}`],
    ["GET", `/v1/tasks/${long}`],
    ["GET", `/v1/tasks?${long}=1`],
    ["GET", `/v1/tasks?q=${long}`],
    ["GET", `/v1/tasks?cursor=${long}`],
    ["GET", `/v1/tasks?${long}=1&${long}=2`.slice(0, 15_000)],
    ["POST", "/v1/tasks", { type: long }],
    ["POST", "/v1/tasks", { type: "job", [long]: 1 }],
    ["POST", "/v1/tasks", { type: "job", delay: long }],
    ["POST", "/v1/tasks", { type: "job", delay: [long] }],
    ["POST", "/v1/tasks", { type: "job", headers: { [long]: "" } }],
    ["POST", "/v1/tasks", { type: "job", headers: { a: [long] } }],
    ["POST", "/v1/tasks", `{"${long}":1,"${long}":2}`],
    ["POST", "/v1/tasks", long],
    ["POST", "/v1/tasks", { type: "job" }, { "content-type": long }],
    ["POST", "/v1/tasks", { type: "job" }, { "idempotency-key": long }],
    ["POST", "/v1/tasks", { type: "job" }, { origin: long }],
    ["POST", "/v1/tasks/batch", batch],
  ];
  for (const [method, path, body, headers] of requests) {
    const reply = await s.request(method, path, body, headers);
    assert.ok(reply.status >= 400 && reply.status < 500, `${method} ${path.slice(0, 20)}: ${reply.status}`);
    for (const [name, value] of Object.entries(reply.json)) {
      assert.ok((String(value).match(/x/g)?.length ?? 0) <= 202, `${name}: ${String(value)}`);
    }
  }
});

test("a key that stands for another task is repeated in short, too", async () => {
  await using s = await serve();
  const key = "x".repeat(255);
  await s.request("POST", "/v1/tasks", { type: "job", key });
  const detail = await refuses(s, ["POST", "/v1/tasks", { type: "other", key }], 409, "KEY_CONFLICT");
  assert.ok(detail.length < 200, detail);
});
