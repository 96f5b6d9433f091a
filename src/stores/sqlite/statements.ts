/** Every statement of the store by SQL file and name, with the rows that it answers. What each does and why is said there. */
import type { DatabaseSync } from "node:sqlite";
import { WindlassError } from "../../task/errors.ts";
import type { TaskState } from "../../task/task.ts";
import { prepare, type Query, readStatements } from "./sql.ts";
import type { StateIn } from "./state-tables.ts";

/** All null if the task is gone. */
export type ClaimedRow = readonly [
  id: string | null,
  type: string,
  payload: string,
  rank: number,
  createdAt: number,
  runAt: number,
  failures: number,
  crashes: number,
  settings: string | null,
  putBackAt: number | null,
];

type HeldRow = readonly [token: number, rid: number, queue: number, id: string, marks: number];

type AttemptRow = readonly [
  worker: string,
  startedAt: number,
  failures: number,
  crashes: number,
  settings: string | null,
  attempts: string | null,
];

type ActivityRow = readonly [
  minute: number,
  added: number,
  completed: number,
  failed: number,
  crashed: number,
  dead: number,
  unhandled: number,
];

export type ViewRow = readonly [
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
  settings: string | null,
  payload: string,
  putBackAt: number | null,
];

/** Tasks per insert: a call into SQLite costs about as much as a small task, so some share one. */
export const ADDED_AT_ONCE = 32;

/** How a statement is prepared, and the type of its rows. */
interface Declared<Row> {
  /** Of the type that its rows have; there is no such value. */
  readonly row: Row | undefined;
  /** The statement of the same file whose text it has, with its row of values repeated. Undefined: a text of its own. */
  readonly repeats?: { readonly name: string; readonly times: number };
}

function rows<Row>(): Declared<Row> {
  return { row: undefined };
}

const none = rows<never>();

type Rid = readonly [rid: number];

export const STATEMENTS = {
  transaction: {
    begin: none,
    beginRead: none,
    commit: none,
    rollback: none,
    readSequence: rows<[last: number]>(),
    writeSequence: none,
    readTime: rows<[time: number]>(),
    readClock: rows<[boot: string, ahead: number]>(),
    writeClock: none,
  },
  queue: {
    find: rows<[qid: number]>(),
    name: rows<[name: string]>(),
    make: rows<[qid: number]>(),
    list: none,
    unlist: none,
    count: rows<[name: string, pending: number, paused: number]>(),
    notify: rows<[name: string, notifications: number]>(),
    notifications: rows<[name: string, notifications: number]>(),
    forClaim:
      rows<[qid: number, paused: number, pending: number, due: number | null, wallDue: number | null]>(),
    forMaintenance: rows<[qid: number, due: number, ...finished: number[]]>(),
    maintainable: rows<[yes: number]>(),
    infos: rows<[name: string, paused: number, oldest: number | null, ...numbers: number[]]>(),
    pendingTotal: rows<[pending: number]>(),
    pause: none,
    resume: rows<[qid: number, pending: number]>(),
  },
  task: {
    add: none,
    addMany: { ...none, repeats: { name: "add", times: ADDED_AT_ONCE } },
    find: rows<Rid>(),
    drop: none,
    setFailed: none,
    markDetail: none,
    renew: none,
    setPayload: none,
    setPriority: none,
    setPosition: none,
    setTime: none,
    mend: none,
  },
  ready: { addRange: none, put: none, drop: none, take: none, purge: rows<Rid>() },
  due: {
    addRange: none,
    put: none,
    drop: none,
    first: rows<[due: number | null, wallDue: number | null]>(),
    now: rows<[rid: number, state: StateIn<"due">, at: number]>(),
    purge: rows<Rid>(),
  },
  lease: {
    claim: none,
    claimed: rows<ClaimedRow>(),
    held: rows<HeldRow>(),
    attempt: rows<AttemptRow>(),
    ofWorker: rows<[token: number]>(),
    expired: rows<[token: number]>(),
    extend: rows<[cancel: number]>(),
    cancel: none,
    task: rows<Rid>(),
    drop: none,
    dropDangling: rows<[queue: number]>(),
  },
  finished: {
    put: none,
    drop: none,
    oldest: rows<[rid: number, finishedAt: number]>(),
    purge: rows<Rid>(),
  },
  key: {
    holder: rows<[id: string, fingerprint: string]>(),
    hold: none,
    revive: none,
    end: none,
    forget: none,
  },
  detail: { recordError: none, recordFailure: none, recordResult: none, drop: none },
  activity: { read: rows<ActivityRow>(), count: none, forget: none },
  list: {
    view: rows<ViewRow>(),
    fits: rows<[text: number, bytes: number]>(),
    walkAll: rows<Rid>(),
    walkReady: rows<Rid>(),
    walkFewReady: rows<Rid>(),
    walkDue: rows<Rid>(),
    walkLeases: rows<Rid>(),
    walkFinished: rows<Rid>(),
  },
};

type Declarations = typeof STATEMENTS;

/** `statements.FILE.NAME`, prepared. */
export type Statements = {
  readonly [F in keyof Declarations]: {
    readonly [N in keyof Declarations[F]]: Declarations[F][N] extends Declared<infer Row>
      ? Query<Exclude<Row, undefined>>
      : never;
  };
};

/** Prepares them all, once per connection. */
export function prepareAll(db: DatabaseSync): Statements {
  const files = Object.entries(STATEMENTS).map(([file, declared]) => {
    const texts = readStatements(file);
    const prepared = Object.entries(declared).map(([name, declaration]) => {
      const text = textOf(texts, file, name, declaration);
      return [name, prepare(db, text)] as const;
    });
    return [file, Object.fromEntries(prepared)] as const;
  });
  return Object.fromEntries(files) as unknown as Statements;
}

function textOf(
  texts: ReadonlyMap<string, string>,
  file: string,
  name: string,
  { repeats }: Declared<unknown>,
): string {
  const text = texts.get(repeats?.name ?? name);
  if (text === undefined) {
    throw new WindlassError(
      "INTERNAL",
      `${file}.sql has no statement ${name}; expected those of statements.ts`,
    );
  }
  return repeats === undefined ? text : repeated(text, repeats.times);
}

/** An INSERT with its row of values repeated. */
function repeated(text: string, times: number): string {
  return text.replace(/VALUES (\(.*\))/, (_, row: string) => `VALUES ${Array(times).fill(row).join(", ")}`);
}
