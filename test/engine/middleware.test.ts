import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { test } from "node:test";
import {
  Client,
  type ClientOptions,
  defineTask,
  Discard,
  type EnqueueMiddleware,
  type NewTask,
  Retry,
  type RunMiddleware,
  Snooze,
} from "windlass";
import { memoryStore } from "windlass/stores/memory";
import { memoryLogger, until } from "./fixture.ts";

const quick = { signals: false } as const;

function clientWith(middleware: ClientOptions["middleware"]) {
  return new Client(memoryStore(), { logger: memoryLogger(), middleware });
}

/** Runs one task and answers it as it ended. */
async function runOne(client: ReturnType<typeof clientWith>, run: () => unknown = () => "plain") {
  const task = defineTask({ type: "any", retry: { limit: 0 }, run });
  const { id } = await client.enqueue(task, null);
  await using worker = client.work([task], quick);
  void worker.run();
  await until(async () => (await client.queue("default"))?.counts.pending === 0, "it is claimed");
  await until(async () => (await client.queue("default"))?.counts.running === 0, "it has ended");
  return (await client.get(id))!;
}

test("middleware around run: the first is the outermost, the worker's are inside of the client's", async () => {
  const order: string[] = [];
  const named =
    (name: string): RunMiddleware =>
    async (attempt, next) => {
      order.push(`${name} before ${attempt.type}`);
      const result = await next();
      order.push(`${name} after ${String(result)}`);
      return `${name}(${String(result)})`;
    };
  await using client = clientWith({ run: [named("a"), named("b")] });
  const task = defineTask({
    type: "any",
    run() {
      order.push("run");
      return "plain";
    },
  });
  const { id } = await client.enqueue(task, null);
  void client.work([task], { ...quick, middleware: { run: [named("c")] } }).run();
  await until(async () => (await client.get(id))?.state === "completed", "it is completed");
  assert.deepEqual(order, [
    "a before any",
    "b before any",
    "c before any",
    "run",
    "c after plain",
    "b after c(plain)",
    "a after b(c(plain))",
  ]);
  assert.equal((await client.get(id))?.result, "a(b(c(plain)))");
});

test("middleware around run sees what the handler sees, after the schema", async () => {
  const seen: unknown[] = [];
  await using client = clientWith({
    run: [
      ({ input, id, queue, attempt, headers }, next) => {
        seen.push({ input, id, queue, attempt, headers });
        return next();
      },
    ],
  });
  const task = defineTask({
    type: "any",
    retry: { limit: 0 },
    input: {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: (value: unknown) =>
          typeof value === "number" ? { value: value + 1 } : { issues: [{ message: "expected a number" }] },
        types: undefined as { input: number; output: number } | undefined,
      },
    },
    run: ({ input }) => input,
  });
  const { id } = await client.enqueue(task, 1, { headers: { tenant: "acme" } });
  const refused = await client.enqueue("any", "x");
  void client.work([task], quick).run();
  await until(async () => (await client.get(refused.id))?.state === "dead", "the refused one is dead");
  assert.deepEqual(seen, [{ input: 2, id, queue: "default", attempt: 1, headers: { tenant: "acme" } }]);
  assert.equal((await client.get(id))?.result, 2);
});

test("middleware around run may answer instead of the handler, or steer, and what it throws is the handler's", async () => {
  const outcome = async (middleware: RunMiddleware) => {
    await using client = clientWith({ run: [middleware] });
    const { state, result, deadReason, error } = await runOne(client, () => assert.fail("the handler ran"));
    return [state, result ?? deadReason ?? error?.message];
  };
  assert.deepEqual(await outcome(() => "cached"), ["completed", "cached"]);
  assert.deepEqual(await outcome(() => Promise.resolve("later")), ["completed", "later"]);
  assert.deepEqual(
    await outcome(() => {
      throw new Discard("no");
    }),
    ["dead", "discarded"],
  );
  assert.deepEqual(
    await outcome(() => {
      throw new Snooze("1h");
    }),
    ["scheduled", undefined],
  );
  assert.deepEqual(await outcome(() => Promise.reject(new Error("no luck"))), ["dead", "exhausted"]);
});

test("middleware around run may give up waiting, and hears what the handler throws", async () => {
  await using client = clientWith({
    run: [(_, next) => Promise.race([next(), Promise.reject(new Error("out of time"))])],
  });
  const late = await runOne(client, () => new Promise(() => {}));
  assert.deepEqual([late.state, late.error?.message], ["dead", "out of time"]);

  await using forgiving = clientWith({
    run: [
      async (_, next) => {
        try {
          return await next();
        } catch (error) {
          return `caught ${(error as Error).message}`;
        }
      },
    ],
  });
  const caught = await runOne(forgiving, () => {
    throw new Retry("again");
  });
  assert.deepEqual([caught.state, caught.result], ["completed", "caught again"]);
});

test("a handler never runs twice in one attempt: the second next() fails", async () => {
  let runs = 0;
  await using client = clientWith({
    run: [
      async (_, next) => {
        await next();
        return next();
      },
    ],
  });
  const { state, error } = await runOne(client, () => void runs++);
  assert.deepEqual([state, error?.code, runs], ["dead", "INTERNAL", 1]);
});

test("middleware that does not wait for next() answers by itself, and what the rest throws ends nothing else", async () => {
  await using client = clientWith({
    run: [
      (_, next) => {
        void next();
        void next();
        return "early";
      },
    ],
  });
  const unhandled: unknown[] = [];
  const heard = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", heard);
  const { state, result } = await runOne(client, () => {
    throw new Error("late");
  });
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", heard);
  assert.deepEqual([state, result, unhandled], ["completed", "early", []]);
});

test("middleware around enqueue adds headers, in the caller's own asynchronous context, around every way to add", async () => {
  const trace = new AsyncLocalStorage<string>();
  const calls: number[] = [];
  await using client = clientWith({
    enqueue: [
      (tasks, next) => {
        calls.push(tasks.length);
        const headers = { trace: trace.getStore() ?? "none" };
        return next(tasks.map((task) => ({ ...task, headers: { ...task.headers, ...headers } })));
      },
    ],
  });
  const [one, many, all, single] = await Promise.all([
    trace.run("a", () => client.enqueue("any", 1, { headers: { tenant: "acme" } })),
    trace.run("b", () => client.enqueueMany("any", [2, 3])),
    trace.run("c", () => client.enqueueAll([{ type: "x" }, { type: "y", queue: "mail" }])),
    client.enqueueAll([{ type: "z" }]),
  ]);
  assert.deepEqual(
    calls.toSorted((a, b) => a - b),
    [1, 1, 2, 2],
  );
  const headersOf = async ({ id }: { id: string }) => (await client.get(id))?.headers;
  assert.deepEqual(await headersOf(one), { tenant: "acme", trace: "a" });
  for (const task of many) assert.deepEqual(await headersOf(task), { trace: "b" });
  for (const task of all) assert.deepEqual(await headersOf(task), { trace: "c" });
  assert.deepEqual(await headersOf(single[0]!), { trace: "none" });
  assert.deepEqual(
    all.map(({ type, queue, duplicate, state }) => [type, queue, duplicate, state]),
    [
      ["x", "default", false, "pending"],
      ["y", "mail", false, "pending"],
    ],
  );
});

test("middleware around enqueue: the first is the outermost; it may send tasks elsewhere, and the answer says where", async () => {
  const order: string[] = [];
  const moving =
    (name: string): EnqueueMiddleware =>
    async (tasks, next) => {
      order.push(`${name} ${tasks[0]?.queue}`);
      const results = await next(tasks.map((task) => ({ ...task, queue: name })));
      order.push(`${name} ${results[0]?.status}`);
      return results;
    };
  await using client = clientWith({ enqueue: [moving("a"), moving("b")] });
  const added = await client.enqueue("any", 1);
  assert.deepEqual(order, ["a default", "b a", "b added", "a added"]);
  assert.deepEqual([added.queue, (await client.get(added.id))?.queue], ["b", "b"]);
});

test("middleware around enqueue may answer without adding, and may ask again: ids make that safe", async () => {
  const standing = "018f0000-0000-7000-8000-000000000001";
  await using answering = clientWith({
    enqueue: [async (tasks) => tasks.map(() => ({ status: "duplicate", id: standing }))],
  });
  const { id, duplicate } = await answering.enqueue("any", 1);
  assert.deepEqual([id, duplicate, (await answering.queues()).items], [standing, true, []]);

  await using twice = clientWith({
    enqueue: [
      async (tasks, next) => {
        const results = await next(tasks);
        assert.equal((await next(tasks))[0]?.status, "duplicate");
        return results;
      },
    ],
  });
  assert.equal((await twice.enqueue("any", 1)).duplicate, false);
  assert.equal((await twice.queue("default"))?.counts.pending, 1);
});

test("middleware around enqueue that does not answer for each task is told so", async () => {
  for (const answer of [
    () => Promise.resolve(undefined),
    () => Promise.resolve([]),
    () => Promise.resolve([{ id: "x", status: "lost" }]),
    () => Promise.resolve([null]),
  ]) {
    await using client = clientWith({ enqueue: [answer as never] });
    await assert.rejects(client.enqueue("any", 1), {
      code: "INTERNAL",
      message: /expected one result for each of 1 tasks/,
    });
  }
});

test("a task that middleware spoils is refused alone: others' tasks in the same turn are added", async () => {
  await using client = clientWith({
    enqueue: [
      (tasks, next) =>
        next(tasks.map((task): NewTask => (task.type === "bad" ? { ...task, priority: 99 } : task))),
    ],
  });
  const [bad, good] = await Promise.allSettled([client.enqueue("bad", 1), client.enqueue("good", 1)]);
  assert.equal(bad.status === "rejected" && (bad.reason as { code: string }).code, "INVALID_OPTION");
  assert.equal(good.status, "fulfilled");
  await assert.rejects(client.enqueueAll([{ type: "good" }, { type: "bad" }]), { code: "INVALID_OPTION" });
  assert.equal((await client.queue("default"))?.counts.pending, 1);
});

test("what is no middleware is refused when it is given", () => {
  const task = defineTask({ type: "any", run: () => undefined });
  assert.throws(() => clientWith({ run: {} } as never), {
    code: "INVALID_OPTION",
    pointer: "middleware.run",
  });
  assert.throws(() => clientWith({ enqueue: [1] } as never), { code: "INVALID_OPTION" });
  assert.throws(() => clientWith({ runn: [] } as never), { code: "UNKNOWN_OPTION" });
  const client = clientWith({});
  assert.throws(() => client.work([task], { middleware: { enqueue: [] } as never }), {
    code: "UNKNOWN_OPTION",
  });
  assert.throws(() => new Client(memoryStore(), { middlewares: {} } as never), {
    code: "UNKNOWN_OPTION",
    message: /did you mean middleware/,
  });
});
