/** Each operation of the catalogue: what it answers, what it refuses, and that a refusal changes nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import { catalogue } from "../../src/api/catalogue.ts";
import type { Operation } from "../../src/api/operation.ts";
import { JsonText } from "../../src/engine/request.ts";
import { memoryStore } from "../../src/stores/memory/index.ts";
import { type ErrorCode, WindlassError } from "../../src/task/errors.ts";
import { TASK_STATES, type TaskState } from "../../src/task/task.ts";
import { manualClock } from "../../src/testing/index.ts";
import { fixture, type Fixture } from "./fixture.ts";
import { queuesOf } from "../support/queues-of.ts";

const UNKNOWN_ID = "0198c4e6-0000-7000-8000-000000000000";

type Answer = Record<string, never>;

const operations: readonly Operation[] = catalogue;

function operation(name: string): Operation {
  return operations.find((candidate) => candidate.name === name)!;
}

const outputs = new Map(operations.map(({ name, output }) => [name, z.fromJSONSchema(output.json)]));

/** Calls, and checks that the answer is what the catalogue says. */
async function call(w: Fixture, name: string, input: object): Promise<Answer> {
  const output = await operation(name).call(w.context, input);
  const shown = JSON.parse(JSON.stringify(output)) as Answer;
  outputs.get(name)!.parse(shown);
  return shown;
}

async function refuses(
  w: Fixture,
  name: string,
  input: object,
  code: ErrorCode,
  pointer?: string,
): Promise<string> {
  const before = await w.snapshot();
  const error = await operation(name)
    .call(w.context, input)
    .then(
      (answer: unknown) => assert.fail(`answered ${JSON.stringify(answer)}`),
      (thrown: unknown) => thrown,
    );
  assert.ok(error instanceof WindlassError, String(error));
  assert.equal(error.code, code, error.message);
  if (pointer !== undefined) assert.equal(error.pointer, pointer);
  assert.equal(await w.snapshot(), before);
  return error.message;
}

test("tasks.enqueue answers the state of a fresh task", async () => {
  await using w = fixture();
  const { id, ...rest } = await call(w, "tasks.enqueue", { type: "job", payload: { a: 1 } });
  assert.deepEqual(rest, { state: "pending", queue: "default", duplicate: false });
  assert.equal((await w.store.get(id!))?.payload, '{"a":1}');
  const state = async (options: object): Promise<unknown> =>
    (await call(w, "tasks.enqueue", { type: "job", ...options })).state;
  assert.equal(await state({ delay: "1h" }), "scheduled");
  assert.equal(await state({ delay: 0 }), "pending");
  assert.equal(await state({ runAt: "2999-01-01T00:00:00Z" }), "scheduled");
  assert.equal(await state({ runAt: "2001-01-01T00:00:00Z" }), "pending");
});

test("a fresh task's state is told by the store's clock, not by the process's", async () => {
  await using w = fixture(memoryStore({ clock: manualClock(Date.parse("2999-06-01T00:00:00Z")) }));
  const state = async (runAt: string): Promise<unknown> =>
    (await call(w, "tasks.enqueue", { type: "job", runAt })).state;
  assert.equal(await state("2999-01-01T00:00:00Z"), "pending");
  assert.equal(await state("2999-12-01T00:00:00Z"), "scheduled");
  const { results } = (await call(w, "tasks.enqueueBatch", {
    tasks: [
      { type: "job", runAt: "2999-01-01T00:00:00Z" },
      { type: "job", delay: 1 },
    ],
  })) as unknown as { results: { state: string }[] };
  assert.deepEqual(
    results.map((result) => result.state),
    ["pending", "scheduled"],
  );
});

test("tasks.enqueue answers the task that stands for a key, and its state", async () => {
  await using w = fixture();
  const first = await call(w, "tasks.enqueue", { type: "job", key: "k" });
  await w.client.cancel(first.id!);
  const second = await call(w, "tasks.enqueue", { type: "job", key: "k" });
  assert.deepEqual(second, { ...first, state: "cancelled", duplicate: true });
  await refuses(w, "tasks.enqueue", { type: "job", key: "k", payload: 2 }, "KEY_CONFLICT");
  await w.client.remove(first.id!);
  const third = await call(w, "tasks.enqueue", { type: "job", key: "k" });
  assert.deepEqual(third, { ...first, state: null, duplicate: true });
});

test("tasks.enqueue keeps a payload's text as it stands", async () => {
  await using w = fixture();
  const text = '{ "b": 9007199254740993, "1": -0, "__proto__": {"x": 1e400}, "s": "\\ud800\\u0000" }';
  const { id } = await call(w, "tasks.enqueue", { type: "job", payload: new JsonText(text) });
  assert.equal((await w.store.get(id!))?.payload, text);
});

const BAD_TASKS: readonly (readonly [object, ErrorCode, string])[] = [
  [{}, "INVALID_NAME", "type"],
  [{ type: 5 }, "INVALID_NAME", "type"],
  [{ type: "*" }, "INVALID_NAME", "type"],
  [{ type: "a b" }, "INVALID_NAME", "type"],
  [{ type: "job", queue: null }, "INVALID_NAME", "queue"],
  [{ type: "job", queue: "../x" }, "INVALID_NAME", "queue"],
  [{ type: "job", queue: "{a}" }, "INVALID_NAME", "queue"],
  [{ type: "job", queue: "раyments" }, "INVALID_NAME", "queue"],
  [{ type: "job", queue: "x".repeat(129) }, "INVALID_NAME", "queue"],
  [{ type: "job", priority: 10 }, "INVALID_OPTION", "priority"],
  [{ type: "job", priority: "5" }, "INVALID_OPTION", "priority"],
  [{ type: "job", priority: 0.1 }, "INVALID_OPTION", "priority"],
  [{ type: "job", delay: -1 }, "INVALID_OPTION", "delay"],
  [{ type: "job", delay: "5" }, "INVALID_OPTION", "delay"],
  [{ type: "job", delay: null }, "INVALID_OPTION", "delay"],
  [{ type: "job", delay: [] }, "INVALID_OPTION", "delay"],
  [{ type: "job", delay: true }, "INVALID_OPTION", "delay"],
  [{ type: "job", delay: 1e308 }, "INVALID_OPTION", "delay"],
  [{ type: "job", runAt: "2026-02-30T00:00:00Z" }, "INVALID_OPTION", "runAt"],
  [{ type: "job", runAt: "2026-01-01T00:00:00" }, "INVALID_OPTION", "runAt"],
  [{ type: "job", runAt: 1_800_000_000 }, "INVALID_OPTION", "runAt"],
  [{ type: "job", delay: 1, runAt: "2999-01-01T00:00:00Z" }, "INVALID_OPTION", "runAt"],
  [{ type: "job", keyWindow: "1h" }, "INVALID_OPTION", "keyWindow"],
  [{ type: "job", retries: -1 }, "INVALID_OPTION", "retries"],
  [{ type: "job", retries: 1.5 }, "INVALID_OPTION", "retries"],
  [{ type: "job", crashes: 1e9 }, "INVALID_OPTION", "crashes"],
  [{ type: "job", key: "" }, "INVALID_KEY", "key"],
  [{ type: "job", key: "a b" }, "INVALID_KEY", "key"],
  [{ type: "job", key: "x".repeat(256) }, "INVALID_KEY", "key"],
  [{ type: "job", id: "../x" }, "INVALID_ID", "id"],
  [{ type: "job", state: "dead" }, "UNKNOWN_OPTION", "state"],
  [JSON.parse('{"type":"job","__proto__":{"isAdmin":true}}') as object, "UNKNOWN_OPTION", "__proto__"],
  [{ type: "job", constructor: 1 }, "UNKNOWN_OPTION", "constructor"],
  [{ type: "job", payload: "x".repeat(1_048_577) }, "PAYLOAD_TOO_LARGE", "/payload"],
];

test("tasks.enqueue refuses what the engine refuses, and what it does not know", async () => {
  await using w = fixture();
  for (const [input, code, pointer] of BAD_TASKS) await refuses(w, "tasks.enqueue", input, code, pointer);
  assert.equal(({} as { isAdmin?: unknown }).isAdmin, undefined);
  assert.match(
    await refuses(w, "tasks.enqueue", { type: "job", prioritty: 1 }, "UNKNOWN_OPTION"),
    /did you mean priority\?/,
  );
});

test("headers are kept, shown, and checked", async () => {
  await using w = fixture();
  const headers = { tenant: "acme", "x-tag": "" };
  const { id } = await call(w, "tasks.enqueue", { type: "job", headers });
  assert.deepEqual((await call(w, "tasks.get", { id }))["headers"], headers);
  const { items } = (await call(w, "tasks.list", {})) as unknown as { items: { headers: unknown }[] };
  assert.deepEqual(items[0]?.headers, headers);
  for (const bad of [{ Tenant: "a" }, { a: 1 }, { a: "x".repeat(5_000) }, "a", null, ["a"]]) {
    await refuses(w, "tasks.enqueue", { type: "job", headers: bad }, "INVALID_OPTION", "headers");
  }
  const tasks = [{ type: "job" }, { type: "job", headers: { a: 1 } }];
  await refuses(w, "tasks.enqueueBatch", { tasks }, "INVALID_OPTION", "/tasks/1/headers");
});

test("tasks.enqueueBatch adds all or, if one is bad, none and names it", async () => {
  await using w = fixture();
  const tasks = Array.from({ length: 1_000 }, (_, n) => ({ type: "job", payload: { n } }));
  const { results } = (await call(w, "tasks.enqueueBatch", { tasks })) as unknown as { results: object[] };
  assert.equal(results.length, 1_000);
  assert.equal((await queuesOf(w.store))[0]?.counts.pending, 1_000);
  for (const [bad, code, pointer] of BAD_TASKS) {
    const at = `/tasks/499${pointer.startsWith("/") ? "" : "/"}${pointer}`;
    await refuses(w, "tasks.enqueueBatch", { tasks: tasks.with(499, bad as never) }, code, at);
  }
});

test("tasks.enqueueBatch takes 1 to 1,000 objects", async () => {
  await using w = fixture();
  const refused = (tasks: unknown, pointer: string): Promise<string> =>
    refuses(w, "tasks.enqueueBatch", { tasks }, "INVALID_OPTION", pointer);
  await refused(undefined, "tasks");
  await refused({}, "tasks");
  await refused([], "tasks");
  assert.match(
    await refused(
      Array.from({ length: 1_001 }, () => ({ type: "job" })),
      "tasks",
    ),
    /has 1001; expected a list of 1 to 1,000 tasks/,
  );
  await refused([{ type: "job" }, null], "/tasks/1");
  await refused([[]], "/tasks/0");
});

test("tasks.enqueueBatch with one key twice: one task if they are the same, a conflict if not", async () => {
  await using w = fixture();
  const same = { type: "job", key: "k", payload: { a: 1 } };
  const { results } = (await call(w, "tasks.enqueueBatch", { tasks: [same, same] })) as unknown as {
    results: { id: string; duplicate: boolean }[];
  };
  assert.equal(results[0]?.id, results[1]?.id);
  assert.deepEqual(
    results.map(({ duplicate }) => duplicate),
    [false, true],
  );
  const other = [
    { ...same, key: "l" },
    { ...same, key: "l", payload: { a: 2 } },
  ];
  await refuses(w, "tasks.enqueueBatch", { tasks: other }, "KEY_CONFLICT", "/tasks/1/key");
});

test("tasks.list filters, pages and leaves out what is long", async () => {
  await using w = fixture();
  for (const state of TASK_STATES) await w.task(state, { state });
  await w.client.enqueue("other", "x".repeat(5_000), { queue: "q2" });
  const list = async (input: object): Promise<{ items: Record<string, unknown>[]; nextCursor?: string }> =>
    (await call(w, "tasks.list", input)) as never;
  assert.equal((await list({})).items.length, 8);
  for (const state of TASK_STATES) {
    const { items } = await list({ state, queue: "default" });
    assert.deepEqual(
      items.map((item) => [item["state"], item["payload"]]),
      [[state, { state }]],
    );
  }
  const [long] = (await list({ type: "other" })).items;
  assert.deepEqual([long?.["payload"], long?.["omitted"]], [undefined, ["payload"]]);
  assert.equal((await list({ q: '"state":"dead"' })).items.length, 1);
  const [dead] = (await list({ state: "dead" })).items;
  assert.deepEqual(dead?.["error"], { name: "Error", message: "no luck" });

  const first = await list({ limit: 5 });
  const second = await list({ limit: 5, cursor: first.nextCursor });
  assert.equal(new Set([...first.items, ...second.items].map((item) => item["id"])).size, 8);
  await refuses(w, "tasks.list", { limit: 4, state: "dead", cursor: first.nextCursor }, "INVALID_CURSOR");
});

test("tasks.list knows when a task was added", async () => {
  const clock = manualClock(Date.parse("2026-01-01T00:00:00Z"));
  await using w = fixture(memoryStore({ clock }));
  await w.client.enqueue("early", null);
  await clock.advance(3_600_000);
  await w.client.enqueue("late", null);
  const types = async (input: object): Promise<string[]> =>
    ((await call(w, "tasks.list", input)) as unknown as { items: { type: string }[] }).items.map(
      ({ type }) => type,
    );
  assert.deepEqual(await types({ createdFrom: "2026-01-01T01:00:00Z" }), ["late"]);
  assert.deepEqual(await types({ createdBefore: "2026-01-01T01:00:00Z" }), ["early"]);
  assert.deepEqual(await types({ createdFrom: Date.parse("2026-01-01T01:00:00Z") }), ["late"]);
  assert.deepEqual(await types({ createdFrom: "2026-01-01T02:00:00Z" }), []);
});

test("tasks.list refuses what it cannot look for", async () => {
  await using w = fixture();
  const states = await refuses(w, "tasks.list", { state: "done" }, "INVALID_OPTION", "state");
  assert.match(states, /expected one of pending, scheduled/);
  for (const limit of [0, -1, 501, 1e9, 1.5, "5", null]) {
    await refuses(w, "tasks.list", { limit }, "INVALID_OPTION", "limit");
  }
  await refuses(w, "tasks.list", { queue: "a b" }, "INVALID_NAME", "queue");
  await refuses(w, "tasks.list", { type: "%" }, "INVALID_NAME", "type");
  for (const q of ["", "x".repeat(257), 5]) {
    assert.match(await refuses(w, "tasks.list", { q }, "INVALID_OPTION", "q"), /^q is /);
  }
  await refuses(w, "tasks.list", { text: "x" }, "UNKNOWN_OPTION");
  await refuses(w, "tasks.list", { createdFrom: "yesterday" }, "INVALID_OPTION", "createdFrom");
  await refuses(w, "tasks.list", { createdBefore: null }, "INVALID_OPTION", "createdBefore");
  await refuses(w, "tasks.list", { cursor: "forged" }, "INVALID_CURSOR");
  await refuses(w, "tasks.list", { offset: 1 }, "UNKNOWN_OPTION");
});

test("tasks.get shows the task with its attempts", async () => {
  await using w = fixture();
  const id = await w.task("dead");
  const task = (await call(w, "tasks.get", { id: id.toUpperCase() })) as Record<string, unknown>;
  assert.equal(task["state"], "dead");
  assert.equal(task["deadReason"], "exhausted");
  assert.match(String(task["createdAt"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const [attempt] = task["attempts"] as Record<string, unknown>[];
  assert.deepEqual([attempt?.["attempt"], attempt?.["outcome"], attempt?.["worker"]], [1, "failed", "w"]);
  await refuses(w, "tasks.get", { id: UNKNOWN_ID }, "TASK_NOT_FOUND");
  await refuses(w, "tasks.get", { id: "../x" }, "INVALID_ID");
});

const ACTS: readonly { name: string; allowed: readonly TaskState[]; input?: object; becomes?: TaskState }[] =
  [
    { name: "tasks.retry", allowed: ["dead"], becomes: "pending" },
    { name: "tasks.cancel", allowed: ["pending", "scheduled", "retrying", "running"] },
    { name: "tasks.runNow", allowed: ["scheduled", "retrying"], becomes: "pending" },
    { name: "tasks.edit", allowed: ["pending", "scheduled", "retrying"], input: { priority: 9 } },
    { name: "tasks.delete", allowed: ["pending", "scheduled", "retrying", "completed", "cancelled", "dead"] },
  ];

for (const { name, allowed, input, becomes } of ACTS) {
  test(`${name} acts in ${allowed.join(", ")} and nowhere else`, async () => {
    await using w = fixture();
    for (const state of TASK_STATES) {
      const id = await w.task(state);
      if (allowed.includes(state)) {
        const answer = await call(w, name, { id, ...input });
        assert.equal(answer.id, id);
        if (becomes !== undefined) assert.equal(answer.state, becomes);
      } else {
        const message = await refuses(w, name, { id, ...input }, "WRONG_STATE");
        for (const each of allowed) assert.ok(message.includes(each), message);
      }
      await w.store.purge("default", TASK_STATES);
    }
    await refuses(w, name, { id: UNKNOWN_ID, ...input }, "TASK_NOT_FOUND");
    await refuses(w, name, { id: "x", ...input }, "INVALID_ID");
    await refuses(w, name, { id: UNKNOWN_ID, ...input, force: true }, "UNKNOWN_OPTION");
  });
}

test("tasks.cancel of a running task asks it to stop; tasks.delete answers what was", async () => {
  await using w = fixture();
  const running = await call(w, "tasks.cancel", { id: await w.task("running") });
  assert.deepEqual([running.state, running["cancelRequested"]], ["running", true]);
  const id = await w.task("scheduled");
  assert.equal((await call(w, "tasks.delete", { id })).state, "scheduled");
  assert.equal(await w.store.get(id), undefined);
});

test("tasks.act acts on many, says what is refused, and 1,000 are one call of the store", async () => {
  const store = memoryStore();
  let calls = 0;
  await using w = fixture({
    ...store,
    act: (tasks, act) => {
      calls += 1;
      return store.act(tasks, act);
    },
  });
  const dead = await Promise.all(Array.from({ length: 998 }, () => w.task("dead")));
  const pending = await w.task("pending");
  const refs = dead.map((id, index) => (index % 2 === 0 ? id : { id, queue: "default" }));
  const summary = await call(w, "tasks.act", { act: "retry", tasks: [pending, UNKNOWN_ID, ...refs] });
  assert.deepEqual(summary, {
    done: 998,
    refused: [
      {
        id: pending,
        code: "WRONG_STATE",
        message: `task ${pending} is pending; retry needs a task that is dead`,
      },
      { id: UNKNOWN_ID, code: "TASK_NOT_FOUND", message: `no task has the id ${UNKNOWN_ID}` },
    ],
  });
  assert.equal(calls, 1);
  assert.equal((await call(w, "tasks.act", { act: "delete", tasks: dead }))["done"], 998);
});

test("tasks.act takes 1 to 1,000 tasks and an act", async () => {
  await using w = fixture();
  const id = await w.task("dead");
  for (const act of [undefined, "remove", "edit", "toString", 1]) {
    await refuses(w, "tasks.act", { act, tasks: [id] }, "INVALID_OPTION", "act");
  }
  for (const tasks of [undefined, id, [], Array.from({ length: 1_001 }, () => id)]) {
    await refuses(w, "tasks.act", { act: "retry", tasks }, "INVALID_OPTION", "tasks");
  }
  await refuses(w, "tasks.act", { act: "retry", tasks: [id, "7"] }, "INVALID_ID");
  await refuses(w, "tasks.act", { act: "retry", tasks: [{ id, queue: "a b" }] }, "INVALID_NAME");
});

test("store.diagnose says what the store runs on", async () => {
  await using w = fixture();
  const { findings } = (await call(w, "store.diagnose", {})) as unknown as { findings: object[] };
  assert.ok(findings.length > 0);
});

test("tasks.edit changes payload, priority and time, and says when there is nothing to change", async () => {
  await using w = fixture();
  const id = await w.task("pending");
  const edited = await call(w, "tasks.edit", { id, payload: null, priority: "bulk", delay: "1h" });
  assert.deepEqual([edited["payload"], edited["priority"], edited.state], [null, 9, "scheduled"]);
  assert.equal((await call(w, "tasks.edit", { id, runAt: "2001-01-01T00:00:00Z" })).state, "pending");
  await refuses(w, "tasks.edit", { id }, "INVALID_OPTION");
  await refuses(w, "tasks.edit", { id, priority: 10 }, "INVALID_OPTION", "priority");
  await refuses(w, "tasks.edit", { id, delay: "x" }, "INVALID_OPTION", "delay");
  await refuses(w, "tasks.edit", { id, delay: 1, runAt: "2999-01-01T00:00:00Z" }, "INVALID_OPTION", "runAt");
  await refuses(w, "tasks.edit", { id, payload: "x".repeat(1_048_577) }, "PAYLOAD_TOO_LARGE");
  await refuses(w, "tasks.edit", { id, type: "other" }, "UNKNOWN_OPTION");
});

test("queues: list, get, pause, resume", async () => {
  await using w = fixture();
  await w.task("pending");
  const { items } = (await call(w, "queues.list", {})) as unknown as { items: { name: string }[] };
  assert.deepEqual(
    items.map(({ name }) => name),
    ["default"],
  );
  assert.equal((await call(w, "queues.get", { name: "default" }))["paused"], false);
  assert.equal((await call(w, "queues.pause", { name: "default" }))["paused"], true);
  assert.equal((await call(w, "queues.pause", { name: "early" }))["paused"], true);
  assert.equal((await call(w, "queues.resume", { name: "default" }))["paused"], false);
  assert.equal((await call(w, "queues.resume", { name: "early" }))["paused"], false);
  for (const name of ["queues.get", "queues.resume", "queues.purge"]) {
    await refuses(w, name, { name: "nowhere" }, "QUEUE_NOT_FOUND");
  }
  for (const name of ["queues.get", "queues.pause", "queues.resume", "queues.purge"]) {
    await refuses(w, name, { name: "a:b" }, "INVALID_NAME");
  }
});

test("queues.purge removes what waits, or the states it is given, and never what runs", async () => {
  await using w = fixture();
  for (const state of TASK_STATES) await w.task(state);
  await refuses(w, "queues.purge", { name: "default", states: ["running"] }, "INVALID_OPTION", "states");
  const second = { name: "default", states: ["dead", "ded"] };
  const detail = await refuses(w, "queues.purge", second, "INVALID_OPTION", "/states/1");
  assert.match(detail, /^states\[1\] is "ded"; expected one of pending/);
  await refuses(w, "queues.purge", { name: "default", states: [] }, "INVALID_OPTION", "states");
  await refuses(w, "queues.purge", { name: "default", states: "dead" }, "INVALID_OPTION", "states");
  await refuses(w, "queues.purge", { name: "default", state: ["dead"] }, "UNKNOWN_OPTION");
  assert.deepEqual(await call(w, "queues.purge", { name: "default" }), { queue: "default", removed: 3 });
  assert.equal((await call(w, "queues.purge", { name: "default", states: ["dead"] }))["removed"], 1);
  const left = (await w.store.list({ limit: 10 })).items.map(({ state }) => state).toSorted();
  assert.deepEqual(left, ["cancelled", "completed", "running"]);
});

test("stats.get counts per state, per queue and per minute", async () => {
  await using w = fixture();
  for (const state of TASK_STATES) await w.task(state);
  await w.client.enqueue("job", null, { queue: "q2" });
  const stats = (await call(w, "stats.get", {})) as unknown as {
    states: Record<string, number>;
    queues: { name: string }[];
    activity: { added: number }[];
    totals: Record<string, number>;
  };
  assert.deepEqual(stats.states, {
    pending: 2,
    scheduled: 1,
    retrying: 1,
    running: 1,
    completed: 1,
    cancelled: 1,
    dead: 1,
  });
  assert.deepEqual(
    stats.queues.map(({ name }) => name),
    ["default", "q2"],
  );
  await w.client.purge("default", { states: ["completed", "cancelled", "dead"] });
  const [first, second] = (await call(w, "queues.list", {}))["items"] as unknown as { totals: object }[];
  assert.deepEqual(first?.totals, { added: 7, completed: 1, failed: 2, crashed: 0, dead: 1, unhandled: 0 });
  assert.deepEqual(second?.totals, { added: 1, completed: 0, failed: 0, crashed: 0, dead: 0, unhandled: 0 });
  assert.deepEqual(stats.totals, { added: 8, completed: 1, failed: 2, crashed: 0, dead: 1, unhandled: 0 });
  assert.equal(
    stats.activity.reduce((sum, { added }) => sum + added, 0),
    8,
  );
  for (const minutes of [0, 1_441, 1e9, "5", null]) {
    await refuses(w, "stats.get", { minutes }, "INVALID_OPTION", "minutes");
  }
});
