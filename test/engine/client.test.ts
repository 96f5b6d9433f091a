import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";
import {
  type ActResult,
  Client,
  defineTask,
  FACETS,
  type FullStore,
  type Stats,
  type Store,
  type Task,
  type TaskChange,
  type TaskDetail,
  type TaskEdit,
  type TaskFilter,
  TaskInfo,
  type TaskRef,
  type TaskState,
} from "windlass";
import { memoryStore } from "../../src/stores/memory/index.ts";
import { fixture, until } from "./fixture.ts";

const id = (n: number) => `018f0000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;

const task = (from: Partial<Task> = {}): TaskDetail => ({
  id: id(1),
  type: "mail",
  queue: "default",
  payload: "null",
  priority: 5,
  state: "pending",
  createdAt: 2e12,
  runAt: 2e12,
  failures: 0,
  crashes: 0,
  crashLimit: 3,
  attempts: [],
  ...from,
});

const unasked = (call: string) => () => assert.fail(`${call} was called`);

/** A store without facets that nobody should call. */
function bareStore(): Store {
  return {
    name: "fake",
    callsAtOnce: 1,
    signal: { subscribe: unasked("subscribe") },
    open: async () => {},
    add: unasked("add"),
    exchange: unasked("exchange"),
    extend: unasked("extend"),
    maintain: unasked("maintain"),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** A client over a store that answers what the test says; whatever else it is asked fails the test. */
function over(calls: Partial<FullStore>): Client<FullStore> {
  const facets = Object.values(FACETS)
    .flat()
    .map((call) => [call, unasked(call)]);
  return new Client({ ...bareStore(), ...(Object.fromEntries(facets) as FullStore), ...calls });
}

const info = (name: string, pending = 0, paused = false) => ({
  name,
  paused,
  counts: { pending, scheduled: 0, retrying: 0, running: 0, completed: 1, cancelled: 0, dead: 0 },
  totals: { added: 4, completed: 2, failed: 0, crashed: 1, dead: 0, unhandled: 0 },
});

test("one task that is acted on is answered as it is then", async () => {
  const asked: unknown[] = [];
  const client = over({
    act: async (tasks, act) => {
      asked.push([tasks, act]);
      return [{ status: "applied", task: task({ payload: '{"a":1}' }) }];
    },
  });
  const retried = await client.retry(id(1).toUpperCase());
  assert.ok(retried instanceof TaskInfo);
  assert.deepEqual([retried.id, retried.payload], [id(1), { a: 1 }]);
  await client.cancel({ id: id(2), queue: "mail" });
  await client.runNow(retried);
  await client.remove(id(3));
  assert.deepEqual(asked, [
    [[{ id: id(1) }], "retry"],
    [[{ id: id(2), queue: "mail" }], "cancel"],
    [[{ id: id(1), queue: "default" }], "runNow"],
    [[{ id: id(3) }], "remove"],
  ]);
});

test("one task that is missing or in the wrong state is an error that says what would do", async () => {
  let answer: ActResult = { status: "missing" };
  const client = over({ act: async () => [answer], edit: async () => answer });
  const gone = { code: "TASK_NOT_FOUND", message: `no task has the id ${id(1)}` };
  await assert.rejects(client.retry(id(1)), gone);
  await assert.rejects(client.edit(id(1), { priority: 0 }), gone);
  answer = { status: "refused", state: "running" };
  const refused = (what: string, states: string) => ({
    code: "WRONG_STATE",
    message: `task ${id(1)} is running; ${what} needs a task that is ${states}`,
  });
  await assert.rejects(client.retry(id(1)), refused("retry", "dead"));
  await assert.rejects(client.runNow(id(1)), refused("runNow", "scheduled, retrying"));
  await assert.rejects(client.edit(id(1), { priority: 0 }), refused("edit", "pending, scheduled, retrying"));
});

test("several tasks get an answer each, in order, by one call per thousand", async () => {
  const calls: (readonly TaskRef[])[] = [];
  const client = over({
    act: async (tasks) => {
      calls.push(tasks);
      return tasks.map((ref, index): ActResult => {
        if (index % 3 === 0) return { status: "applied", task: task({ id: ref.id }) };
        return index % 3 === 1 ? { status: "missing" } : { status: "refused", state: "completed" };
      });
    },
  });
  const ids = Array.from({ length: 2_300 }, (_, n) => id(n));
  const answers = await client.retry(ids);
  assert.deepEqual(
    calls.map(({ length }) => length),
    [1_000, 1_000, 300],
  );
  assert.deepEqual(
    answers.map((answer) => answer.id),
    ids,
  );
  assert.deepEqual(answers[1], { id: id(1), status: "missing" });
  assert.deepEqual(answers[2], { id: id(2), status: "refused", state: "completed" });
  const first = answers[0]!;
  assert.ok(first.status === "applied" && first.task.id === id(0));
  assert.deepEqual(await client.cancel([]), []);
  assert.equal(calls.length, 3, "nothing to do is no call");
});

test("an id that is none is refused before the store hears of it", async () => {
  const client = over({});
  await assert.rejects(client.retry("42"), { code: "INVALID_ID" });
  const which = { code: "INVALID_ID", message: /^tasks\[1\]: id is "42"/, pointer: "/tasks/1" };
  await assert.rejects(client.retry([id(1), "42"]), which);
  const named = { code: "INVALID_NAME", message: /^tasks\[0\]: queue is "a b"/, pointer: "/tasks/0/queue" };
  await assert.rejects(client.cancel([{ id: id(1), queue: "a b" }]), named);
  await assert.rejects(client.retry({ id: id(1), queue: "a b" }), { code: "INVALID_NAME" });
  await assert.rejects(client.retry(null as never), { code: "INVALID_ID" });
  await assert.rejects(client.get("42"), { code: "INVALID_ID" });
  await assert.rejects(client.edit("42", { priority: 1 }), { code: "INVALID_ID" });
});

test("an edit is checked and written down for the store", async () => {
  const edits: [TaskRef, TaskEdit][] = [];
  const client = over({
    edit: async (ref, edit) => {
      edits.push([ref, edit]);
      return { status: "applied", task: task() };
    },
  });
  await client.edit(id(1), { payload: { a: 1 }, priority: "high", delay: "5m" });
  await client.edit({ id: id(1), queue: "mail" }, { runAt: new Date(2e12) });
  const nothing = { payload: undefined, priority: undefined, delayMs: undefined, runAt: undefined };
  assert.deepEqual(edits, [
    [{ id: id(1) }, { ...nothing, payload: '{"a":1}', priority: 2, delayMs: 300_000 }],
    [
      { id: id(1), queue: "mail" },
      { ...nothing, runAt: 2e12 },
    ],
  ]);
  for (const [change, code] of [
    [{}, "INVALID_OPTION"],
    [{ priority: undefined }, "INVALID_OPTION"],
    [{ delay: 1, runAt: 2e12 }, "INVALID_OPTION"],
    [{ priority: 2.5 }, "INVALID_OPTION"],
    [{ delay: Number.NaN }, "INVALID_OPTION"],
    [{ runAt: 5 }, "INVALID_OPTION"],
    [{ payload: 10n }, "INVALID_PAYLOAD"],
    [{ payload: "x".repeat(1_048_576) }, "PAYLOAD_TOO_LARGE"],
    [{ prioriti: 1 }, "UNKNOWN_OPTION"],
  ] as const) {
    await assert.rejects(client.edit(id(1), change as TaskChange), { code }, inspect(change));
  }
  assert.equal(edits.length, 2);
});

test("a list has a page of 50 unless it is told otherwise, and its query is checked", async () => {
  const filters: TaskFilter[] = [];
  const client = over({
    list: async (filter) => {
      filters.push(filter);
      return { items: [task({ payload: "[1]" })], nextCursor: "next", searched: 7 };
    },
  });
  const page = await client.list();
  assert.deepEqual(page.items[0]?.payload, [1]);
  assert.deepEqual([page.nextCursor, page.searched], ["next", 7]);
  await client.list({
    queue: "mail",
    state: "dead",
    type: "a.b",
    text: "needle",
    createdFrom: "2030-01-01T00:00:00Z",
    createdBefore: new Date(2e12),
    limit: 500,
    cursor: "next",
  });
  assert.deepEqual(
    filters.map((filter) =>
      Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)),
    ),
    [
      { limit: 50 },
      {
        queue: "mail",
        state: "dead",
        type: "a.b",
        text: "needle",
        createdFrom: Date.UTC(2030),
        createdBefore: 2e12,
        limit: 500,
        cursor: "next",
      },
    ],
  );
  for (const [query, code] of [
    [{ states: "dead" }, "UNKNOWN_OPTION"],
    [{ state: "waiting" }, "INVALID_OPTION"],
    [{ queue: "a b" }, "INVALID_NAME"],
    [{ type: "*" }, "INVALID_NAME"],
    [{ text: "" }, "INVALID_OPTION"],
    [{ text: "x".repeat(257) }, "INVALID_OPTION"],
    [{ text: "\ud800" }, "INVALID_OPTION"],
    [{ createdFrom: "yesterday" }, "INVALID_OPTION"],
    [{ createdBefore: 1 }, "INVALID_OPTION"],
    [{ limit: 0 }, "INVALID_OPTION"],
    [{ limit: 501 }, "INVALID_OPTION"],
    [{ cursor: 5 }, "INVALID_CURSOR"],
  ] as const) {
    await assert.rejects(client.list(query as never), { code }, inspect(query));
  }
  assert.equal(filters.length, 2);
});

test("get says where to look, and answers nothing for what is not there", async () => {
  const asked: unknown[] = [];
  const client = over({
    get: async (...args) => {
      asked.push(args);
      return args[0] === id(1) ? task({ result: "7" }) : undefined;
    },
  });
  const found = await client.get(id(1), { queue: "mail" });
  assert.deepEqual([found?.result, found?.attempts], [7, []]);
  assert.equal(await client.get(id(2)), undefined);
  assert.deepEqual(asked, [
    [id(1), "mail"],
    [id(2), undefined],
  ]);
  await assert.rejects(client.get(id(1), { queu: "mail" } as never), { code: "UNKNOWN_OPTION" });
});

test("payload and result are values; what is stored is there to the letter", () => {
  const exact = new TaskInfo(task({ payload: '{"n":12345678901234567890}', result: '"done"' }));
  assert.deepEqual(
    [exact.payload, exact.payloadText],
    [{ n: 12345678901234567000 }, '{"n":12345678901234567890}'],
  );
  assert.deepEqual([exact.result, exact.resultText], ["done", '"done"']);
  assert.equal(exact.payload, exact.payload, "it is read once");
  const broken = new TaskInfo(task({ payload: "{" }));
  assert.deepEqual([broken.payload, broken.result, broken.resultText], ["{", undefined, undefined]);
  assert.equal(JSON.parse(JSON.stringify(exact)).result, "done");
  assert.match(inspect(exact), /result: 'done'/);
});

test("queues are paused, resumed and purged by name, and told apart from those that nobody knows", async () => {
  const known = new Map([["mail", info("mail", 3, true)]]);
  const purges: (readonly TaskState[])[] = [];
  const client = over({
    queue: async (name) => known.get(name),
    queues: async () => ({ items: [...known.values()] }),
    pause: async (name) => void known.set(name, info(name, 0, true)),
    resume: async (name) => void known.delete(name),
    purge: async (_, states) => purges.push(states),
  });
  assert.equal((await client.pause("new")).paused, true);
  assert.deepEqual(
    (await client.queues()).items.map(({ name }) => name),
    ["mail", "new"],
  );
  assert.deepEqual(await client.resume("new"), info("new"));
  for (const act of [() => client.resume("new"), () => client.purge("new")]) {
    await assert.rejects(act, { code: "QUEUE_NOT_FOUND" });
  }
  assert.equal(await client.queue("new"), undefined);
  await client.purge("mail");
  await client.purge("mail", { states: ["dead", "dead", "completed"] });
  assert.deepEqual(purges, [
    ["pending", "scheduled", "retrying"],
    ["dead", "completed"],
  ]);
  for (const states of [["running"], ["dead", "running"], [], ["gone"], "dead", null]) {
    await assert.rejects(client.purge("mail", { states: states as never }), { code: "INVALID_OPTION" });
  }
  await assert.rejects(client.purge("mail", { state: "dead" } as never), { code: "UNKNOWN_OPTION" });
  for (const act of ["queue", "pause", "resume", "purge"] as const) {
    await assert.rejects(client[act]("a b"), { code: "INVALID_NAME" }, act);
  }
});

test("stats are totals, queues and what happened lately, of a page of queues", async () => {
  const asked: unknown[] = [];
  const minute = { minute: 0, added: 1, completed: 0, failed: 0, crashed: 0, dead: 0, unhandled: 0 };
  const client = over({
    queues: async (query) => {
      asked.push(query);
      return { items: [info("a", 1), info("b", 2)], nextCursor: query.limit < 3 ? "b" : undefined };
    },
    activity: async ({ queues: names, minutes }) => {
      assert.deepEqual(names, ["a", "b"]);
      return [{ ...minute, minute: minutes }];
    },
  });
  const { states, totals, queues, activity, nextCursor } = await client.stats();
  assert.deepEqual([states.pending, states.completed, states.dead], [3, 2, 0]);
  assert.deepEqual(totals, { added: 8, completed: 4, failed: 0, crashed: 2, dead: 0, unhandled: 0 });
  assert.equal(queues.length, 2);
  assert.deepEqual(activity, [{ ...minute, minute: 60 }]);
  assert.equal(nextCursor, undefined);
  assert.equal((await client.stats({ limit: 2, cursor: "0" })).nextCursor, "b");
  await client.queues();
  assert.deepEqual(asked, [
    { limit: 500, cursor: undefined },
    { limit: 2, cursor: "0" },
    { limit: 100, cursor: undefined },
  ]);
  assert.equal((await client.stats({ minutes: 5 })).activity[0]?.minute, 5);
  await assert.rejects(client.stats({ minutes: 0 }), { code: "INVALID_OPTION" });
  await assert.rejects(client.stats({ hours: 1 } as never), { code: "UNKNOWN_OPTION" });
  await assert.rejects(client.queues({ name: "a" } as never), { code: "UNKNOWN_OPTION" });
  for (const call of [client.stats.bind(client), client.queues.bind(client)]) {
    await assert.rejects(call({ limit: 501 }), { code: "INVALID_OPTION" });
    await assert.rejects(call({ cursor: 7 as never }), { code: "INVALID_CURSOR" });
  }
});

test("stats over two pages add up to what one page says, and an empty store has none", async () => {
  await using client = new Client(memoryStore());
  assert.deepEqual((await client.stats()).activity, []);
  for (const [queue, count] of [
    ["a", 1],
    ["b", 2],
    ["c", 4],
  ] as const) {
    await client.enqueueMany("n", Array(count).fill(0), { queue });
  }
  const whole = await client.stats();
  const first = await client.stats({ limit: 2 });
  const second = await client.stats({ limit: 2, cursor: first.nextCursor });
  assert.deepEqual(
    [first.nextCursor !== undefined, second.nextCursor, whole.nextCursor],
    [true, undefined, undefined],
  );
  const added = ({ states, totals, activity }: Stats): number[] => [
    states.pending,
    totals.added,
    activity.reduce((sum, minute) => sum + minute.added, 0),
  ];
  assert.deepEqual([whole, first, second].map(added), [
    [7, 7, 7],
    [3, 3, 3],
    [4, 4, 4],
  ]);
  await assert.rejects(client.stats({ cursor: "a b" }), { code: "INVALID_CURSOR" });
});

test("what a store cannot do does not compile, and says so if it is called all the same", async () => {
  const bare = new Client(bareStore());
  type Compiles<C, Call extends keyof Client> = C extends ThisParameterType<Client[Call]> ? "yes" : "no";
  const proof: readonly [
    Compiles<Client, "get">,
    Compiles<Client, "retry">,
    Compiles<Client, "pause">,
    Compiles<Client<FullStore>, "get">,
    Compiles<Client<FullStore>, "retry">,
    Compiles<Client<FullStore>, "pause">,
  ] = ["no", "no", "no", "yes", "yes", "yes"];
  assert.equal(proof.length, 6);
  const anyway = bare as Client<FullStore>;
  const looking = { code: "STORE_UNSUPPORTED", message: /fake is not inspectable/ };
  await assert.rejects(anyway.get(id(1)), looking);
  await assert.rejects(anyway.list(), looking);
  await assert.rejects(anyway.queues(), looking);
  await assert.rejects(anyway.queue("mail"), looking);
  await assert.rejects(anyway.stats(), looking);
  const changing = { code: "STORE_UNSUPPORTED", message: /fake is not administrable/ };
  await assert.rejects(anyway.retry(id(1)), changing);
  await assert.rejects(anyway.cancel([id(1)]), changing);
  await assert.rejects(anyway.edit(id(1), { priority: 1 }), changing);
  await assert.rejects(anyway.pause("mail"), changing);
  await bare.close();
});

test("a call for which the store lacks a facet changes nothing before it says so", async () => {
  for (const facet of ["administrable", "inspectable"] as const) {
    const asked = Object.fromEntries(FACETS[facet].map((call) => [call, unasked(call)]));
    const client = new Client({ ...bareStore(), ...asked }) as Client<FullStore>;
    for (const act of ["pause", "resume", "purge"] as const) {
      await assert.rejects(client[act]("mail"), { code: "STORE_UNSUPPORTED" }, `${act}, ${facet}`);
    }
  }
});

test("on a real store: what the client answers can be given back to it, one or many", async () => {
  await using at = await fixture();
  const { client } = at;
  const later = await client.enqueue("mail", { n: 1 }, { delay: "1h", queue: "mail" });
  assert.equal(later.state, "scheduled");
  const edited = await client.edit(later, { payload: { n: 2 }, priority: "high" });
  assert.deepEqual([edited.payload, edited.priority, edited.state], [{ n: 2 }, 2, "scheduled"]);
  assert.equal((await client.runNow(edited)).state, "pending");
  assert.equal((await client.cancel(later)).state, "cancelled");
  await assert.rejects(client.cancel(later), { code: "WRONG_STATE" });
  assert.equal((await client.remove(later)).state, "cancelled");
  assert.equal(await client.get(later.id), undefined);
  await assert.rejects(client.remove(later), { code: "TASK_NOT_FOUND" });

  const fails = defineTask({
    type: "fails",
    run: () => Promise.reject(new Error("no")),
    retry: { limit: 0 },
  });
  const added = await client.enqueueMany(fails, [1, 2, 3]);
  await using worker = client.work([fails], { signals: false });
  void worker.run();
  await until(async () => (await client.queue("default"))?.counts.dead === 3, "all are dead");
  await worker.stop();
  const { items } = await client.list({ state: "dead" });
  assert.equal((await client.get(items[0]!.id))?.attempts.length, 1);
  assert.equal(await client.purge("default", { states: ["pending"] }), 0);
  const answers = await client.retry([...items, added[0]!, later.id]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    ["applied", "applied", "applied", "refused", "missing"],
  );
  assert.equal((await client.pause("default")).paused, true);
  assert.equal((await client.resume("default")).counts.pending, 3);
  assert.equal(await client.purge("default"), 3);
  assert.equal((await client.stats()).states.pending, 0);
});

test("closing closes the store, by whatever name it is asked for", async () => {
  let closed = 0;
  const client = over({ [Symbol.asyncDispose]: async () => void closed++ });
  await client.close();
  assert.equal(closed, 1);
  await client[Symbol.asyncDispose]();
  assert.equal(closed, 2, "a store takes it twice");
});
