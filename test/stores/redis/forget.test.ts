/** Forgetting empty queues, whatever happens between its steps: a queue with tasks is always on the list. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FullStore } from "../../../src/store/facets.ts";
import { QueueKeys } from "../../../src/stores/redis/layout.ts";
import { loadScripts, type ScriptName } from "../../../src/stores/redis/scripts.ts";
import { freshPrefix, redisForTests } from "../../services.ts";
import { claim, complete, openStore, raw, task, tasks } from "../../support/redis-fixture.ts";
import { queuesOf } from "../../support/queues-of.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const redis = await redisForTests();

/** A server, its clock, and the steps of forgetting one by one, as a forgetter that is stopped in between takes them. */
class Bench {
  readonly prefix = freshPrefix();
  readonly list = `${this.prefix}:queues`;
  shift = 0;
  readonly #keys = new QueueKeys(this.prefix, "q").all("5");

  /** Another process. Its own clock stands still: what it saw an age ago it believes to have seen just now. */
  open(): Promise<FullStore> {
    return openStore({ url: redis!.url, prefix: this.prefix, timeShift: () => this.shift });
  }

  async names(): Promise<string[]> {
    await using store = await this.open();
    return (await queuesOf(store)).map(({ name }) => name);
  }

  async keysLeft(): Promise<unknown> {
    await using connection = await raw(redis!.url);
    return await connection.send("KEYS", `${this.prefix}:*`);
  }

  /** The second step: nothing is left of the queue. */
  async deleteAll(): Promise<void> {
    assert.deepEqual(await this.#run("forget", this.#keys, "5"), ["", 1]);
  }

  /** The third: its name is taken off the list, unless it was dated anew. */
  async unlist(): Promise<void> {
    assert.equal(await this.#run("unlist", [this.list], "q", "1"), 1);
  }

  async #run(name: ScriptName, keys: readonly string[], ...args: string[]): Promise<unknown> {
    await using connection = await raw(redis!.url);
    const { source } = loadScripts()[name];
    return await connection.send("EVAL", source, String(keys.length), ...keys, String(this.shift), ...args);
  }
}

/** A queue `q` that was used and is empty for more than a day; and the process that used it. */
async function longEmpty(): Promise<{ readonly bench: Bench; readonly user: FullStore }> {
  const bench = new Bench();
  const user = await bench.open();
  await user.add([task({ queue: "q" })]);
  await complete(user, await claim(user, { queues: ["q"] }));
  bench.shift += DAY + HOUR;
  return { bench, user };
}

async function runs(store: FullStore, id: string): Promise<void> {
  assert.deepEqual(
    (await claim(store, { queues: ["q"] })).map((lease) => lease.id),
    [id],
  );
}

if (redis !== undefined) {
  test("forgotten, nothing is left in Redis", async () => {
    const { bench, user } = await longEmpty();
    await using _ = user;
    await user.maintain({ limit: 100 });
    assert.deepEqual(await bench.keysLeft(), []);
  });

  test("an add of another process between the steps keeps the queue on the list", async () => {
    const { bench, user } = await longEmpty();
    await using _ = user;
    await bench.deleteAll();
    await using other = await bench.open();
    const added = task({ queue: "q" });
    await other.add([added]);
    await bench.unlist();
    assert.deepEqual(await bench.names(), ["q"]);
    await runs(user, added.id);
  });

  test("a process that looked at the list before, and adds after all of it, lists the queue again", async () => {
    const { bench, user } = await longEmpty();
    await using _ = user;
    await bench.deleteAll();
    await bench.unlist();
    assert.deepEqual(await bench.names(), []);
    const added = task({ queue: "q", delayMs: 1_000 });
    await user.add([added]);
    assert.deepEqual(await bench.names(), ["q"]);
    bench.shift += 1_000;
    assert.equal((await user.maintain({ limit: 100 })).promoted, 1);
    await runs(user, added.id);
  });

  test("of a forgetter that dies between the steps the next one does the rest", async () => {
    const { bench, user } = await longEmpty();
    await using _ = user;
    await bench.deleteAll();
    await user.maintain({ limit: 100 });
    assert.deepEqual(await bench.keysLeft(), []);
  });

  test("a queue that was filled before the forgetter looks is dated anew, and stays", async () => {
    const { bench, user } = await longEmpty();
    await using _ = user;
    const added = task({ queue: "q" });
    await user.add([added]);
    await user.maintain({ limit: 100 });
    assert.deepEqual(await bench.names(), ["q"]);
    await runs(user, added.id);
  });

  test("a process that lists a queue once an hour dates it", async () => {
    const bench = new Bench();
    await using connection = await raw(redis.url);
    const dated = async (): Promise<number> => Number(await connection.send("ZSCORE", bench.list, "q"));
    const listed: number[] = [];
    for (let n = 0; n < 3; n++) {
      await using store = await bench.open();
      await store.add([task({ queue: "q" })]);
      listed.push(await dated());
      bench.shift += HOUR / 2;
    }
    assert.equal(listed[1], listed[0]);
    assert.ok(listed[2]! >= listed[0]! + HOUR);
  });

  test("a full Redis that refuses to date a queue is asked again before the next add", async () => {
    const bench = new Bench();
    {
      await using before = await bench.open();
      await before.add([task({ queue: "q" })]);
    }
    bench.shift += 2 * HOUR;
    await using store = await bench.open();
    await using connection = await raw(redis.url);
    const dated = async (): Promise<number> => Number(await connection.send("ZSCORE", bench.list, "q"));
    const before = await dated();
    await connection.send("CONFIG", "SET", "maxmemory", "1");
    await store.pause("q");
    assert.equal(await dated(), before, "it was refused");
    await connection.send("CONFIG", "SET", "maxmemory", "0");
    await store.add([task({ queue: "q" })]);
    assert.ok((await dated()) >= before + 2 * HOUR);
  });

  test("a queue with tasks that is not on the list is put on it by whoever works on it", async () => {
    const bench = new Bench();
    await using producer = await bench.open();
    const due = task({ queue: "q", delayMs: 1_000 });
    await producer.add([due, task({ queue: "q" })]);
    await using worker = await bench.open();
    assert.equal((await claim(worker, { queues: ["q"], leaseMs: 1_000 })).length, 1);
    await using connection = await raw(redis.url);
    // As if the producer had died, or left, before the list could be reached.
    await connection.send("ZREM", bench.list, "q");
    bench.shift += 2_000;
    const { promoted, expired } = await worker.maintain({ limit: 100 });
    assert.deepEqual([promoted, expired], [1, 1]);
    assert.deepEqual(await bench.names(), ["q"]);
  });

  test("a queue that nobody uses is not listed by asking for it", async () => {
    const bench = new Bench();
    await using store = await bench.open();
    assert.equal(await store.queue("q"), undefined);
    await claim(store, { queues: ["q"] });
    await store.maintain({ limit: 100 });
    assert.deepEqual(await bench.names(), []);
  });

  test("who waits for a forgotten queue is told of a task that comes later", async () => {
    const { bench, user } = await longEmpty();
    await using _ = user;
    await using waiting = await bench.open();
    const told = Promise.withResolvers<void>();
    await using listening = await waiting.signal.subscribe(["q"], () => told.resolve());
    assert.deepEqual(await claim(waiting, { queues: ["q"] }), []);
    await user.maintain({ limit: 100 });
    assert.deepEqual(await bench.names(), []);
    await user.add([task({ queue: "q", delayMs: 60_000 })]);
    await told.promise;
    assert.ok(listening);
  });

  test("whatever is added while others forget runs", async () => {
    const bench = new Bench();
    await using one = await bench.open();
    await using two = await bench.open();
    await using forgetter = await bench.open();
    const queues = Array.from({ length: 10 }, (_, i) => `q${i}`);
    const acknowledged = new Set<string>();
    const ran = new Set<string>();
    const work = async (store: FullStore): Promise<void> => {
      const leases = await claim(store, { queues, leaseMs: 10_000 * DAY });
      await complete(store, leases);
      for (const { id } of leases) ran.add(id);
    };
    const produce = async (store: FullStore): Promise<void> => {
      for (let n = 0; n < 150; n++) {
        const added = tasks(2, { queue: queues[n % queues.length]! });
        for (const result of await store.add(added))
          if (result.status === "added") acknowledged.add(result.id);
        if (n < 140) await work(store);
      }
    };
    const producing = new AbortController();
    const forget = async (): Promise<void> => {
      while (!producing.signal.aborted) {
        bench.shift += 2 * DAY;
        await forgetter.maintain({ limit: 1_000 });
      }
    };
    const forgetting = forget();
    await Promise.all([produce(one), produce(two)]);
    producing.abort();
    await forgetting;
    assert.deepEqual(await bench.names(), queues, "what was added last is on the list");
    await work(one);
    assert.equal(acknowledged.size, 600);
    assert.deepEqual(ran, acknowledged);
  });
}
