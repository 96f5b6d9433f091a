import assert from "node:assert/strict";
import { test } from "node:test";
import { defineTask, openStore, windlass, WindlassError } from "windlass";
import {
  type AddResult,
  type Exchange,
  type ExchangeReply,
  type ExtendVerdict,
  type LeaseRef,
  type MaintainReply,
  type MaintainRequest,
  type NewTask,
  registerStore,
  type Signal,
  type Store,
  type StoreDriver,
} from "windlass/store";
import { memoryStore } from "windlass/stores/memory";
import { runCli, temporaryFolder } from "./support/cli.ts";
import { startRedis } from "../scripts/redis-service.ts";
import { redisForTests } from "./services.ts";
import { queuesOf } from "./support/queues-of.ts";

test("a URL that names no store is refused, and its password is not shown", async () => {
  for (const url of [
    "mysql://root:secret@db/x",
    "sqlite:",
    "nonsense",
    "",
    "sqlite:a?sync=full",
    "sqlite:a?synchronous=off",
  ]) {
    await assert.rejects(openStore(url), (error: WindlassError) => {
      assert.ok(["INVALID_URL", "UNKNOWN_OPTION", "INVALID_OPTION"].includes(error.code), error.code);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  }
});

test("a Redis URL with an unknown or impossible parameter is refused before anything is sent", async () => {
  for (const parameter of ["prefx=a", "prefix={a}", "minReplicas=many", "minReplicas=-1", "fsync=maybe"]) {
    await assert.rejects(openStore(`redis://127.0.0.1:1/0?${parameter}`), (error: WindlassError) => {
      assert.ok(["INVALID_URL", "INVALID_OPTION"].includes(error.code), `${parameter}: ${error.code}`);
      return true;
    });
  }
});

test("a store that refuses to open is closed again", async () => {
  const store = memoryStore();
  let closed = 0;
  const refusing = {
    ...store,
    open: () => Promise.reject(new WindlassError("STORE_UNSUITABLE", "no")),
    async [Symbol.asyncDispose]() {
      closed += 1;
    },
  };
  await assert.rejects(windlass(refusing), { code: "STORE_UNSUITABLE" });
  assert.equal(closed, 1);
});

test("a store is closed again if the client's options are refused", async () => {
  const store = memoryStore();
  await assert.rejects(windlass(store, { middlewares: [] } as never), { code: "UNKNOWN_OPTION" });
  await assert.rejects(queuesOf(store), { code: "STORE_CLOSED" });
});

/** A store of another package, of a class: the six verbs, and nothing to look into. */
class BareStore implements Store {
  readonly #tasks: Store = memoryStore();
  readonly name = "mine";
  readonly callsAtOnce = 1;
  readonly signal: Signal = this.#tasks.signal;

  open(): Promise<void> {
    return this.#tasks.open();
  }
  add(tasks: readonly NewTask[]): Promise<readonly AddResult[]> {
    return this.#tasks.add(tasks);
  }
  exchange(request: Exchange): Promise<ExchangeReply> {
    return this.#tasks.exchange(request);
  }
  extend(leases: readonly LeaseRef[], leaseMs: number): Promise<readonly ExtendVerdict[]> {
    return this.#tasks.extend(leases, leaseMs);
  }
  maintain(request: MaintainRequest): Promise<MaintainReply> {
    return this.#tasks.maintain(request);
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.#tasks[Symbol.asyncDispose]();
  }
}

const mine: StoreDriver = {
  schemes: ["mine"],
  forms: "mine:NAME",
  async make(url) {
    if (!/^mine:[a-z]+$/.test(url)) throw new WindlassError("INVALID_URL", "expected mine:NAME");
    return new BareStore();
  },
};

test("a store of another package is found by its scheme, and runs tasks with the six verbs alone", async () => {
  await assert.rejects(windlass("mine:tasks"), { code: "INVALID_URL" });
  registerStore(mine);
  await assert.rejects(windlass("mine:"), { code: "INVALID_URL", message: "expected mine:NAME" });
  await using client = await windlass("mine:tasks");
  const ran = Promise.withResolvers<unknown>();
  const task = defineTask<string>({ type: "hello", run: ({ input }) => ran.resolve(input) });
  assert.equal((await client.enqueue(task, "world")).state, "pending");
  await using worker = client.work([task], { signals: false });
  void worker.run();
  assert.equal(await ran.promise, "world");
  await assert.rejects(client.list(), { code: "STORE_UNSUPPORTED", message: /mine is not inspectable/ });
});

test("the message for a URL that names no store lists every form that is known", async () => {
  registerStore({ ...mine, schemes: ["ours"], forms: "ours:NAME" });
  await assert.rejects(openStore("nonsense"), (error: WindlassError) => {
    for (const form of [
      "memory:",
      "sqlite:PATH",
      "redis://",
      "rediss://",
      "redis+sentinel://",
      "ours:NAME",
    ]) {
      assert.ok(error.message.includes(form), `${form} in ${error.message}`);
    }
    return true;
  });
  assert.throws(() => registerStore({ ...mine, schemes: ["9p"] }), { code: "INVALID_OPTION" });
});

test("the last one to claim a scheme gets it, and a scheme is found in any case", async () => {
  let made: string | undefined;
  registerStore({
    ...mine,
    schemes: ["taken"],
    make: () => assert.fail("the first one was asked"),
  });
  registerStore({
    ...mine,
    schemes: ["taken"],
    async make(url) {
      made = url;
      return new BareStore();
    },
  });
  await using _ = await windlass("TAKEN:x");
  assert.equal(made, "TAKEN:x");
});

if ((await redisForTests()) !== undefined) {
  test("a command on a Redis that is refused says so and ends", async (t) => {
    await using server = await startRedis({ lines: ["maxmemory-policy allkeys-lru"] });
    const { code, stderr } = await runCli(temporaryFolder(t), ["task", "list", "--url", server.url]);
    assert.equal(code, 6);
    assert.match(stderr, /STORE_UNSUITABLE/);
  });
}
