/** A store without room takes no followers; everything else goes on, and what waits for room costs nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { defineTask, type NewTask, WindlassError } from "windlass";
import { addFollowers } from "../../src/engine/attempt.ts";
import type { FullStore } from "../../src/store/facets.ts";
import type { Exchange } from "../../src/store/store.ts";
import { fixture, overriding, stateOf, turns, until } from "./fixture.ts";

const options = { signals: false, lease: "30s" } as const;

const follower = (n: number): NewTask => ({
  id: `018f0000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`,
  type: "next",
  queue: "next",
  payload: "null",
  priority: 5,
});

const brings = ({ settle }: Exchange): number =>
  settle.reduce((sum, { followers }) => sum + (followers?.length ?? 0), 0);

/** A worker on a store with room for `room` more followers. Each task brings as many as its input says. */
async function filled(room: number) {
  const state = { room, calls: [] as Exchange[], runs: 0, unanswered: false };
  const at = await fixture((store: FullStore) =>
    overriding(store, {
      async exchange(request) {
        state.calls.push(request);
        if (state.unanswered && brings(request) > 0)
          throw new WindlassError("UNKNOWN", "no answer came back");
        if (brings(request) > state.room) throw new WindlassError("STORE_FULL", "no room");
        state.room -= brings(request);
        return store.exchange(request);
      },
    }),
  );
  const task = defineTask<number>({
    type: "bringing",
    run(context) {
      state.runs += 1;
      if (context.input > 0)
        addFollowers(
          context,
          Array.from({ length: context.input }, (_, n) => follower(state.runs * 1_000 + n)),
        );
    },
  });
  const counts = async () => {
    const { pending, running, completed, dead } = (await at.store.queue("default"))!.counts;
    return { pending, running, completed, dead };
  };
  const crashes = async () => {
    const { items } = await at.store.list({ queue: "default", limit: 500 });
    return items.reduce((sum, { crashes: more }) => sum + more, 0);
  };
  return { at, state, task, counts, crashes };
}

test("on a full store neighbours are settled and claims go on; what brings followers waits without a crash", async () => {
  const { at, state, task, counts, crashes } = await filled(0);
  await at.client.enqueueMany(task, [0, 1, 0, 2, 0]);
  const worker = at.client.work([task], options);
  void worker.run();
  await until(async () => (await counts()).completed === 3, "the neighbours are completed");
  await at.client.enqueueMany(task, [0, 1, 0]);
  await until(async () => (await counts()).completed === 5, "what came later is completed");
  // Four leases long.
  for (let seconds = 0; seconds < 120; seconds += 5) {
    await turns();
    await at.clock.advance(5_000);
  }
  assert.deepEqual(await counts(), { pending: 0, running: 3, completed: 5, dead: 0 });
  assert.deepEqual([await crashes(), state.runs], [0, 8]);
  const tries = state.calls.filter((call) => brings(call) > 0);
  assert.ok(tries.length < 45, `${tries.length} calls with followers in two minutes`);
  assert.ok(
    tries.slice(2).every(({ settle, claim }) => settle.length === 1 && claim === undefined),
    "each is tried alone",
  );
  state.room = 4;
  await at.clock.advance(10_000);
  await until(async () => (await counts()).completed === 8, "there is room");
  assert.equal((await at.store.queue("next"))?.counts.pending, 4);
  assert.deepEqual([await crashes(), state.runs], [0, 8]);
  await worker.stop();
});

test("room for one is used by one, whichever waits longest, and what is too big does not hold up the others", async () => {
  const { at, state, task, counts } = await filled(0);
  await at.client.enqueueMany(task, [9, 1, 1, 1]);
  const worker = at.client.work([task], options);
  void worker.run();
  await until(async () => (await counts()).running === 4, "all are claimed");
  for (const left of [3, 2, 1]) {
    state.room = 1;
    await at.clock.advance(40_000);
    await until(async () => (await counts()).running === left, `${left} are left`);
  }
  state.room = 9;
  await at.clock.advance(10_000);
  await until(async () => (await counts()).completed === 4, "the big one found room");
  assert.equal(state.runs, 4);
  await worker.stop();
});

test("a try for room that is not answered is made again", async () => {
  const { at, state, task, counts } = await filled(0);
  await at.client.enqueue(task, 1);
  const worker = at.client.work([task], options);
  void worker.run();
  await until(() => at.logger.lines.some(({ message }) => message.includes("no room")), "it waits");
  state.unanswered = true;
  await at.clock.advance(1_000);
  await until(() => at.logger.lines.some(({ message }) => message.includes("trying again")), "it is lost");
  const other = await at.client.enqueue(task, 0);
  await at.clock.advance(1_000);
  await until(async () => (await stateOf(at.store, other.id)) === "completed", "the others go on");
  state.unanswered = false;
  state.room = 1;
  await at.clock.advance(10_000);
  await until(async () => (await counts()).completed === 2, "it is tried again");
  await worker.stop();
});

test("a worker claims no more once 1,000 outcomes wait for room", async () => {
  const { at, state, task, counts } = await filled(0);
  await at.client.enqueueMany(
    task,
    Array.from({ length: 1_500 }, () => 1),
  );
  const worker = at.client.work([task], { ...options, concurrency: 100 });
  void worker.run();
  await until(async () => (await counts()).running >= 1_000, "a thousand wait");
  await turns();
  await at.clock.advance(1_000);
  assert.ok((await counts()).running < 1_200, `${(await counts()).running} wait`);
  state.room = Infinity;
  await at.clock.advance(10_000);
  await until(async () => (await counts()).completed === 1_500, "all find room");
  await worker.stop();
});

test("a worker that stops gives back what found no room, at no cost", async () => {
  const { at, task, counts, crashes } = await filled(0);
  await at.client.enqueue(task, 1);
  const worker = at.client.work([task], { ...options, shutdown: { timeout: "1s", abort: "1s" } });
  void worker.run();
  await until(() => at.logger.lines.some(({ message }) => message.includes("no room")), "it waits");
  const stopped = worker.stop();
  await turns();
  await at.clock.advance(1_000);
  await turns();
  await at.clock.advance(1_000);
  await turns();
  await at.clock.advance(1_000);
  await stopped;
  assert.deepEqual(await counts(), { pending: 1, running: 0, completed: 0, dead: 0 });
  assert.equal(await crashes(), 0);
  assert.equal(await stateOf(at.store, follower(1_000).id), undefined);
});
