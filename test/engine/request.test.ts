import assert from "node:assert/strict";
import { test } from "node:test";
import { defineTask, Client, type WindlassError } from "windlass";
import { memoryStore } from "windlass/stores/memory";
import { fixture, until } from "./fixture.ts";
import { queuesOf } from "../support/queues-of.ts";

/** Enqueues must leave no trace when they are refused. */
async function refused(
  options: object,
  code: string,
  pointer: string,
  type = "any",
  payload: unknown = 1,
): Promise<void> {
  await using client = new Client(memoryStore());
  await client.store.open();
  await assert.rejects(client.enqueue(type, payload, options), { name: "WindlassError", code, pointer });
  assert.deepEqual(await queuesOf(client.store), []);
}

const mistakes: readonly [title: string, options: object, code: string, pointer: string][] = [
  ["an unknown option", { delai: "5m" }, "UNKNOWN_OPTION", "delai"],
  ["a negative delay", { delay: -1 }, "INVALID_OPTION", "delay"],
  ["a delay without unit", { delay: "5" }, "INVALID_OPTION", "delay"],
  ["a delay that is no number", { delay: Number.NaN }, "INVALID_OPTION", "delay"],
  ["a delay of a hundred years", { delay: "36500d" }, "INVALID_OPTION", "delay"],
  ["a time that is no time", { runAt: "2026-02-30T00:00:00Z" }, "INVALID_OPTION", "runAt"],
  ["a time without offset", { runAt: "2026-02-03T00:00:00" }, "INVALID_OPTION", "runAt"],
  ["a time in seconds", { runAt: 1_790_000_000 }, "INVALID_OPTION", "runAt"],
  ["a delay and a time", { delay: 1, runAt: new Date(2e12) }, "INVALID_OPTION", "runAt"],
  ["priority 99", { priority: 99 }, "INVALID_OPTION", "priority"],
  ["a priority by a name that is none", { priority: "urgent" }, "INVALID_OPTION", "priority"],
  ["a priority of the object's own", { priority: "toString" }, "INVALID_OPTION", "priority"],
  ["half a retry", { retries: 0.5 }, "INVALID_OPTION", "retries"],
  ["too many crashes", { crashes: 1_001 }, "INVALID_OPTION", "crashes"],
  ["a queue with a space", { queue: "a b" }, "INVALID_NAME", "queue"],
  ["a queue with a brace", { queue: "a}b{c" }, "INVALID_NAME", "queue"],
  ["a queue of 129 characters", { queue: "q".repeat(129) }, "INVALID_NAME", "queue"],
  ["an empty key", { key: "" }, "INVALID_KEY", "key"],
  ["a key with a line break", { key: "a\r\nb" }, "INVALID_KEY", "key"],
  ["a window without a key", { keyWindow: "1h" }, "INVALID_OPTION", "keyWindow"],
  ["a window that is none", { key: "k", keyWindow: "1" }, "INVALID_OPTION", "keyWindow"],
  ["an id that is no UUID", { id: "42" }, "INVALID_ID", "id"],
  ["headers that are no object", { headers: "a" }, "INVALID_OPTION", "headers"],
  ["a header in upper case", { headers: { Tenant: "a" } }, "INVALID_OPTION", "headers"],
  ["a header that is no text", { headers: { tenant: 1 } }, "INVALID_OPTION", "headers"],
  ["a header of the engine's", { headers: { "windlass-timeout": "1" } }, "INVALID_OPTION", "headers"],
  ["headers of 4 KiB and more", { headers: { a: "x".repeat(4_096) } }, "INVALID_OPTION", "headers"],
];

for (const [title, options, code, pointer] of mistakes) {
  test(`${title} is ${code}, and leaves no trace`, () => refused(options, code, pointer));
}

test("a type must have a name, and * is none", async () => {
  for (const type of ["", "*", "a/b", "раyments", "<img>"]) await refused({}, "INVALID_NAME", "type", type);
});

test("a payload must be what JSON can write, and not too large", async () => {
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  await refused({}, "INVALID_PAYLOAD", "/payload", "any", circular);
  await refused({}, "INVALID_PAYLOAD", "/payload", "any", 10n);
  await refused({}, "INVALID_PAYLOAD", "/payload", "any", () => 1);
  await refused({}, "PAYLOAD_TOO_LARGE", "/payload", "any", "x".repeat(1_048_575));
  await refused({}, "PAYLOAD_TOO_LARGE", "/payload", "any", "é".repeat(524_288));
});

test("a payload of exactly the limit is taken", async () => {
  await using at = await fixture();
  const { id } = await at.client.enqueue("any", "x".repeat(1_048_574));
  assert.equal((await at.store.get(id))?.payload.length, 1_048_576);
});

test("no payload is null; hostile text comes through to the letter", async () => {
  await using at = await fixture();
  const texts = [
    "\u0000",
    "\ud800",
    "\u202e",
    "👩‍👩‍👧",
    '{"__proto__":{"isAdmin":true}}',
    "'; DROP TABLE task;--",
  ];
  const seen: unknown[] = [];
  const echo = defineTask({ type: "echo", run: ({ input }) => void seen.push(input) });
  await at.client.enqueue(echo, undefined);
  await at.client.enqueueMany(echo, texts);
  void at.client.work([echo], { signals: false, concurrency: 1 }).run();
  await until(() => seen.length === texts.length + 1, "all have run");
  assert.deepEqual(seen, [null, ...texts]);
  assert.equal(({} as Record<string, unknown>)["isAdmin"], undefined);
});

test("the definition's queue and priority hold unless the enqueue says otherwise", async () => {
  await using at = await fixture();
  const mail = defineTask<number>({ type: "mail", queue: "mail", priority: "high", run() {} });
  const one = await at.client.enqueue(mail, 1);
  const two = await at.client.enqueue(mail, 2, { queue: "slow", priority: 9 });
  const read = async (id: string) => {
    const { queue, priority } = (await at.store.get(id))!;
    return [queue, priority];
  };
  assert.deepEqual(await read(one.id), ["mail", 2]);
  assert.deepEqual(await read(two.id), ["slow", 9]);
});

test("a key makes the second enqueue a duplicate, and another payload a conflict", async () => {
  await using at = await fixture();
  const first = await at.client.enqueue("any", { a: 1 }, { key: "k" });
  const again = await at.client.enqueue("any", { a: 1 }, { key: "k" });
  assert.deepEqual([again.id, again.duplicate], [first.id, true]);
  await assert.rejects(at.client.enqueue("any", { a: 2 }, { key: "k" }), { code: "KEY_CONFLICT" });
  await assert.rejects(at.client.enqueue("other", { a: 1 }, { key: "k" }), { code: "KEY_CONFLICT" });
  const elsewhere = await at.client.enqueue("any", { a: 1 }, { key: "k", queue: "other" });
  assert.equal(elsewhere.duplicate, false);
});

test("a task may bring its own id, in any case, once", async () => {
  await using at = await fixture();
  const id = "018F0000-0000-7000-8000-00000000000A";
  assert.deepEqual(await at.client.enqueue("any", 1, { id }), {
    id: id.toLowerCase(),
    type: "any",
    queue: "default",
    duplicate: false,
    state: "pending",
  });
  const again = await at.client.enqueue("any", 1, { id });
  assert.deepEqual([again.duplicate, again.state], [true, undefined]);
  assert.equal((await at.client.enqueue("any", 1, { delay: "5m" })).state, "scheduled");
});

test("enqueueAll checks every task before it adds one", async () => {
  await using at = await fixture();
  await assert.rejects(at.client.enqueueAll([{ type: "good" }, { type: "bad", priority: 99 }]), {
    code: "INVALID_OPTION",
  });
  assert.deepEqual(await queuesOf(at.store), []);
});

test("what contradicts itself within one call is refused before anything is added, and both are named", async () => {
  await using at = await fixture();
  const id = "018f0000-0000-7000-8000-00000000000a";
  const plain = Array.from({ length: 1_500 }, (_, n) => ({ type: "job", payload: n }));
  const contradicts = async (one: object, other: object, code: string, pointer: string) => {
    const call = at.client.enqueueAll([
      { type: "job", payload: "first", ...one },
      ...plain,
      { type: "job", payload: "second", ...other },
    ]);
    await assert.rejects(call, (error: WindlassError) => {
      assert.deepEqual([error.code, error.pointer], [code, `/tasks/1501/${pointer}`]);
      assert.match(error.message, /^tasks\[1501\] has the .* of tasks\[0\]/);
      return true;
    });
    assert.deepEqual(await queuesOf(at.store), []);
  };
  await contradicts({ key: "k" }, { key: "k" }, "KEY_CONFLICT", "key");
  await contradicts({ key: "k" }, { key: "k", payload: "first", type: "other" }, "KEY_CONFLICT", "key");
  await contradicts({ id }, { id: id.toUpperCase() }, "KEY_CONFLICT", "id");
  await contradicts({ id }, { id, payload: "first", type: "other" }, "KEY_CONFLICT", "id");
  await contradicts({ id }, { id, payload: "first", queue: "other" }, "KEY_CONFLICT", "id");
});

test("the same task twice in one call is added once, and the second answer says so", async () => {
  await using at = await fixture();
  const id = "018f0000-0000-7000-8000-00000000000a";
  const twice = async (same: object) => {
    const [first, second] = await at.client.enqueueAll([
      { type: "job", ...same },
      { type: "job", ...same },
    ]);
    assert.deepEqual([second?.id, first?.duplicate, second?.duplicate], [first?.id, false, true]);
  };
  await twice({ id });
  await twice({ key: "k" });
  const apart = await at.client.enqueueAll([
    { type: "job", key: "l", payload: 1 },
    { type: "job", key: "l", payload: 2, queue: "other" },
  ]);
  assert.deepEqual(
    apart.map(({ duplicate }) => duplicate),
    [false, false],
  );
});

test("enqueueMany of more than fit in one call adds them all, in order", async () => {
  await using at = await fixture();
  const inputs = Array.from({ length: 2_345 }, (_, n) => n);
  const tasks = await at.client.enqueueMany("any", inputs);
  assert.deepEqual(await at.client.enqueueMany("any", []), []);
  assert.equal(tasks.length, inputs.length);
  const seen: unknown[] = [];
  void at.client
    .work([defineTask({ type: "any", run: ({ input }) => void seen.push(input) })], {
      signals: false,
      concurrency: 1,
    })
    .run();
  await until(() => seen.length === inputs.length, "all have run");
  assert.deepEqual(seen, inputs);
});

test("definitions and workers refuse what cannot be meant", () => {
  const run = () => undefined;
  assert.throws(() => defineTask({ type: "a b", run }), { code: "INVALID_NAME" });
  assert.throws(() => defineTask({ type: "a", run, retr: {} } as never), {
    code: "UNKNOWN_OPTION",
    message: /did you mean retry/,
  });
  assert.throws(() => defineTask({ type: "a" } as never), { code: "INVALID_DEFINITION" });
  assert.throws(() => defineTask({ type: "a", run, retry: { limit: -1 } }), { code: "INVALID_OPTION" });
  assert.throws(() => defineTask({ type: "a", run, retry: { base: "10m", max: "1s" } }), {
    code: "INVALID_OPTION",
  });
  const client = new Client(memoryStore());
  const task = defineTask({ type: "a", run });
  assert.throws(() => client.work([]), { code: "INVALID_DEFINITION" });
  assert.throws(() => client.work([task, task]), { code: "INVALID_DEFINITION" });
  for (const options of [
    { concurrency: 0 },
    { lease: "999ms" },
    { poll: 1 },
    { queues: [] },
    { queues: { a: 0 } },
    { retention: { dead: { count: -1 } } },
  ] as const) {
    assert.throws(() => client.work([task], options), { code: "INVALID_OPTION" }, JSON.stringify(options));
  }
  assert.throws(() => client.work([task], { queues: ["a", "a b"] }), {
    code: "INVALID_NAME",
    message: /^queues\[1\]: queue is "a b"/,
    pointer: "/queues/1",
  });
  assert.throws(() => client.work([task], { concurency: 5 } as never), {
    code: "UNKNOWN_OPTION",
    message: /did you mean concurrency/,
  });
});
