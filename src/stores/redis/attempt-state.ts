/** What a task has only if something happened to it: the small texts beside its record. */
import type { DeadReason, FailedAttempt, TaskError } from "../../task/task.ts";

export interface AttemptState {
  readonly failures: number;
  readonly crashes: number;
  readonly cancelRequested: boolean;
  /** Undefined: as the record says. */
  readonly runAt: number | undefined;
  readonly deadReason: DeadReason | undefined;
  /** In the place of a reason, behind an "@": what is put back is not dead. */
  readonly putBackAt: number | undefined;
}

const NOTHING: AttemptState = {
  failures: 0,
  crashes: 0,
  cancelRequested: false,
  runAt: undefined,
  deadReason: undefined,
  putBackAt: undefined,
};

export function readAttemptState(text: Buffer | null | undefined): AttemptState {
  if (text == null || text.length === 0) return NOTHING;
  const [failures, crashes, stop, runAt, reason = "-"] = text.toString("latin1").split(" ");
  const isPutBack = reason.startsWith("@");
  return {
    failures: Number(failures),
    crashes: Number(crashes),
    cancelRequested: stop === "1",
    runAt: runAt === "-" ? undefined : Number(runAt),
    deadReason: isPutBack || reason === "-" ? undefined : (reason as DeadReason),
    putBackAt: isPutBack ? Number(reason.slice(1)) : undefined,
  };
}

/** Attempts, one a line: kind, started, ended, number, worker, error as JSON. JSON has no line breaks of its own. */
export function readAttempts(text: Buffer): FailedAttempt[] {
  if (text.length === 0) return [];
  return text.toString("utf8").split("\n").map(readAttempt);
}

function readAttempt(line: string): FailedAttempt {
  const [kind, startedAt, endedAt, attempt, worker] = line.split(" ", 5);
  const json = line.split(" ").slice(5).join(" ");
  return {
    attempt: Number(attempt),
    outcome: kind === "F" ? "failed" : "crashed",
    startedAt: Number(startedAt),
    endedAt: Number(endedAt),
    worker: readWorker(worker ?? ""),
    ...(json !== "" && { error: readError(json) }),
  };
}

export function writeError(error: TaskError): string {
  const { name, message, code, stack } = error;
  return JSON.stringify({ name, message, code, stack });
}

function readError(json: string): TaskError {
  try {
    return JSON.parse(json) as TaskError;
  } catch {
    return { name: "Unreadable", message: json };
  }
}

/**
 * A worker's name as one word, which the lines above need, padded so that a lease is longer than 64 bytes: Redis keeps
 * small hashes as a packed list as long as no value is (hash-max-listpack-value), and with 128 leases in it each look
 * takes 1 us.
 */
export function writeWorker(worker: string): string {
  return encodeURIComponent(worker.toWellFormed()).padEnd(24);
}

export function readWorker(word: string): string {
  try {
    return decodeURIComponent(word.trimEnd());
  } catch {
    return word;
  }
}
