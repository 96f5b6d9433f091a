/** One open file: transactions, and what follows a commit. */
import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import type { Clock, Random } from "../../store/clock.ts";
import { WindlassError } from "../../task/errors.ts";
import { Bell } from "./bell.ts";
import { openDatabase, type Settings } from "./database.ts";
import { resultOf, toWindlassError } from "./fault.ts";
import { Gate } from "./gate.ts";
import { bellOf, prepareGround, recognise } from "./ground.ts";
import { QueueNumbers } from "./queues.ts";
import { Signals } from "./signals.ts";
import { prepareAll, type Statements } from "./statements.ts";
import { Work } from "./work.ts";

export interface ConnectionOptions extends Settings {
  readonly path: string;
  readonly clock: Clock;
  readonly random: Random;
}

interface Open {
  readonly path: string;
  readonly inode: bigint;
  readonly db: DatabaseSync;
  readonly s: Statements;
  readonly bell: Bell;
}

export class Connection {
  readonly numbers = new QueueNumbers();
  readonly signals: Signals;
  readonly #options: ConnectionOptions;
  readonly #writers: Gate;
  /** Readers wait only for recovery after a crash; they must not queue behind writers. */
  readonly #readers: Gate;
  #opening: Promise<void> | undefined;
  #open: Open | undefined;
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#writers = new Gate(options);
    this.#readers = new Gate(options);
    this.signals = new Signals({
      read: () => this.#readStirs(),
      listening: (anybody) => (anybody ? this.#open?.bell.listen() : this.#open?.bell.quiet()),
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
  get file(): Open {
    if (this.#open !== undefined) return this.#open;
    if (this.#closed) {
      throw new WindlassError("STORE_CLOSED", `the store ${this.#options.path} was closed before this call`);
    }
    throw new WindlassError("STORE_UNAVAILABLE", `the store ${this.#options.path} is not open yet`, {
      remedy: "Wait for open() before any other call.",
    });
  }

  /** One transaction under the write lock. What `body` answers is committed when the promise resolves. */
  write<T>(body: (work: Work) => T): Promise<T> {
    return this.#pass(this.#writers, (file) => this.#transact(file, body));
  }

  /** One view of the file; takes no lock that anybody would wait for. */
  read<T>(body: (work: Work) => T): Promise<T> {
    return this.#pass(this.#readers, (file) => {
      file.s.beginRead.run();
      try {
        return body(this.#work(file));
      } finally {
        if (file.db.isTransaction) file.s.commit.run();
      }
    });
  }

  /** Fails with `STORE_UNAVAILABLE` if the file was removed or replaced: what is written to it is lost. */
  checkStillThere(): void {
    const { path, inode } = this.file;
    if (statSync(path, { bigint: true, throwIfNoEntry: false })?.ino === inode) return;
    throw new WindlassError(
      "STORE_UNAVAILABLE",
      `${path} was removed or replaced while in use; expected the file that was opened`,
      { remedy: "Stop the programs that use it, put the file back, and start them again." },
    );
  }

  close(): void {
    this.#closed = true;
    this.signals.close();
    const open = this.#open;
    this.#open = undefined;
    open?.bell.quiet();
    open?.db.close();
  }

  async #openFile(): Promise<void> {
    const { path, clock, random } = this.#options;
    const real = prepareGround(path);
    const gate = new Gate({ clock, random, path: real });
    const db = await translated(real, () =>
      gate.pass(() => {
        recognise(real);
        return openDatabase(real, this.#options);
      }),
    );
    if (this.#closed) {
      db.close();
      void this.file;
    }
    const bell = new Bell(bellOf(real), () => this.signals.heard());
    this.#open = {
      path: real,
      inode: statSync(real, { bigint: true }).ino,
      db,
      s: prepareStatements(db, real),
      bell,
    };
  }

  #pass<T>(gate: Gate, attempt: (file: Open) => T): Promise<T> {
    return translated(this.#options.path, () => gate.pass(() => attempt(this.file)));
  }

  #transact<T>(file: Open, body: (work: Work) => T): T {
    const { db, s, bell } = file;
    const work = this.#work(file);
    s.begin.run();
    let result: T;
    let woken: readonly string[];
    let stirred: Parameters<Signals["committed"]>[1];
    try {
      result = body(work);
      ({ woken, stirred } = work.flush());
      commit(s, file.path);
    } catch (error) {
      this.numbers.forget();
      // SQLite has rolled back by itself after some errors, such as a full disk.
      if (db.isTransaction) s.rollback.run();
      throw error;
    }
    this.signals.committed(woken, stirred);
    if (stirred.length > 0) bell.ring(work.now);
    return result;
  }

  #work({ s }: Open): Work {
    return new Work(s, Math.floor(this.#options.clock.now()));
  }

  #readStirs(): readonly (readonly [string, number])[] | undefined {
    try {
      return this.#open?.s.queueStirs.all();
    } catch {
      return undefined;
    }
  }
}

/** A commit that fails in the disk may have reached it all the same. */
function commit(s: Statements, path: string): void {
  try {
    s.commit.run();
  } catch (error) {
    if (resultOf(error) !== 10) throw error;
    throw new WindlassError("UNKNOWN", `the disk failed while ${path} was committed`, { cause: error });
  }
}

function prepareStatements(db: DatabaseSync, path: string): Statements {
  try {
    return prepareAll(db);
  } catch (error) {
    db.close();
    // The version is ours, so what is missing was taken away.
    if (resultOf(error) !== 1) throw toWindlassError(error, path);
    throw new WindlassError(
      "STORE_CORRUPT",
      `${path} lacks a part of its schema (${(error as Error).message})`,
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
