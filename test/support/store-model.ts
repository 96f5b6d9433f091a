/** A store beside the reference: whatever is done to both, both say and show the same. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { FullStore } from "../../src/store/facets.ts";
import type { LeaseRef, Settlement } from "../../src/store/store.ts";
import { memoryStore } from "../../src/stores/memory/index.ts";
import { type ManualClock, manualClock } from "../../src/testing/index.ts";
import { ACT_NAMES } from "../../src/task/life.ts";
import type { Outcome } from "../../src/task/outcome.ts";
import { type NewTask, TASK_STATES } from "../../src/task/task.ts";
import { queuesOf } from "./queues-of.ts";

const STEPS = 40;

const error = { name: "Error", message: "no" };

const outcome: fc.Arbitrary<Outcome> = fc.constantFrom<Outcome>(
  { kind: "completed", keep: false },
  { kind: "completed", keep: true, result: '{"ok":true}' },
  { kind: "retry", delayMs: 50, error },
  { kind: "retry", delayMs: 5_000, error },
  { kind: "dead", reason: "exhausted", error },
  { kind: "snooze", delayMs: 1_000 },
  { kind: "release" },
  { kind: "requeue", delayMs: 1_000, why: "unhandled" },
  { kind: "requeue", delayMs: 1_000, why: "suspect" },
  { kind: "cancelled" },
);

const QUEUES = ["a", "b", "c"];
const queue = fc.constantFrom(...QUEUES);
const some = fc.subarray(["a", "b", "c"]);
const pick = fc.nat(1_000);

const claim = fc.record({
  queues: some,
  max: fc.nat(4),
  leaseMs: fc.constantFrom(100, 10_000),
  worker: fc.constantFrom("w1", "w2"),
  holding: fc.constantFrom(
    "unsaid" as const,
    "unsaid" as const,
    "unsaid" as const,
    "none" as const,
    "all" as const,
  ),
});

const newTask = fc.record({
  again: fc.boolean().map((yes) => yes && "again"),
  which: pick,
  queue,
  type: fc.constantFrom("x", "y"),
  payload: fc.constantFrom("{}", '"é\u0001"', '{"find":"me"}'),
  priority: fc.constantFrom(0, 5, 5, 5, 9),
  delayMs: fc.constantFrom(undefined, undefined, undefined, 0, 40, 5_000),
  retryLimit: fc.constantFrom(undefined, 2),
  crashLimit: fc.constantFrom(undefined, 0, 1),
  key: fc.option(
    fc.record({
      value: fc.constantFrom("k1", "k2"),
      windowMs: fc.constantFrom(0, 1_000),
      fingerprint: fc.constantFrom("f1", "f1", "f2"),
    }),
    { nil: undefined, freq: 4 },
  ),
  headers: fc.constantFrom(undefined, undefined, { tenant: "a b", trace: "é" }),
});

type ModelTask = typeof newTask extends fc.Arbitrary<infer T> ? T : never;

const stepOf = (counts: readonly number[]) =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constant("add" as const), tasks: fc.array(newTask, { maxLength: 4 }) }),
    },
    { weight: 5, arbitrary: fc.record({ do: fc.constant("claim" as const), claim }) },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant("settle" as const),
        picks: fc.array(fc.record({ which: pick, outcome }), { maxLength: 4 }),
        /** Of the first pick. */
        tasks: fc.oneof(
          { weight: 3, arbitrary: fc.constant<ModelTask[]>([]) },
          { weight: 1, arbitrary: fc.array(newTask, { minLength: 1, maxLength: 2 }) },
        ),
        claim: fc.option(claim, { nil: undefined }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant("extend" as const), picks: fc.array(pick, { maxLength: 3 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("advance" as const),
        ms: fc.constantFrom(1, 60, 1_000, 60_000),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("maintain" as const),
        keep: fc.option(
          fc.record({ ageMs: fc.constantFrom(500, 100_000), count: fc.constantFrom(...counts) }),
          {
            nil: undefined,
          },
        ),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("act" as const),
        act: fc.constantFrom(...ACT_NAMES),
        picks: fc.array(pick, { minLength: 1, maxLength: 3 }),
        named: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("edit" as const),
        which: pick,
        edit: fc.record({
          payload: fc.constantFrom(undefined, '"edited"'),
          priority: fc.constantFrom(undefined, 0, 5),
          delayMs: fc.constantFrom(undefined, 0, 700),
        }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("pause" as const, "resume" as const), queue }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("purge" as const),
        queue,
        states: fc.subarray([...TASK_STATES]),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("list" as const),
        queue: fc.option(queue, { nil: undefined }),
        state: fc.option(fc.constantFrom(...TASK_STATES), { nil: undefined }),
        type: fc.constantFrom(undefined, undefined, "x"),
        text: fc.constantFrom(undefined, undefined, "find"),
        limit: fc.constantFrom(1, 3, 100),
      }),
    },
  );

type Step = ReturnType<typeof stepOf> extends fc.Arbitrary<infer T> ? T : never;

/** One store with what its users know: the leases that they were ever given. */
class Side {
  readonly leases: LeaseRef[] = [];
  /** Queues by task. */
  readonly homes = new Map<string, string>();
  readonly store: FullStore;
  readonly #exact: boolean;

  constructor(store: FullStore, exact: boolean) {
    this.store = store;
    this.#exact = exact;
  }

  lease(which: number): LeaseRef | undefined {
    return this.leases[which % Math.max(1, this.leases.length)];
  }

  /** What a user sees of this step. Tokens are left out: only their order is promised. */
  async do(act: Step, ids: string[]): Promise<unknown> {
    const { store } = this;
    const id = "which" in act ? (ids[act.which % Math.max(1, ids.length)] ?? uuid(0)) : "";
    switch (act.do) {
      case "advance":
        return undefined;
      case "add":
        return store.add(this.#newTasks(act.tasks, ids));
      case "claim":
        return this.exchange([], act.claim);
      case "settle":
        return this.exchange(this.#settlements(act, ids), act.claim);
      case "extend":
        return store.extend(
          act.picks.flatMap((which) => this.lease(which) ?? []),
          2_000,
        );
      case "maintain": {
        const keep = act.keep;
        const reply = await store.maintain({
          limit: 1_000,
          retention: keep && { completed: keep, cancelled: keep, dead: keep },
        });
        // Which queue it looks at first is its own affair.
        const recovered = reply.recovered?.toSorted((a, b) => (a.id < b.id ? -1 : 1));
        return { ...reply, recovered };
      }
      case "act":
        return store.act(
          act.picks.map((which) => {
            const picked = ids[which % Math.max(1, ids.length)] ?? uuid(0);
            return { id: picked, ...(act.named && { queue: this.homes.get(picked) }) };
          }),
          act.act,
        );
      case "edit":
        return store.edit({ id }, act.edit);
      case "pause":
      case "resume":
        return store[act.do](act.queue);
      case "purge":
        return store.purge(act.queue, act.states);
      case "list":
      default:
        return this.pages(act);
    }
  }

  #newTasks(given: readonly ModelTask[], ids: readonly string[]): NewTask[] {
    return given
      .map(({ again, which, ...task }, index) => {
        const earlier = again === "again" ? ids[which % Math.max(1, ids.length)] : undefined;
        const own = earlier ?? uuid(ids.length + index + 1);
        // A repeated call names the same queue; whether ids are known beyond it is a store's own.
        const home = (this.#exact ? undefined : this.homes.get(own)) ?? task.queue;
        this.homes.set(own, home);
        return { ...task, id: own, queue: home };
      })
      .toSorted(this.#order);
  }

  #settlements({ picks, tasks }: Extract<Step, { do: "settle" }>, ids: readonly string[]): Settlement[] {
    const followers = tasks.length === 0 ? undefined : this.#newTasks(tasks, ids);
    return picks
      .flatMap(({ which, outcome: became }, nth): Settlement[] => {
        const lease = this.lease(which);
        if (lease === undefined) return [];
        return [{ ...lease, outcome: became, ...(nth === 0 && { followers }) }];
      })
      .toSorted(this.#order);
  }

  /** Sorting is stable: as they come, or by their ids. */
  readonly #order = (a: { readonly id: string }, b: { readonly id: string }): number =>
    this.#exact ? 0 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;

  private async exchange(settle: readonly Settlement[], asked: Extract<Step, { do: "settle" }>["claim"]) {
    const holding = asked?.holding === "none" ? [] : asked?.holding === "all" ? [...this.leases] : undefined;
    const reply = await this.store.exchange({ settle, claim: asked && { ...asked, holding } });
    this.leases.push(...reply.leases.map(({ id, queue: name, token }) => ({ id, queue: name, token })));
    return { ...reply, leases: reply.leases.map((lease) => ({ ...lease, token: 0 })) };
  }

  /** Every page, by its ids: cursors are the store's own. */
  private async pages({ queue: name, state, type, text, limit }: Extract<Step, { do: "list" }>) {
    const filter = { queue: name, state, type, text, limit };
    const found: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await this.store.list({ ...filter, cursor });
      found.push(page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return this.#exact ? found : found.flat().toSorted();
  }
}

/**
 * Does `runs` random stories to a fresh store and to the reference, and compares every answer and everything shown.
 * `open` makes an empty store whose time is that of the clock, to the millisecond.
 *
 * `exact`: the order of lists and of what happens at the same instant is the reference's, and ids are known over all
 * queues. Without it every task has to be on exactly one page, and each step has an instant of its own.
 */
export async function matchesReference(
  open: (clock: ManualClock) => Promise<FullStore>,
  { runs, exact }: { readonly runs: number; readonly exact: boolean },
): Promise<void> {
  const step = stepOf(exact ? [1, 2, 100] : [0, 100]);
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: STEPS / 2, maxLength: STEPS, size: "max" }),
      async (steps) => {
        const clock = manualClock();
        await using reference = memoryStore({ clock });
        await using store = await open(clock);
        await follow(steps, new Side(reference, exact), new Side(store, exact), clock, exact);
      },
    ),
    { numRuns: runs },
  );
}

async function follow(
  steps: readonly Step[],
  reference: Side,
  side: Side,
  clock: ManualClock,
  exact: boolean,
): Promise<void> {
  const ids: string[] = [];
  for (const act of steps) {
    const expected = await reference.do(act, ids);
    const found = await side.do(act, ids);
    assert.deepEqual(plain(found), plain(expected), `the answer to ${act.do}`);
    await clock.advance(act.do === "advance" ? act.ms : exact ? 0 : 1);
    if (act.do === "add" || act.do === "settle")
      ids.push(...act.tasks.map((_, index) => uuid(ids.length + index + 1)));
    assert.deepEqual(
      plain(await show(side.store, ids)),
      plain(await show(reference.store, ids)),
      `after ${act.do}`,
    );
  }
}

async function show(store: FullStore, ids: readonly string[]): Promise<unknown> {
  return {
    queues: await queuesOf(store),
    activity: await store.activity({ queues: QUEUES, minutes: 1_440 }),
    tasks: await Promise.all(ids.map((id) => store.get(id))),
  };
}

function uuid(nth: number): string {
  return `00000000-0000-7000-8000-${String(nth).padStart(12, "0")}`;
}

/** Without the difference between a field that is undefined and one that is not there. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}
