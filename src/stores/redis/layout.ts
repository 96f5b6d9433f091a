/**
 * The keys of a queue. Its name is in braces, so that all of them are in one slot of a cluster; the rest is named so that
 * `redis-cli` reads: `HGETALL windlass:{default}:meta`, `LLEN windlass:{default}:ready:5`.
 *
 * | key | type | content |
 * |---|---|---|
 * | `…:tasks` | hash | id → record (record.ts) |
 * | `…:meta` | hash | priorities (in use), token (the last one), paused, unlisted (1: purged to the last task), tombstones (how many), next-expiry (no lease ends before), expiry-cursor (where looking through the leases goes on), idle (1: a claim found too little), notified-at, has-keys, head:0 … head:9 (how many entries were ever taken off that ready list) |
 * | `…:leases` | hash | id → token (16 digits), expiry (13), since (13), worker |
 * | `…:activity` | hash | minute:event and total:event → how many; events are added, completed, failed, crashed, dead, unhandled |
 * | `…:details` | hash | id → attempt state (attempt-state.ts): failures, crashes, 1 if asked to stop, run at, dead reason; id:attempts → the failed ones, one a line; id:result |
 * | `…:scheduled` `…:retrying` | sorted set | id by when it is due |
 * | `…:completed` `…:cancelled` `…:dead` | sorted set | id by when it ended |
 * | `…:tombstones` | hash | priority and id → how many entries in that ready list are to be skipped (lua/shared/waiting.lua) |
 * | `…:keys` `…:key-windows` | hash, sorted set | key → id, end of window (13 digits), fingerprint; key by end of window |
 * | `…:ready:0` … `…:ready:9` | list | ids of pending tasks by priority, the next one first |
 *
 * Ids are 16 bytes, instants ms since the epoch. `PREFIX:queues` is the set of all queues ever used. Data of development
 * versions before 0.1, which named all of this by single letters, are not read.
 */
import { COUNTED_EVENTS } from "../../store/facets.ts";
import { DUE } from "../../task/life.ts";
import type { TaskState } from "../../task/task.ts";
import { WindlassError } from "../../task/errors.ts";
import { slotOf } from "./net/slot.ts";

/** In the order of `lua/shared/keys.lua`. */
const FIXED = [
  "tasks",
  "meta",
  "leases",
  "activity",
  "details",
  "scheduled",
  "retrying",
  "completed",
  "cancelled",
  "dead",
  "tombstones",
  "keys",
  "key-windows",
] as const;

export type KeyName = (typeof FIXED)[number];

/** States whose tasks are in a sorted set, which has the state's name. The others are in leases and ready lists. */
export const STATE_SETS: readonly TaskState[] = [
  "scheduled",
  "retrying",
  "completed",
  "cancelled",
  "dead",
] satisfies readonly (TaskState & KeyName)[];

/** True if tasks in this state are in a sorted set. */
export function hasSet(state: TaskState): state is TaskState & KeyName {
  return STATE_SETS.includes(state);
}

/** The sorted set of a state that has one. */
export function setOf(state: TaskState): KeyName {
  if (hasSet(state)) return state;
  throw new WindlassError(
    "INTERNAL",
    `the law moves tasks to ${state}; expected a state that has a sorted set`,
  );
}

/**
 * What `LAYOUT.NAME` stands for in a script: where in the order of keys the sorted set of each state is, and where those
 * of tasks that wait for their time are; and the fields of the totals.
 */
export const LAYOUT = {
  SETS: Object.fromEntries(STATE_SETS.map((state) => [state, FIXED.indexOf(setOf(state))])),
  WAITING: DUE.from.map((state) => FIXED.indexOf(setOf(state))),
  TOTALS: COUNTED_EVENTS.map((event) => `total:${event}`),
};

/** What the common exchange needs, besides ready lists; see lua/exchange-fast.lua. */
const FAST: readonly KeyName[] = [
  "tasks",
  "meta",
  "leases",
  "activity",
  "details",
  ...DUE.from.map(setOf),
  "completed",
];

export class QueueKeys {
  readonly queue: string;
  readonly slot: number;
  /** All but the ready lists. */
  readonly fixed: readonly string[];
  readonly #base: string;
  readonly #fast: readonly string[];
  readonly #ready: readonly string[];

  constructor(prefix: string, queue: string) {
    this.queue = queue;
    this.slot = slotOf(queue);
    this.#base = `${prefix}:{${queue}}:`;
    this.fixed = FIXED.map((name) => this.#base + name);
    this.#fast = FAST.map((name) => this.#base + name);
    this.#ready = Array.from({ length: 10 }, (_, priority) => `${this.#base}ready:${priority}`);
  }

  key(name: KeyName): string {
    return this.#base + name;
  }

  /** The ready lists of these priorities. */
  lists(priorities: string): string[] {
    if (priorities.length === 1) return [this.#ready[Number(priorities)]!];
    return digitsOf(priorities).map((priority) => this.#ready[priority]!);
  }

  /** The keys of the common exchange, given the priorities in use. */
  fast(priorities: string): string[] {
    return [...this.#fast, ...this.lists(priorities)];
  }

  /** Every key that the moves of a queue may touch, given the priorities in use (digits in order). */
  all(priorities: string): string[] {
    return [...this.fixed, ...this.lists(priorities)];
  }
}

/** The keys of lua/due-queues.lua, made without the others: 100,000 queues are more than a process keeps in mind. */
export function sweepKeys(prefix: string, queue: string): string[] {
  return (["meta", ...DUE.from.map(setOf)] as const).map((name) => `${prefix}:{${queue}}:${name}`);
}

/** Two sets of priorities as one: digits in order. */
export function mergePriorities(a: string, b: string): string {
  if (a === b && a.length === 1) return a;
  return [...new Set(digitsOf(a + b))].toSorted((x, y) => x - y).join("");
}

export function digitsOf(priorities: string): number[] {
  return Array.from(priorities, Number);
}
