import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type NewTask, onEvent, type TaskAdded, WindlassError } from "windlass";
import { addFollowers } from "../../src/engine/attempt.ts";
import { defineTask } from "../../src/engine/definition.ts";
import { Outbox } from "../../src/engine/outbox.ts";
import type { FullStore } from "../../src/store/facets.ts";
import type { Exchange, Lease } from "../../src/store/store.ts";
import { type Fixture, fixture, overriding, stateOf, turns, until } from "./fixture.ts";

const id = (n: number) => `018f0000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;

const follower = (n: number, from: Partial<NewTask> = {}): NewTask => ({
  id: id(n),
  type: "next",
  queue: "default",
  payload: "null",
  priority: 5,
  ...from,
});

const COMPLETED = { kind: "completed", keep: true } as const;

async function claim({ store }: Fixture, max: number): Promise<readonly Lease[]> {
  const { leases } = await store.exchange({
    settle: [],
    claim: { queues: ["default"], max, leaseMs: 30_000, worker: "w" },
  });
  return leases;
}

async function open(calls: (store: FullStore) => Partial<FullStore> = () => ({})) {
  const at = await fixture((store) => overriding(store, calls(store)));
  const outbox = new Outbox({ store: at.client.store, logger: at.logger, worker: "w" });
  /** What an exchanger does with it, once. */
  const send = async () => {
    const settle = outbox.take(1_000);
    outbox.report(settle, await at.client.store.exchange({ settle }));
  };
  return { at, outbox, send };
}

function added(t: TestContext): TaskAdded[] {
  const events: TaskAdded[] = [];
  t.after(onEvent("task.added", (event) => events.push(event)));
  return events;
}

test("followers go with their settlement, and are told as added", async (t) => {
  const { at, outbox, send } = await open();
  await at.client.enqueueMany("any", [1, 2]);
  const events = added(t);
  const [first, second] = await claim(at, 2);
  outbox.add(first!, COMPLETED, [follower(1), follower(2, { queue: "mail" })]);
  outbox.add(second!, COMPLETED);
  assert.equal(outbox.waiting, 2);
  await send();
  assert.deepEqual([await stateOf(at.store, id(1)), await stateOf(at.store, id(2))], ["pending", "pending"]);
  assert.deepEqual(
    events.map(({ queue, ids }) => [queue, ids]),
    [
      ["default", [id(1)]],
      ["mail", [id(2)]],
    ],
  );
  await at[Symbol.asyncDispose]();
});

test("a lost settlement adds nothing and tells nothing", async (t) => {
  const { at, outbox, send } = await open();
  await at.client.enqueue("any", 1);
  const events = added(t);
  const [lease] = await claim(at, 1);
  outbox.add({ ...lease!, token: lease!.token - 1 }, COMPLETED, [follower(1)]);
  await send();
  assert.equal(await stateOf(at.store, id(1)), undefined);
  assert.deepEqual(events, []);
  assert.ok(at.logger.lines.some(({ fields }) => fields["code"] === "LEASE_LOST"));
  await at[Symbol.asyncDispose]();
});

test("a follower whose key stands for something else is not added, and the log says so", async (t) => {
  const { at, outbox, send } = await open();
  const standing = await at.client.enqueue("other", 1, { key: "k" });
  await at.client.enqueue("any", 1);
  const events = added(t);
  const leases = await claim(at, 2);
  const key = { value: "k", windowMs: 1_000, fingerprint: "another" };
  outbox.add(leases[1]!, COMPLETED, [follower(1, { key }), follower(2)]);
  await send();
  const line = at.logger.lines.find(({ message }) => message.startsWith("a follower was not added"));
  assert.deepEqual(
    [line?.level, line?.fields["key"], line?.fields["stands"], line?.fields["code"]],
    ["warn", "k", standing.id, "KEY_CONFLICT"],
  );
  assert.deepEqual(
    events.map(({ ids }) => ids),
    [[id(2)]],
  );
  await at[Symbol.asyncDispose]();
});

test("after a failed call a settlement comes back to the front, with its followers", async () => {
  const { at, outbox, send } = await open();
  await at.client.enqueueMany("any", [1, 2]);
  const [first, second] = await claim(at, 2);
  outbox.add(first!, COMPLETED, [follower(1)]);
  const taken = outbox.take(1_000);
  outbox.add(second!, COMPLETED, [follower(2)]);
  outbox.putBack(taken);
  assert.deepEqual(
    outbox.leases.map((lease) => lease.id),
    [first!.id, second!.id],
  );
  await send();
  assert.deepEqual([await stateOf(at.store, id(1)), await stateOf(at.store, id(2))], ["pending", "pending"]);
  await at[Symbol.asyncDispose]();
});

test("a call has at most 1,000 followers, and one settlement whatever it has", async () => {
  const calls: Exchange[] = [];
  const { at, outbox } = await open();
  const lease = { id: id(1), queue: "default", token: 1 };
  const many = (count: number) => Array.from({ length: count }, (_, n) => follower(n));
  outbox.add(lease, COMPLETED, many(1_500));
  outbox.add(lease, COMPLETED, many(400));
  outbox.add(lease, COMPLETED);
  outbox.add(lease, COMPLETED, many(600));
  outbox.add(lease, COMPLETED, many(1));
  outbox.add(lease, COMPLETED);
  const sizes: number[] = [];
  while (outbox.waiting > 0) {
    const settle = outbox.take(100);
    calls.push({ settle });
    sizes.push(settle.length);
  }
  assert.deepEqual(sizes, [1, 3, 2]);
  assert.equal(
    calls[1]?.settle.reduce((sum, { followers }) => sum + (followers?.length ?? 0), 0),
    1_000,
  );
  await at[Symbol.asyncDispose]();
});

test("what no repetition mends is given up one by one, and the others' followers are added", async () => {
  const { at, outbox } = await open((store) => ({
    exchange: (request) =>
      request.settle.some(({ followers }) => followers?.some(({ type }) => type === "poison"))
        ? Promise.reject(new WindlassError("INVALID_OPTION", "no"))
        : store.exchange(request),
  }));
  await at.client.enqueueMany("any", [1, 2]);
  const [first, second] = await claim(at, 2);
  outbox.add(first!, COMPLETED, [follower(1, { type: "poison" })]);
  outbox.add(second!, COMPLETED, [follower(2)]);
  await outbox.oneByOne();
  assert.equal(outbox.waiting, 0);
  assert.deepEqual(
    [await stateOf(at.store, first!.id), await stateOf(at.store, id(2))],
    ["running", "pending"],
  );
  assert.ok(at.logger.lines.some(({ level, fields }) => level === "error" && fields["id"] === first!.id));
  await at[Symbol.asyncDispose]();
});

test("an attempt hands its followers to its completion, and to nothing else", async () => {
  let losesReply = true;
  await using at = await fixture((store) =>
    overriding(store, {
      async exchange(request) {
        const reply = await store.exchange(request);
        if (!losesReply || request.settle.every(({ followers }) => followers === undefined)) return reply;
        losesReply = false;
        throw new WindlassError("UNKNOWN", "no answer came back");
      },
    }),
  );
  const task = defineTask<string>({
    type: "any",
    retry: { limit: 0 },
    run(context) {
      addFollowers(context, [follower(context.input === "fails" ? 3 : 1)]);
      addFollowers(context, [follower(context.input === "fails" ? 4 : 2)]);
      if (context.input === "fails") throw new Error("no luck");
    },
  });
  const [fails, works] = await at.client.enqueueMany(task, ["fails", "works"]);
  const worker = at.client.work([task], { signals: false, concurrency: 1 });
  void worker.run();
  await until(async () => (await stateOf(at.store, works!.id)) === "completed", "it is completed");
  assert.equal(await stateOf(at.store, fails!.id), "dead");
  await turns();
  await at.clock.advance(1_000);
  await worker.stop();
  const states = await Promise.all([1, 2, 3, 4].map((n) => stateOf(at.store, id(n))));
  assert.deepEqual(
    states.map((state) => state !== undefined),
    [true, true, false, false],
  );
  assert.throws(() => addFollowers({ ...({} as Parameters<typeof addFollowers>[0]) }, []), {
    code: "INTERNAL",
  });
});
