/** A worker on a full file: what brings followers or a result waits for room, and nothing else waits for it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, defineTask, onEvent } from "windlass";
import { addFollowers } from "../../../src/engine/attempt.ts";
import { sqliteStore } from "../../../src/stores/sqlite/index.ts";
import { memoryLogger, until } from "../../engine/fixture.ts";
import { newTask } from "../../support/sqlite-fixture.ts";
import { temporaryFolder } from "../../support/sqlite-under-test.ts";

void test("on a full file neighbours are settled, and what brings followers or a result completes once there is room", async (t) => {
  using folder = temporaryFolder();
  const store = sqliteStore({ path: folder.file(), maxBytes: 2 ** 19 });
  await store.open();
  const logger = memoryLogger();
  await using client = new Client(store, { logger });
  const follower = newTask(1, { queue: "next", payload: JSON.stringify("x".repeat(100_000)) });
  let runs = 0;
  const task = defineTask<"followers" | "a result" | "nothing">({
    type: "any",
    run(context) {
      runs += 1;
      if (context.input === "followers") addFollowers(context, [follower]);
      return context.input === "a result" ? "y".repeat(60_000) : undefined;
    },
  });
  const bringing = await client.enqueueMany(task, ["followers", "a result"]);
  const neighbours = await client.enqueueMany(
    task,
    Array.from({ length: 20 }, () => "nothing" as const),
  );
  const told = async (tasks: readonly { readonly id: string }[]) =>
    Promise.all(tasks.map(async ({ id }) => (await client.get(id))!));
  const size = (characters: number) => JSON.stringify("x".repeat(characters));
  for (const characters of [50_000, 3_000, 100])
    await assert.rejects(
      async () => {
        for (;;) await client.enqueue("filler", size(characters), { queue: "filler" });
      },
      { code: "STORE_FULL" },
    );
  const worker = client.work([task], { signals: false, lease: "1s", maintainEvery: "100ms" });
  void worker.run();
  const refusals = () => logger.lines.filter(({ message }) => message.includes("no room")).length;
  await until(async () => (await client.queue("default"))?.counts.completed === 20, "they are completed");
  // Leases are extended three times in their life: after six times a lease that is not kept has run out.
  let extended = 0;
  t.after(onEvent("store.call", ({ call }) => void (call === "extend" && extended++)));
  await until(() => extended === 6 && refusals() > 2, "it waits for two leases");
  assert.deepEqual(
    (await told(bringing)).map(({ state }) => state),
    ["running", "running"],
  );
  await client.purge("filler");
  await until(
    async () => (await told(bringing)).every(({ state }) => state === "completed"),
    "there is room",
  );
  assert.equal((await client.get(follower.id))?.state, "pending");
  for (const { crashes } of await told([...bringing, ...neighbours])) assert.equal(crashes, 0);
  assert.equal(runs, 22);
});
