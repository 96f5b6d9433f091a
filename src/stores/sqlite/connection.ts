/** One open file: transactions, and what follows a commit. */
import type { DatabaseSync } from "node:sqlite";
import type { Clock, Random } from "../../store/clock.ts";
import { WindlassError } from "../../task/errors.ts";
import { reasonOf, shorten } from "../../task/quote.ts";
import { openDatabase, type Settings } from "./database.ts";
import { resultOf, toWindlassError } from "./errors.ts";
import { letOthersIn, LockWaiter } from "./lock-waiter.ts";
import { Notifier } from "./notifier.ts";
import { notifierPath, prepareFile, recognise } from "./preflight.ts";
import { Presence } from "./presence.ts";
import { QueueNumbers } from "./queue-numbers.ts";
import { SqliteSignal } from "./signal.ts";
import { prepareAll, type Statements } from "./statements.ts";
import { StoreTime } from "./store-time.ts";
import { type Committed, type Transact, Transaction } from "./transaction.ts";

export interface ConnectionOptions extends Settings {
  readonly path: string;
  readonly clock: Clock;
  readonly random: Random;
}

interface OpenFile {
  readonly path: string;
  readonly presence: Presence;
  readonly db: DatabaseSync;
  readonly sql: Statements;
  readonly notifier: Notifier;
}

export class Connection {
  readonly signal: SqliteSignal;
  readonly #options: ConnectionOptions;
  /** The path as errors show it. */
  readonly #name: string;
  readonly #numbers = new QueueNumbers();
  readonly #time: StoreTime;
  readonly #writers: LockWaiter;
  /** Readers wait only for recovery after a crash; they must not queue behind writers. */
  readonly #readers: LockWaiter;
  #opening: Promise<void> | undefined;
  #open: OpenFile | undefined;
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#name = shorten(options.path);
    this.#time = new StoreTime(options.clock);
    this.#writers = new LockWaiter({ ...options, path: this.#name });
    this.#readers = new LockWaiter({ ...options, path: this.#name });
    this.signal = new SqliteSignal({
      read: () => this.#readNotifications(),
      listening: (anybody) => (anybody ? this.#open?.notifier.listen() : this.#open?.notifier.stop()),
    });
  }

  /** Idempotent. After a failure it may be tried again. */
  async open(): Promise<void> {
    if (this.#closed) void this.file;
    this.#opening ??= this.#openFile().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    await this.#opening;
  }

  /** The open file, or fails with `STORE_CLOSED` after its end, `STORE_UNAVAILABLE` before its beginning. */
  get file(): OpenFile {
    if (this.#open !== undefined) return this.#open;
    if (this.#closed) {
      throw new WindlassError("STORE_CLOSED", `the store ${this.#name} was closed before this call`);
    }
    throw new WindlassError("STORE_UNAVAILABLE", `the store ${this.#name} is not open yet`, {
      remedy: "Wait for open() before any other call.",
    });
  }

  /** One transaction under the write lock. What `body` answers is committed when the promise resolves. */
  write<T>(body: (tx: Transaction) => T): Promise<T> {
    return this.#run(this.#writers, (file) => this.#transact(file, body));
  }

  /**
   * `write` for a call that takes several transactions. Between two of them others get at the lock and at this thread; a
   * failure after the first is `UNKNOWN`, because a part of the call has taken effect.
   */
  series(): Transact {
    let begun = false;
    return async (body) => {
      if (begun) await letOthersIn();
      try {
        const result = await this.write(body);
        begun = true;
        return result;
      } catch (error) {
        throw begun ? partlyDone(error, this.#name) : error;
      }
    };
  }

  /** One view of the file; takes no lock that anybody would wait for. */
  read<T>(body: (tx: Transaction) => T): Promise<T> {
    return this.#run(this.#readers, (file) => {
      file.presence.check();
      file.sql.transaction.beginRead.run();
      try {
        return body(this.#begun(file));
      } finally {
        if (file.db.isTransaction) file.sql.transaction.commit.run();
      }
    });
  }

  close(): void {
    this.#closed = true;
    this.signal.close();
    const open = this.#open;
    this.#open = undefined;
    open?.notifier.stop();
    open?.db.close();
  }

  async #openFile(): Promise<void> {
    const { path, clock, random } = this.#options;
    const real = prepareFile(path);
    const presence = new Presence(real);
    const waiter = new LockWaiter({ clock, random, path: shorten(real) });
    const db = await translated(real, () =>
      waiter.run(() => {
        recognise(real);
        return openDatabase(real, this.#options);
      }),
    );
    const sql = prepareStatements(db, real, presence);
    try {
      await translated(real, () => waiter.run(() => this.#time.open(db, sql)));
      if (this.#closed) void this.file;
    } catch (error) {
      db.close();
      throw error;
    }
    this.#open = {
      path: real,
      presence,
      db,
      sql,
      notifier: new Notifier(notifierPath(real), () => this.signal.notified()),
    };
  }

  #run<T>(waiter: LockWaiter, attempt: (file: OpenFile) => T): Promise<T> {
    return translated(this.#name, () => waiter.run(() => attempt(this.file)));
  }

  #transact<T>(file: OpenFile, body: (tx: Transaction) => T): T {
    const { db, sql, notifier, presence } = file;
    const tx = this.#begun(file);
    sql.transaction.begin.run();
    let result: T;
    let committed: Committed;
    try {
      result = body(tx);
      committed = tx.flush();
      presence.check(); // as late as can be: what comes between this and the commit is lost
      commit(sql, file.path);
    } catch (error) {
      this.#numbers.forget();
      // SQLite has rolled back by itself after some errors, such as a full disk.
      if (db.isTransaction) sql.transaction.rollback.run();
      if (resultOf(error) !== undefined) presence.check(); // a better reason for what SQLite could not read
      throw error;
    }
    this.signal.committed(committed);
    if (committed.notify.length > 0) notifier.notify(tx.now);
    return result;
  }

  #begun({ sql }: OpenFile): Transaction {
    return new Transaction(sql, this.#numbers, this.#time.read());
  }

  #readNotifications(): readonly (readonly [string, number])[] | undefined {
    try {
      return this.#open?.sql.queue.notifications.all();
    } catch {
      return undefined;
    }
  }
}

function partlyDone(cause: unknown, path: string): WindlassError {
  const message = `a part of the call is written to ${path}, then it failed: ${reasonOf(cause)}`;
  return new WindlassError("UNKNOWN", message, {
    cause,
    remedy: "Do it again: what was done stays done.",
  });
}

/** A commit that fails in the disk may have reached it all the same. */
function commit(sql: Statements, path: string): void {
  try {
    sql.transaction.commit.run();
  } catch (error) {
    if (resultOf(error) !== 10) throw error;
    throw new WindlassError("UNKNOWN", `the disk failed while ${shorten(path)} was committed`, {
      cause: error,
    });
  }
}

function prepareStatements(db: DatabaseSync, path: string, presence: Presence): Statements {
  try {
    const sql = prepareAll(db);
    presence.opened();
    return sql;
  } catch (error) {
    db.close();
    // The version is ours, so what is missing was taken away.
    if (resultOf(error) !== 1) throw toWindlassError(error, path);
    throw new WindlassError(
      "STORE_CORRUPT",
      `${shorten(path)} lacks a part of its schema (${(error as Error).message})`,
      {
        cause: error,
      },
    );
  }
}

async function translated<T>(path: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toWindlassError(error, path);
  }
}
