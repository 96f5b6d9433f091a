/** A store that is gone for good: a worker lets its handlers end and ends itself, so that its supervisor starts it anew. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { defineTask, WindlassError } from "windlass";
import { fixture, overriding, until } from "./fixture.ts";

test("a worker whose store is gone lets what runs end, says so once, and fails with STORE_GONE", async () => {
  let gone = false;
  await using story = await fixture((store) => {
    const exchange: typeof store.exchange = async (request) => {
      if (gone) throw new WindlassError("STORE_GONE", "the file was removed");
      return store.exchange(request);
    };
    return overriding(store, { exchange });
  });
  const { client, clock, logger } = story;
  const end = new Map<string, () => void>();
  const aborted: string[] = [];
  const work = defineTask<{ name: string }>({
    type: "t",
    async run({ input: { name }, signal }) {
      signal.addEventListener("abort", () => aborted.push(name));
      await new Promise<void>((resolve) => end.set(name, resolve));
    },
  });
  const worker = client.work([work], { signals: false, concurrency: 3 });
  const run = worker.run().catch((error: unknown) => error);
  await client.enqueueMany(work, [{ name: "short" }, { name: "long" }, { name: "endless" }]);
  await until(() => end.size === 3, "all run");
  gone = true;
  end.get("short")!();
  const said = () => logger.lines.filter(({ level }) => level === "error");
  await until(() => said().length > 0, "it is said");
  assert.match(said()[0]!.message, /gone/);
  assert.equal(worker.active, 2, "what runs goes on");
  end.get("long")!();
  await until(() => worker.active === 1, "the long one ended");
  await clock.advance("26s");
  await until(() => aborted.length === 1, "what does not end is told to");
  assert.deepEqual(aborted, ["endless"]);
  await clock.advance("6s");
  const error = await run;
  assert.ok(error instanceof WindlassError);
  assert.equal(error.code, "STORE_GONE");
  const told = logger.lines.filter(({ fields }) => JSON.stringify(fields).includes("STORE_GONE"));
  assert.equal(told.length, 1);
  await worker.stop();
});

test("an idle worker notices with its next poll, and a stop that is under way meets the same end", async () => {
  let gone = false;
  await using story = await fixture((store) => {
    const exchange: typeof store.exchange = async (request) => {
      if (gone) throw new WindlassError("STORE_GONE", "the file was replaced");
      return store.exchange(request);
    };
    return overriding(store, { exchange });
  });
  const { client, clock } = story;
  let finish: () => void = () => {};
  const work = defineTask({ type: "t", run: () => new Promise<void>((resolve) => (finish = resolve)) });
  const idle = client.work([work], { signals: false, queues: ["idle"] });
  const idling = idle.run().catch((error: unknown) => error);
  const busy = client.work([work], { signals: false });
  const working = busy.run().catch((error: unknown) => error);
  await client.enqueue(work);
  await until(() => busy.active === 1, "it runs");
  const stopping = busy.stop();
  gone = true;
  finish();
  const code = (error: unknown) => (error as WindlassError).code;
  await until(() => busy.active === 0, "it ended");
  assert.equal(code(await working), "STORE_GONE");
  await stopping;
  await clock.advance("2s");
  assert.equal(code(await idling), "STORE_GONE");
});
