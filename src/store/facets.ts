/**
 * Facets: what a store may offer beyond the six verbs. A part that needs one asks for `Store & Inspectable`,
 * so that a dashboard over a store that cannot list fails to compile instead of showing empty tables.
 */
import type { Act } from "../task/life.ts";
import { hasMethod } from "../task/options.ts";
import type { Task, TaskDetail, TaskRef, TaskState } from "../task/task.ts";
import type { Store } from "./store.ts";

/** Look without touching. */
export interface Inspectable {
  /** The task, looked for in `queue` alone if that is given. */
  get(id: string, queue?: string): Promise<TaskDetail | undefined>;

  /**
   * Tasks that match, a page at a time. The order is the store's own (newest first where it can) and stable:
   * a task that nobody moves meanwhile appears on exactly one page. A cursor that is not from an earlier answer
   * to the same filter fails with `INVALID_CURSOR`. Without a queue in the filter, queues of servers (shards of a cluster)
   * that cannot be reached are left out while others answer; the page is `incomplete` then, and `queues` says which.
   */
  list(filter: TaskFilter): Promise<TaskPage>;

  /**
   * The queues that were ever added to or paused and not purged away, by name (in the order of UTF-16 code units), a page at a
   * time, at the cost of the queues of the page. One that lives throughout is on exactly one page, whichever come and go
   * meanwhile. Counts are exact at rest. A cursor that no page named fails with `INVALID_CURSOR`, if that can be told.
   * Queues of a server (a shard of a cluster) that cannot be reached are marked; if none that was asked about can be, it fails.
   */
  queues(query: QueueQuery): Promise<QueuePage>;

  /** One of them; undefined if it is not listed. */
  queue(name: string): Promise<QueueInfo | undefined>;

  /**
   * What happened in these queues together per minute, oldest first, the running minute last; minutes without events are left
   * out. A queue that is not known adds nothing, nor does one that cannot be reached while another can.
   */
  activity(query: ActivityQuery): Promise<readonly MinuteActivity[]>;
}

export interface TaskFilter {
  readonly queue?: string | undefined;
  readonly state?: TaskState | undefined;
  readonly type?: string | undefined;
  /** Matches a part of the payload, to the letter. Looks at a bounded number of tasks: see `TaskPage.searched`. */
  readonly text?: string | undefined;
  /** Created at or after / before this instant. */
  readonly createdFrom?: number | undefined;
  readonly createdBefore?: number | undefined;
  /** 1 to 500. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface TaskPage {
  readonly items: readonly Task[];
  readonly nextCursor?: string | undefined;
  /** With a filter that no index answers: how many tasks were looked at for this page. */
  readonly searched?: number | undefined;
  /** Servers (shards of a cluster) could not be reached, and their queues were left out of this page. */
  readonly incomplete?: true | undefined;
}

export type StateCounts = Readonly<Record<TaskState, number>>;

export interface QueueInfo {
  readonly name: string;
  readonly paused: boolean;
  readonly counts: StateCounts;
  /** What happened since the queue was first used. Retention, removal and purge take nothing from it; with a forgotten queue it goes. */
  readonly totals: QueueTotals;
  /** Its server (a shard of a cluster) could not be asked: counts and totals are 0 because those are not known. */
  readonly unreachable?: boolean | undefined;
  /** Now minus the `runAt` of the pending task that would be claimed first; undefined if there is none. */
  readonly oldestPendingMs?: number | undefined;
}

/** Which queues to show. */
export interface QueueQuery {
  /** 1 to 500. */
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

/** One page of queues. */
export interface QueuePage {
  readonly items: readonly QueueInfo[];
  /** Undefined: this is the last page. A page that is not the last may have fewer than its limit. */
  readonly nextCursor?: string | undefined;
}

export interface ActivityQuery {
  /** 1 to 500 names: what is asked for is bounded, however many queues there are. Naming one twice counts it once. */
  readonly queues: readonly string[];
  /** How many minutes back, the running one included: 1 to 1,440. */
  readonly minutes: number;
}

/**
 * How often each event happened. A duplicate was not added; a release, a snooze, a cancellation, and
 * a suspect that waits to run alone, are none of these.
 */
export interface QueueTotals {
  readonly added: number;
  readonly completed: number;
  /** Attempts that failed. */
  readonly failed: number;
  /** Attempts whose lease ran out; their tasks were taken back. */
  readonly crashed: number;
  /** Tasks that died, once for each time. */
  readonly dead: number;
  /** Claims by a worker that has no handler for the type; the tasks were put back. A task that goes to and fro counts each time. */
  readonly unhandled: number;
}

/** The events that are counted, in the order in which people read them. */
export const COUNTED_EVENTS = [
  "added",
  "completed",
  "failed",
  "crashed",
  "dead",
  "unhandled",
] as const satisfies readonly (keyof QueueTotals)[];

export type CountedEvent = (typeof COUNTED_EVENTS)[number];

/** Events within one minute. */
export interface MinuteActivity extends QueueTotals {
  /** Start of the minute, ms since the epoch. */
  readonly minute: number;
}

/** Change things by hand. What an act or an edit leads to is decided in `task/life.ts`; a refused one writes nothing. */
export interface Administrable {
  /** Does one thing to these tasks. One answer per task, in order; one call per queue. */
  act(tasks: readonly TaskRef[], act: Act): Promise<readonly ActResult[]>;
  /** Changes a waiting task. */
  edit(task: TaskRef, edit: TaskEdit): Promise<ActResult>;

  /** A paused queue is not claimed from; everything else goes on. Idempotent; makes the queue known. */
  pause(queue: string): Promise<void>;
  resume(queue: string): Promise<void>;
  /** Removes every task of the queue that is in one of these states (never a running one). Answers how many. */
  purge(queue: string, states: readonly TaskState[]): Promise<number>;
}

export interface TaskEdit {
  readonly payload?: string | undefined;
  readonly priority?: number | undefined;
  /** A new time to run, from now or as an instant: the task becomes `scheduled` (`retrying` stays), or pending if it is past. */
  readonly delayMs?: number | undefined;
  readonly runAt?: number | undefined;
}

export type ActResult =
  /** The task as it is now; as it was, if it was removed. */
  | { readonly status: "applied"; readonly task: Task }
  | { readonly status: "missing" }
  /** The task's state does not allow it; nothing was written. */
  | { readonly status: "refused"; readonly state: TaskState };

/** A look at what the store runs on: settings and versions. */
export interface Diagnosable {
  /**
   * Costs a few questions to the server: it is asked at every start, and by probes. `thorough`, for `windlass doctor`, may read
   * all that the store keeps.
   */
  diagnose(options?: { readonly thorough?: boolean | undefined }): Promise<readonly Finding[]>;
}

export interface Finding {
  readonly level: "ok" | "warning" | "error";
  /** What was looked at, e.g. `synchronous` or `maxmemory-policy`. */
  readonly topic: string;
  /** What was found, in a sentence. */
  readonly message: string;
  /** What to do about it, unless all is well. */
  readonly remedy?: string | undefined;
}

/** A store with every facet, which is what the server, the command line and the page need. */
export type FullStore = Store & Inspectable & Administrable & Diagnosable;

/** Facets by name, each with the calls by which a store shows that it has it. */
export const FACETS = {
  inspectable: ["get", "list", "queues", "queue", "activity"],
  administrable: ["act", "edit", "pause", "resume", "purge"],
  diagnosable: ["diagnose"],
} as const satisfies {
  readonly inspectable: readonly (keyof Inspectable)[];
  readonly administrable: readonly (keyof Administrable)[];
  readonly diagnosable: readonly (keyof Diagnosable)[];
};

export type Facet = keyof typeof FACETS;

/** True if the store has all calls of the facet. Never fails: what is no store has none. */
export function hasFacet(store: Store, facet: Facet): boolean {
  if (typeof facet !== "string" || !Object.hasOwn(FACETS, facet)) return false;
  return FACETS[facet].every((call) => hasMethod(store, call));
}
