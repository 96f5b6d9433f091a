/** Small tools for the tests of the SQLite store. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import type { Lease, Store } from "../../src/store/store.ts";
import type { NewTask } from "../../src/task/task.ts";

/** The `nth` id; ids differ in `lane`, so that several programs can make them. */
export function uuid(nth: number, lane = 0): string {
  return `0000${String(lane).padStart(4, "0")}-0000-7000-8000-${String(nth).padStart(12, "0")}`;
}

export function newTask(nth: number, change: Partial<NewTask> = {}): NewTask {
  return { id: uuid(nth), type: "work", queue: "q", payload: `{"nth":${nth}}`, priority: 5, ...change };
}

/** Leases up to `max` tasks of the queue `q`. */
export async function claim(store: Store, max = 100, leaseMs = 30_000): Promise<readonly Lease[]> {
  const { leases } = await store.exchange({
    settle: [],
    claim: { queues: ["q"], max, leaseMs, worker: "w" },
  });
  return leases;
}

/** The file is sound, and the counts of every queue are what counting says. */
export function assertSound(path: string): void {
  using db = new DatabaseSync(path);
  assert.deepEqual({ ...db.prepare("PRAGMA integrity_check").get() }, { integrity_check: "ok" });
  const queues = db
    .prepare(
      `SELECT name,
        json_array(pending, scheduled + retrying, running, completed + cancelled + dead) AS kept,
        json_array(
          (SELECT count(*) FROM ready WHERE queue = qid), (SELECT count(*) FROM due WHERE queue = qid),
          (SELECT count(*) FROM lease WHERE queue = qid), (SELECT count(*) FROM finished WHERE queue = qid)
        ) AS counted
      FROM queue`,
    )
    .all();
  assert.notEqual(queues.length, 0);
  for (const { name, kept, counted } of queues) assert.equal(kept, counted, `counts of ${String(name)}`);
}

/** A program that a test starts; it is killed at the end, however that comes. */
export interface Program extends AsyncDisposable {
  readonly child: ChildProcess;
  /** The next line that it prints; fails when it ends before. */
  line(): Promise<string>;
  /** Sends a line. */
  tell(line: string): void;
  /** Its exit code, or the signal that ended it. */
  readonly end: Promise<number | string>;
}

/** Starts `test/support/programs/NAME.ts`. */
export function startProgram(name: string, ...values: readonly string[]): Program {
  const file = join(import.meta.dirname, "programs", `${name}.ts`);
  const child = spawn(process.execPath, ["--conditions=windlass:source", file, ...values], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const end = once(child, "close").then(([code, signal]) => (signal ?? code) as number | string);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    end,
    async line() {
      const { done, value } = await lines.next();
      if (done === true) throw new Error(`${name} ended with ${await end} instead of printing a line`);
      return value;
    },
    tell: (line) => void child.stdin.write(`${line}\n`),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await end;
    },
  };
}
