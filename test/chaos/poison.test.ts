/** Tasks that kill the process of their worker, among others that do no harm. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Client, windlass } from "windlass";
import type { FullStore } from "windlass/store";
import { Fleet } from "./fleet.ts";
import { chaosStores } from "./stores.ts";

/** Workers that are started again when they die, as a supervisor would. Answers how to end that. */
function supervise(fleet: Fleet, workers: number, concurrency: number): () => void {
  let over = false;
  const start = (): void => {
    fleet.start(concurrency).on("exit", () => {
      if (!over) start();
    });
  };
  for (let nth = 0; nth < workers; nth++) start();
  return () => (over = true);
}

/** Enqueues tasks of which every `nth` from the first on is poison. Answers the ids of the guilty and of the others. */
async function enqueue(client: Client<FullStore>, count: number, guilty: ReadonlySet<number>, ms: number) {
  const inputs = Array.from({ length: count }, (_, index) => ({ ms, poison: guilty.has(index) }));
  const ids = (await client.enqueueMany("work", inputs)).map(({ id }) => id);
  return {
    guilty: ids.filter((_, index) => guilty.has(index)),
    innocent: ids.filter((_, index) => !guilty.has(index)),
  };
}

async function assertJust(
  client: Client<FullStore>,
  tasks: { guilty: string[]; innocent: string[] },
): Promise<void> {
  for (const id of tasks.guilty) {
    const task = await client.get(id);
    assert.deepEqual([task?.state, task?.deadReason], ["dead", "crashed"]);
  }
  for (const id of tasks.innocent) {
    const task = await client.get(id);
    assert.equal(task?.state, "completed");
  }
}

for (const [name, store] of Object.entries(await chaosStores())) {
  test(`${name}: of 20 tasks of one worker the one that kills it is dead, and the others complete`, async () => {
    await using fleet = await Fleet.open(store);
    await using client = await windlass(fleet.url);
    const tasks = await enqueue(client, 20, new Set([7]), 100);
    const end = supervise(fleet, 1, 20);
    await fleet.until(async () => (await client.stats()).states.dead === 1, "the guilty one is dead");
    await fleet.until(async () => (await client.stats()).states.completed === 19, "the others completed");
    end();
    await assertJust(client, tasks);
  });

  test(`${name}: of 500 tasks of three workers the three that kill them are dead, and the others complete`, async () => {
    await using fleet = await Fleet.open(store);
    await using client = await windlass(fleet.url);
    const tasks = await enqueue(client, 500, new Set([3, 150, 152]), 50);
    const end = supervise(fleet, 3, 20);
    await fleet.until(async () => (await client.stats()).states.dead === 3, "the guilty ones are dead");
    await fleet.until(async () => (await client.stats()).states.completed === 497, "the others completed");
    end();
    await assertJust(client, tasks);
  });
}
