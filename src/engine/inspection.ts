/** Looking at tasks and queues: the questions are checked here, and the answers made for programs. */
import {
  COUNTED_EVENTS,
  type CountedEvent,
  type MinuteActivity,
  type QueueInfo,
  type QueuePage,
  type QueueQuery,
  type QueueTotals,
  type StateCounts,
  type TaskFilter,
} from "../store/facets.ts";
import type { Store } from "../store/store.ts";
import { WindlassError } from "../task/errors.ts";
import { type Instant, toInstantMs } from "../task/instant.ts";
import { checkId, checkName, quote } from "../task/names.ts";
import { checkInteger, checkKeys } from "../task/options.ts";
import { TASK_STATES, type TaskState } from "../task/task.ts";
import { inspectable } from "./facet.ts";
import { TaskDetailInfo, TaskInfo } from "./task-info.ts";

/** Which tasks to list. What is left out does not matter. */
export interface TaskQuery {
  readonly queue?: string | undefined;
  readonly state?: TaskState | undefined;
  readonly type?: string | undefined;
  /** Matches a part of the payload's text, to the letter, 1 to 256 characters. Looks at a bounded number of tasks a page. */
  readonly text?: string | undefined;
  /** Created at or after this instant. */
  readonly createdFrom?: Instant | undefined;
  /** Created before this instant. */
  readonly createdBefore?: Instant | undefined;
  /** Most tasks on the page, 1 to 500. Default 50. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before, with the same query. */
  readonly cursor?: string | undefined;
}

/** One page of tasks. */
export interface TaskInfoPage {
  readonly items: readonly TaskInfo[];
  /** Undefined: this is the last page. */
  readonly nextCursor?: string | undefined;
  /** With a query that no index answers: how many tasks were looked at for this page. */
  readonly searched?: number | undefined;
  /** A part of the store (shards of a cluster) could not be reached, and its queues were left out of this page. */
  readonly incomplete?: true | undefined;
}

/** Which queues to list. */
export interface QueueListQuery {
  /** Most queues on the page, 1 to 500. Default 100. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

/** Which queues to add up, and since when. */
export interface StatsQuery {
  /** How many minutes back `activity` goes, the running one included: 1 to 1,440. Default 60. */
  readonly minutes?: number | undefined;
  /** Most queues that are added up, 1 to 500. Default 500. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before: the figures are of the queues behind it. */
  readonly cursor?: string | undefined;
}

/** Figures over the queues of a page, which are all of them unless there are more than its limit. */
export interface Stats {
  /** Tasks per state, as they are now: of those that have ended, what the retention keeps. */
  readonly states: StateCounts;
  /** What happened in these queues since each was first used. */
  readonly totals: QueueTotals;
  /** By name. */
  readonly queues: readonly QueueInfo[];
  /** Per minute, oldest first; minutes in which nothing happened are left out. */
  readonly activity: readonly MinuteActivity[];
  /** Undefined: there are no further queues. Otherwise all figures are of a part, and this leads to the rest. */
  readonly nextCursor?: string | undefined;
}

const QUERY_KEYS: readonly (keyof TaskQuery)[] = [
  "queue",
  "state",
  "type",
  "text",
  "createdFrom",
  "createdBefore",
  "limit",
  "cursor",
];

const DEFAULT_PAGE = 50;
const LONGEST_TEXT = 256;
const DEFAULT_MINUTES = 60;

/** A list is read by people, a page at a time. */
const DEFAULT_QUEUES = 100;

/** A sum is believed to be of everything: so it is of as many queues as a call may ask for. */
const DEFAULT_SUMMED = 500;

export async function getTask(
  store: Store,
  id: string,
  options: { readonly queue?: string | undefined },
): Promise<TaskDetailInfo | undefined> {
  checkKeys(options, ["queue"], "get");
  const queue = options.queue === undefined ? undefined : checkName(options.queue, "queue");
  const task = await inspectable(store).get(checkId(id), queue);
  return task === undefined ? undefined : new TaskDetailInfo(task);
}

export async function listTasks(store: Store, query: TaskQuery): Promise<TaskInfoPage> {
  const { items, ...page } = await inspectable(store).list(toFilter(query));
  return { ...page, items: items.map((task) => new TaskInfo(task)) };
}

export async function listQueues(store: Store, query: QueueListQuery): Promise<QueuePage> {
  checkKeys(query, ["limit", "cursor"], "queues");
  return inspectable(store).queues(toQueueQuery(query, DEFAULT_QUEUES));
}

export async function findQueue(store: Store, name: string): Promise<QueueInfo | undefined> {
  return inspectable(store).queue(checkName(name, "queue"));
}

/** The queue, or fails with `QUEUE_NOT_FOUND`. */
export async function knownQueue(store: Store, name: string): Promise<QueueInfo> {
  const found = await findQueue(store, name);
  if (found !== undefined) return found;
  throw queueNotFound(name);
}

/** For the name of a queue, checked, that the store does not know. */
export function queueNotFound(name: string): WindlassError {
  return new WindlassError("QUEUE_NOT_FOUND", `no queue is named ${name}`, { pointer: "name" });
}

export async function figures(store: Store, query: StatsQuery): Promise<Stats> {
  checkKeys(query, ["minutes", "limit", "cursor"], "stats");
  const { minutes = DEFAULT_MINUTES, ...page } = query;
  checkInteger(minutes, 1, 1_440, "minutes");
  const from = inspectable(store);
  const { items: queues, nextCursor } = await from.queues(toQueueQuery(page, DEFAULT_SUMMED));
  const names = queues.map(({ name }) => name);
  const activity = names.length === 0 ? [] : await from.activity({ queues: names, minutes });
  return { states: sumOfCounts(queues), totals: sumOfTotals(queues), queues, activity, nextCursor };
}

function toQueueQuery({ limit, cursor }: QueueListQuery, usual: number): QueueQuery {
  return {
    limit: checkInteger(limit ?? usual, 1, 500, "limit"),
    cursor: cursor === undefined ? undefined : checkCursor(cursor),
  };
}

/** Tasks per state over all these queues. */
export function sumOfCounts(queues: readonly Pick<QueueInfo, "counts">[]): StateCounts {
  const all = queues.map(({ counts }) => counts);
  return sumsOf<TaskState>(TASK_STATES, all);
}

/** What happened in all of these queues. */
export function sumOfTotals(queues: readonly Pick<QueueInfo, "totals">[]): QueueTotals {
  const all = queues.map(({ totals }) => totals);
  return sumsOf<CountedEvent>(COUNTED_EVENTS, all);
}

function sumsOf<Name extends string>(
  names: readonly Name[],
  all: readonly Readonly<Record<Name, number>>[],
): Readonly<Record<Name, number>> {
  const sum = (name: Name): number => all.reduce((total, each) => total + each[name], 0);
  return Object.fromEntries(names.map((name) => [name, sum(name)])) as Record<Name, number>;
}

/** The state, or fails with `INVALID_OPTION`. */
export function checkState(
  state: unknown,
  allowed: readonly TaskState[],
  option: string,
  pointer = option,
): TaskState {
  if (allowed.includes(state as TaskState)) return state as TaskState;
  throw new WindlassError(
    "INVALID_OPTION",
    `${option} is ${quote(state)}; expected one of ${allowed.join(", ")}`,
    { pointer },
  );
}

function toFilter(query: TaskQuery): TaskFilter {
  checkKeys(query, QUERY_KEYS, "list");
  const { queue, state, type, text, createdFrom, createdBefore, limit = DEFAULT_PAGE, cursor } = query;
  return {
    queue: queue === undefined ? undefined : checkName(queue, "queue"),
    state: state === undefined ? undefined : checkState(state, TASK_STATES, "state"),
    type: type === undefined ? undefined : checkName(type, "type"),
    text: text === undefined ? undefined : checkText(text, LONGEST_TEXT, "text"),
    createdFrom: createdFrom === undefined ? undefined : toInstantMs(createdFrom, "createdFrom"),
    createdBefore: createdBefore === undefined ? undefined : toInstantMs(createdBefore, "createdBefore"),
    limit: checkInteger(limit, 1, 500, "limit"),
    cursor: cursor === undefined ? undefined : checkCursor(cursor),
  };
}

function checkText(text: unknown, longest: number, option: string): string {
  if (typeof text === "string" && text.length > 0 && text.length <= longest && text.isWellFormed())
    return text;
  throw new WindlassError(
    "INVALID_OPTION",
    `${option} is ${quote(text)}; expected 1 to ${longest} characters to look for`,
    { pointer: option },
  );
}

/** Whether it fits the query is the store's to say. */
function checkCursor(cursor: unknown): string {
  if (typeof cursor === "string" && cursor.isWellFormed()) return cursor;
  throw new WindlassError("INVALID_CURSOR", `the cursor is ${quote(cursor)}; expected what a page named`, {
    pointer: "cursor",
  });
}
