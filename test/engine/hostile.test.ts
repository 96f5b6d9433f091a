/** Whatever a handler, middleware or a schema throws or gives back, in whichever way: its task ends, and the next one runs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Client, defineTask, type StandardSchema, type TaskDefinition } from "windlass";
import type { RunMiddleware } from "../../src/engine/middleware.ts";
import { quiet } from "../../src/engine/quiet.ts";
import { fixture, stateOf, until } from "./fixture.ts";
import { hostileValues } from "./hostile-values.ts";

type Make = () => unknown;

/** How a value comes out of a function. */
const ways: Readonly<Record<string, (make: Make) => unknown>> = {
  returns: (make) => make(),
  "returns a promise of": async (make) => make(),
  "returns, later,": async (make) => {
    await new Promise((resolve) => setImmediate(resolve));
    return make();
  },
  throws: (make) => {
    throw make();
  },
  "rejects with": (make) => Promise.reject(make()),
  "rejects, later, with": async (make) => {
    await new Promise((resolve) => setImmediate(resolve));
    throw make();
  },
};

const EVIL = "hostile";
const isEvil = (input: unknown) => input === EVIL;
const options = { type: "any", retry: { limit: 0 } } as const;

interface Setup {
  readonly task: TaskDefinition<string, unknown>;
  readonly run?: RunMiddleware;
}

/** A schema that does this with the hostile input when the worker checks it: the producer's check comes first. */
function schemaThat(does: () => unknown): StandardSchema<string> {
  let checks = 0;
  const validate = (value: unknown) =>
    isEvil(value) && checks++ > 0 ? (does() as never) : { value: value as string };
  return { "~standard": { version: 1, vendor: "test", validate } };
}

/** A promise in a place where nobody waits for one is the schema's own affair. */
function known(value: unknown): unknown {
  quiet(value);
  return value;
}

/** Where the value comes from. */
const sources: Readonly<Record<string, (does: () => unknown, make: Make) => Setup>> = {
  "a handler": (does) => ({
    task: defineTask({ ...options, run: ({ input }: { input: string }) => (isEvil(input) ? does() : input) }),
  }),
  "middleware before the handler": (does) => ({
    task: defineTask<string>({ ...options, run: ({ input }) => input }),
    run: ({ input }, next) => (isEvil(input) ? does() : next()),
  }),
  "middleware after the handler": (does) => ({
    task: defineTask<string>({ ...options, run: ({ input }) => input }),
    run: async ({ input }, next) => {
      const result = await next();
      return isEvil(input) ? does() : result;
    },
  }),
  "a handler in middleware": (does) => ({
    task: defineTask<string>({ ...options, run: ({ input }) => (isEvil(input) ? does() : input) }),
    run: async (_, next) => await next(),
  }),
  "a handler in middleware that does not wait": (does) => ({
    task: defineTask<string>({ ...options, run: ({ input }) => (isEvil(input) ? does() : input) }),
    run: (_, next) => {
      void next();
      return "early";
    },
  }),
  "a schema": (does) => ({
    task: defineTask({ ...options, input: schemaThat(does), run: ({ input }) => input }),
  }),
  "a schema, as the value,": (does) => ({
    task: defineTask({
      ...options,
      input: schemaThat(() => ({ value: does() })),
      run: ({ input }) => input,
    }),
  }),
  "a schema, as the issues,": (does) => ({
    task: defineTask({
      ...options,
      input: schemaThat(() => ({ issues: known(does()) })),
      run: ({ input }) => input,
    }),
  }),
  "a schema, as parts of an issue,": (does) => ({
    task: defineTask({
      ...options,
      input: schemaThat(() => ({
        issues: [{ message: known(does()), path: [known(does()), { key: known(does()) }] }],
      })),
      run: ({ input }) => input,
    }),
  }),
};

const ENDS = ["dead", "completed", "scheduled"];

/** What nobody handled while `work` ran; it would have ended the process. */
async function unhandledDuring(work: () => Promise<void>): Promise<readonly unknown[]> {
  const unhandled: unknown[] = [];
  const heard = (error: unknown) => void unhandled.push(error);
  const kinds = ["unhandledRejection", "uncaughtException"] as const;
  for (const kind of kinds) process.on(kind, heard);
  try {
    await work();
    await new Promise((resolve) => setImmediate(resolve)); // they are told after the turn
    return unhandled;
  } finally {
    for (const kind of kinds) process.off(kind, heard);
  }
}

/** One worker runs the hostile task and then a plain one, and can be stopped. */
async function held(
  client: Client,
  { task, run }: Setup,
  state: (id: string) => Promise<string | undefined>,
) {
  const first = await client.enqueue(task, EVIL);
  const second = await client.enqueue(task, "plain");
  const worker = client.work([task], {
    signals: false,
    concurrency: 1,
    ...(run !== undefined && { middleware: { run: [run] } }),
  });
  void worker.run();
  await until(async () => (await state(second.id)) === "completed", "the next one ran");
  await until(async () => ENDS.includes((await state(first.id))!), "the hostile one has an end");
  assert.equal(worker.active, 0);
  await worker.stop();
}

for (const [source, setup] of Object.entries(sources)) {
  for (const [way, give] of Object.entries(ways)) {
    test(`${source} that ${way} anything`, async (t) => {
      for (const [what, make] of Object.entries(hostileValues)) {
        await t.test(what, async () => {
          const at = await fixture();
          const unhandled = await unhandledDuring(() =>
            held(
              at.client,
              setup(() => give(make), make),
              (id) => stateOf(at.store, id),
            ),
          );
          assert.equal(unhandled.length, 0, "a rejection was not handled");
          await at.client.close(); // not after a failure: a worker that wedged cannot be stopped
        });
      }
    });
  }
}
