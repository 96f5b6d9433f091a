/** Every statement of the store, prepared once per connection. What each does and why is said in its own file. */
import type { DatabaseSync } from "node:sqlite";
import type { TaskState } from "../../task/task.ts";
import { prepare, query, sql } from "./sql.ts";

/** A row of `claim-read.sql`; all null if the task is gone. */
export type ClaimRow = readonly [
  id: string | null,
  type: string,
  payload: string,
  rank: number,
  createdAt: number,
  runAt: number,
  failures: number,
  crashes: number,
  retryLimit: number | null,
];

export type HeldRow = readonly [token: number, rid: number, queue: number, id: string, marks: number];

export type HeldDetailRow = readonly [
  worker: string,
  startedAt: number,
  failures: number,
  crashes: number,
  crashLimit: number | null,
  attempts: string | null,
];

export type QueueRow = readonly [
  name: string,
  paused: number,
  pending: number,
  scheduled: number,
  retrying: number,
  running: number,
  completed: number,
  cancelled: number,
  dead: number,
  first: number | null,
];

export type ActivityRow = readonly [
  minute: number,
  added: number,
  completed: number,
  failed: number,
  crashed: number,
  dead: number,
];

/** A row of the view `shown`, in the order of its columns. */
export type ShownRow = readonly [
  rid: number,
  id: string,
  qid: number,
  queue: string,
  type: string,
  rank: number,
  createdAt: number,
  runAt: number,
  failures: number,
  crashes: number,
  retryLimit: number | null,
  crashLimit: number | null,
  key: string | null,
  state: TaskState | null,
  token: number | null,
  worker: string | null,
  startedAt: number | null,
  until: number | null,
  cancel: number | null,
  finishedAt: number | null,
  reason: string | null,
  error: string | null,
  attempts: string | null,
  result: string | null,
  payload: string,
];

/** Tasks per insert: a call into SQLite costs about as much as a small task, so some share one. */
export const ADDED_AT_ONCE = 32;

export type Statements = ReturnType<typeof prepareAll>;

export function prepareAll(db: DatabaseSync) {
  return {
    begin: query(db, "begin"),
    beginRead: prepare(db, "BEGIN"),
    commit: prepare(db, "COMMIT"),
    rollback: prepare(db, "ROLLBACK"),
    sequenceRead: query<[last: number]>(db, "sequence-read"),
    sequenceWrite: query(db, "sequence-write"),

    queueFind: query<[qid: number]>(db, "queue-find"),
    queueMake: query<[qid: number]>(db, "queue-make"),
    queueListAgain: query(db, "queue-list-again"),
    queueCount: query<[name: string, pending: number, paused: number]>(db, "queue-count"),
    queueStir: query<[name: string, stirs: number]>(db, "queue-stir"),
    queueStirs: query<[name: string, stirs: number]>(db, "queue-stirs"),
    queueState: query<[qid: number, paused: number, pending: number, due: number | null]>(db, "queue-state"),
    queueDue: query<[at: number]>(db, "queue-due"),
    queueAll: query<[qid: number, waiting: number, ...ended: number[]]>(db, "queue-all"),
    maintainable: query<[yes: number]>(db, "maintainable"),
    queues: query<QueueRow>(db, "queues"),
    pause: query(db, "pause"),
    resume: query<[qid: number, pending: number]>(db, "resume"),
    purged: query(db, "purged"),
    pendingTotal: query<[pending: number]>(db, "pending-total"),

    activity: query<ActivityRow>(db, "activity"),
    activityCount: query(db, "activity-count"),
    activityForget: query(db, "activity-forget"),

    add: query(db, "add"),
    addMany: prepare(db, repeated(sql("add"), ADDED_AT_ONCE)),
    idFind: query<[rid: number]>(db, "id-find"),
    addReady: query(db, "add-ready"),
    addDue: query(db, "add-due"),

    keyHolder: query<[id: string, fingerprint: string]>(db, "key-holder"),
    keyHold: query(db, "key-hold"),
    keyRevive: query(db, "key-revive"),
    keysEnd: query(db, "keys-end"),
    keyForget: query(db, "key-forget"),

    claim: claimQuery(db),
    claimTake: query(db, "claim-take"),
    claimRead: query<ClaimRow>(db, "claim-read"),
    quarantineMend: query(db, "quarantine-mend"),

    held: query<HeldRow>(db, "held"),
    heldDetail: query<HeldDetailRow>(db, "held-detail"),
    heldByWorker: query<[token: number]>(db, "held-by-worker"),
    heldExpired: query<[token: number]>(db, "held-expired"),
    leaseDangling: query<[queue: number]>(db, "lease-dangling"),
    leaseDrop: query(db, "lease-drop"),
    leaseTask: query<[rid: number]>(db, "lease-task"),
    leaseCancel: query(db, "lease-cancel"),
    extend: query<[cancel: number]>(db, "extend"),

    taskDrop: query(db, "task-drop"),
    taskFail: query(db, "task-fail"),
    taskNoted: query(db, "task-noted"),
    taskRenew: query(db, "task-renew"),
    taskPayload: query(db, "task-payload"),
    taskPriority: query(db, "task-priority"),
    taskTime: query(db, "task-time"),
    noteDrop: query(db, "note-drop"),
    noteError: query(db, "note-error"),
    noteFailure: query(db, "note-failure"),
    noteResult: query(db, "note-result"),

    readyPlace: query(db, "ready-place"),
    readyPut: query(db, "ready-put"),
    readyDrop: query(db, "ready-drop"),
    duePut: query(db, "due-put"),
    dueDrop: query(db, "due-drop"),
    dueNow: query<[rid: number, state: "scheduled" | "retrying"]>(db, "due-now"),
    finishedPut: query(db, "finished-put"),
    finishedDrop: query(db, "finished-drop"),
    finishedOldest: query<[rid: number, finishedAt: number]>(db, "finished-oldest"),
    purgePending: query<[rid: number]>(db, "purge-pending"),
    purgeDue: query<[rid: number]>(db, "purge-due"),
    purgeFinished: query<[rid: number]>(db, "purge-finished"),

    get: query<ShownRow>(db, "get"),
    lookAt: query<ShownRow>(db, "look-at"),
    fits: query<[text: number, bytes: number]>(db, "fits"),
    walkAll: query<[rid: number]>(db, "walk-all"),
    walkPending: query<[rid: number]>(db, "walk-pending"),
    walkFewPending: query<[rid: number]>(db, "walk-few-pending"),
    walkDue: query<[rid: number]>(db, "walk-due"),
    walkRunning: query<[rid: number]>(db, "walk-running"),
    walkFinished: query<[rid: number]>(db, "walk-finished"),
  };
}

/** `claim.sql`, which answers the tokens that it made: they are in a row. */
function claimQuery(db: DatabaseSync) {
  const statement = db.prepare(sql("claim"));
  return (queue: number, max: number, worker: string, now: number, until: number) => {
    const { changes, lastInsertRowid } = statement.run(queue, max, worker, now, until);
    const count = Number(changes);
    return { count, first: Number(lastInsertRowid) - count + 1 };
  };
}

/** An INSERT with its row of values repeated. */
function repeated(text: string, times: number): string {
  return text.replace(/VALUES (\(.*\))/, (_, row: string) => `VALUES ${Array(times).fill(row).join(", ")}`);
}
