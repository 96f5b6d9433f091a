/** Short words for what the cases do all the time. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { ActResult, FullStore, QueueInfo, StateCounts } from "../../store/facets.ts";
import type {
  Claim,
  Keep,
  Lease,
  LeaseRef,
  MaintainReply,
  MaintainRequest,
  Retention,
  SettleVerdict,
} from "../../store/store.ts";
import { type Act, moveOf, type TerminalState } from "../../task/life.ts";
import type { Outcome } from "../../task/outcome.ts";
import {
  type NewTask,
  TASK_STATES,
  type TaskDetail,
  type TaskError,
  type TaskKey,
  type TaskState,
} from "../../task/task.ts";
import type { StoreUnderTest } from "../store-case.ts";

/** The queue of a case that needs only one. */
export const Q = "q";

/** Long enough that the real time which a case takes never matters. */
export const LEASE_MS = 30_000;

/** More rounds than any loop of a case needs: a store that never comes to an end fails instead of hanging. */
export const MOST_ROUNDS = 2_000;

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;

export const boom: TaskError = { name: "Error", message: "boom" };

/** A task with an id of its own; every field can be set. */
export function task(fields: Partial<NewTask> = {}): NewTask {
  return { id: randomUUID(), type: "t", queue: Q, payload: "{}", priority: 5, ...fields };
}

export function tasks(count: number, fields: Partial<NewTask> = {}): NewTask[] {
  return Array.from({ length: count }, () => task(fields));
}

/** A key that holds for an hour; every field can be set. */
export function key(fields: Partial<TaskKey> = {}): TaskKey {
  return { value: "order-1", windowMs: HOUR, fingerprint: "f1", ...fields };
}

/** A task with such a key. */
export function keyed(fields: Partial<TaskKey> = {}, rest: Partial<NewTask> = {}): NewTask {
  return task({ key: key(fields), ...rest });
}

/** Adds one task and answers its id. */
export async function add(store: FullStore, fields: Partial<NewTask> = {}): Promise<string> {
  const [result] = await store.add([task(fields)]);
  assert.equal(result?.status, "added");
  return result.id;
}

/** Claims from `q`, as `w1`, for `LEASE_MS`, as many as there are: whatever is not said otherwise. */
export async function claim(store: FullStore, wanted: Partial<Claim> = {}): Promise<readonly Lease[]> {
  const claimed = { queues: [Q], max: 100, leaseMs: LEASE_MS, worker: "w1", ...wanted };
  return (await store.exchange({ settle: [], claim: claimed })).leases;
}

/** Claims one task that must be there. */
export async function claimOne(store: FullStore, wanted: Partial<Claim> = {}): Promise<Lease> {
  const [lease] = await claim(store, { max: 1, ...wanted });
  assert.ok(lease, "there should be a task to claim");
  return lease;
}

/** Adds one task and claims it. */
export async function running(store: FullStore, fields: Partial<NewTask> = {}): Promise<Lease> {
  const id = await add(store, fields);
  const lease = await claimOne(store, { queues: [fields.queue ?? Q] });
  assert.equal(lease.id, id);
  return lease;
}

export async function settle(store: FullStore, lease: LeaseRef, outcome: Outcome): Promise<SettleVerdict> {
  const { id, queue, token } = lease;
  const { verdicts } = await store.exchange({ settle: [{ id, queue, token, outcome }] });
  assert.equal(verdicts.length, 1);
  return verdicts[0]!;
}

/** Settles with a lease that must still be good. */
export async function apply(store: FullStore, lease: LeaseRef, outcome: Outcome): Promise<void> {
  assert.equal(await settle(store, lease, outcome), "applied");
}

export const completed: Outcome = { kind: "completed", keep: true };
export const gone: Outcome = { kind: "completed", keep: false };
export const release: Outcome = { kind: "release" };
export const cancelled: Outcome = { kind: "cancelled" };
export const exhausted: Outcome = { kind: "dead", reason: "exhausted", error: boom };

export function failed(delayMs = 10 * SECOND): Outcome {
  return { kind: "retry", delayMs, error: boom };
}

export function snooze(delayMs = 10 * SECOND): Outcome {
  return { kind: "snooze", delayMs };
}

export function requeue(delayMs = 10 * SECOND, why: "unhandled" | "suspect" = "unhandled"): Outcome {
  return { kind: "requeue", delayMs, why };
}

/** Acts on one task, wherever it is. */
export async function act(store: FullStore, name: Act, id: string): Promise<ActResult> {
  const [result, ...others] = await store.act([{ id }], name);
  assert.ok(result !== undefined && others.length === 0, "one answer for one task");
  return result;
}

/** A new task that has been brought into this state. */
export async function taskIn(
  store: FullStore,
  state: TaskState,
  fields: Partial<NewTask> = {},
): Promise<string> {
  if (state === "pending") return add(store, fields);
  if (state === "scheduled") return add(store, { delayMs: HOUR, ...fields });
  const lease = await running(store, fields);
  if (state !== "running") await apply(store, lease, outcomeTo(state)!);
  return lease.id;
}

/** The states into which `taskIn` can bring a task: all of them, as long as some outcome leads to each. */
export const REACHABLE_STATES: readonly TaskState[] = TASK_STATES.filter(
  (state) =>
    state === "pending" || state === "scheduled" || state === "running" || outcomeTo(state) !== undefined,
);

/** What a worker says to bring its task into this state. */
function outcomeTo(state: TaskState): Outcome | undefined {
  return [failed(HOUR), completed, cancelled, exhausted].find((outcome) => moveOf(outcome).to === state);
}

/** The task, which must be there. */
export async function look(store: FullStore, id: string): Promise<TaskDetail> {
  const detail = await store.get(id);
  assert.ok(detail, `task ${id} should be there`);
  return detail;
}

/** Maintains until nothing is left to do. Answers every reply. */
export async function maintainRounds(store: FullStore, request: MaintainRequest): Promise<MaintainReply[]> {
  const replies: MaintainReply[] = [];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const reply = await store.maintain(request);
    replies.push(reply);
    if (!reply.more) return replies;
  }
  return assert.fail("there is always more to maintain");
}

/** Maintains until nothing is left to do, and adds up the replies. */
export async function maintainAll(
  store: FullStore,
  retention?: Retention,
): Promise<Record<"promoted" | "expired" | "pruned", number>> {
  const sum = { promoted: 0, expired: 0, pruned: 0 };
  for (const reply of await maintainRounds(store, { limit: 1_000, retention })) {
    sum.promoted += reply.promoted;
    sum.expired += reply.expired;
    sum.pruned += reply.pruned;
  }
  return sum;
}

const EVERYTHING: Keep = { ageMs: 3_650 * 24 * HOUR, count: 1_000_000_000 };

export const KEEP_NONE: Keep = { ageMs: 0, count: 0 };

/** A retention that keeps everything but what it is told of. */
export function keep(bounds: Partial<Record<TerminalState, Partial<Keep>>> = {}): Retention {
  return {
    completed: { ...EVERYTHING, ...bounds.completed },
    cancelled: { ...EVERYTHING, ...bounds.cancelled },
    dead: { ...EVERYTHING, ...bounds.dead },
  };
}

/**
 * So many tasks ended in these ways and are kept, over all queues, and in no others. They are gone afterwards: without a
 * facet, pruning is all there is to tell them.
 */
export async function assertEnded(
  store: FullStore,
  expected: Partial<Record<TerminalState, number>>,
): Promise<void> {
  const found = { completed: 0, cancelled: 0, dead: 0 };
  for (const state of ["completed", "cancelled", "dead"] as const) {
    found[state] = (await maintainAll(store, keep({ [state]: KEEP_NONE }))).pruned;
  }
  assert.deepEqual(found, { completed: 0, cancelled: 0, dead: 0, ...expected });
}

/** The task is there as it was: adding it again under its id is a duplicate. */
export async function assertKnown(store: FullStore, one: NewTask): Promise<void> {
  assert.deepEqual(await store.add([one]), [{ status: "duplicate", id: one.id }]);
}

/** There is no such task: it is added. */
export async function assertUnknown(store: FullStore, one: NewTask): Promise<void> {
  assert.deepEqual(await store.add([one]), [{ status: "added", id: one.id, state: "pending" }]);
}

/** Lets every lease run out, and maintains. */
export async function loseLeases(sut: StoreUnderTest): Promise<void> {
  await sut.advance(LEASE_MS + 5 * SECOND);
  await maintainAll(sut.store);
}

const NO_COUNTS: StateCounts = {
  pending: 0,
  scheduled: 0,
  retrying: 0,
  running: 0,
  completed: 0,
  cancelled: 0,
  dead: 0,
};

/** Every queue: a case has few. */
export async function queuesOf(store: FullStore): Promise<readonly QueueInfo[]> {
  const { items, nextCursor } = await store.queues({ limit: 500 });
  assert.equal(nextCursor, undefined);
  return items;
}

export async function counts(store: FullStore, queue: string = Q): Promise<StateCounts> {
  const info = (await queuesOf(store)).find(({ name }) => name === queue);
  return info?.counts ?? NO_COUNTS;
}

/** The counts of the queue are these, and every other is zero. */
export async function assertCounts(
  store: FullStore,
  expected: Partial<StateCounts>,
  queue: string = Q,
): Promise<void> {
  assert.deepEqual({ ...(await counts(store, queue)) }, { ...NO_COUNTS, ...expected });
}

/** Nothing about these tasks, nor any count, changes while `disturb` runs. */
export async function unchanged(
  store: FullStore,
  taskIds: readonly string[],
  disturb: () => Promise<void>,
): Promise<void> {
  const snapshot = async () => [
    await Promise.all(taskIds.map((id) => store.get(id))),
    (await queuesOf(store)).map(({ name, counts: perState }) => ({ name, perState })),
  ];
  const before = await snapshot();
  await disturb();
  assert.deepEqual(await snapshot(), before);
}

/** Without the fields that are there but undefined, which a store may leave out or not. */
export function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** The ids of leases or tasks, in order. */
export function ids(items: readonly { readonly id: string }[]): string[] {
  return items.map(({ id }) => id);
}
