/** What Redis and the way to it answer when they fail, in the terms of `task/errors.ts`. */
import { ErrorReply } from "@redis/client";
import { type ErrorCode, WindlassError } from "../../task/errors.ts";
import { quote } from "../../task/names.ts";

interface Rule {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly meaning: string;
  readonly remedy?: string;
}

/** Searched, not anchored: an error from within a script may be wrapped in a sentence (before Redis 7). */
const RULES: readonly Rule[] = [
  {
    pattern: /\bOOM\b/,
    code: "STORE_FULL",
    meaning: "Redis has reached maxmemory; nothing was written",
    remedy: "Let workers drain it, purge finished tasks, or raise maxmemory.",
  },
  {
    pattern: /\bWRONGTYPE\b/,
    code: "STORE_CORRUPT",
    meaning: "a key of Windlass holds another kind of value; another program wrote to it",
    remedy: "Find that program; remove the key, or give Windlass a prefix of its own.",
  },
  { pattern: /\bREADONLY\b/, code: "STORE_UNAVAILABLE", meaning: "this Redis is a read-only replica" },
  { pattern: /\bLOADING\b/, code: "STORE_UNAVAILABLE", meaning: "Redis is still loading its data" },
  {
    pattern: /\bMASTERDOWN\b/,
    code: "STORE_UNAVAILABLE",
    meaning: "the replica has no connection to its primary",
  },
  {
    pattern: /\b(?:CLUSTERDOWN|TRYAGAIN|ASK|MOVED)\b/,
    code: "STORE_UNAVAILABLE",
    meaning: "no node of the cluster serves this queue now",
  },
  {
    pattern: /\bMISCONF\b/,
    code: "STORE_UNAVAILABLE",
    meaning: "Redis cannot write its data to disk and takes no more",
    remedy: "Look at its log; the disk is full or not writable.",
  },
  {
    pattern: /\bNOREPLICAS\b/,
    code: "STORE_UNAVAILABLE",
    meaning: "fewer replicas are connected than min-replicas-to-write asks for",
  },
  { pattern: /\bBUSY\b/, code: "STORE_BUSY", meaning: "Redis is held up by a script of another program" },
  {
    pattern: /\bNOPERM\b/,
    code: "STORE_UNSUITABLE",
    meaning: "the user of the URL lacks a right that Windlass needs",
    remedy: "Grant it; the manual lists the least rights.",
  },
  {
    pattern:
      /\b(?:WRONGPASS|NOAUTH|invalid password|invalid username-password|without any password configured)\b/i,
    code: "INVALID_URL",
    meaning: "Redis refused the user name or the password",
    remedy: "Correct them in the URL: redis://user:password@host:port/db.",
  },
  {
    pattern: /DB index is out of range|invalid DB index|SELECT is not allowed/i,
    code: "INVALID_URL",
    meaning: "this Redis has no database of that number",
    remedy: "Use one that exists (0 to 15 by default; a cluster has only 0).",
  },
];

/** The error for a reply of Redis that is an error. Nothing was written, except with `UNKNOWN`. */
export function replyError(error: Error): WindlassError {
  const rule = RULES.find(({ pattern }) => pattern.test(error.message));
  if (rule === undefined) {
    return new WindlassError("INTERNAL", `Redis answered: ${firstLine(error.message)}`, { cause: error });
  }
  return new WindlassError(rule.code, `${rule.meaning}: ${firstLine(error.message)}`, {
    cause: error,
    remedy: rule.remedy,
  });
}

/** Redis could not be reached, or is known not to be: nothing was sent. */
export function unavailable(address: string, why: string, cause?: unknown): WindlassError {
  return new WindlassError("STORE_UNAVAILABLE", `Redis at ${address} cannot be reached: ${why}`, { cause });
}

/** The call was sent and its answer did not come. */
export function unknown(address: string, why: string, cause?: unknown): WindlassError {
  return new WindlassError(
    "UNKNOWN",
    `the call was sent to Redis at ${address} but not answered (${why}); it may or may not have taken effect`,
    { cause },
  );
}

/** A short reason from whatever a socket or a resolver throws. Never contains a password: those are not in errors. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return firstLine(error.message) || error.name;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!.slice(0, 300);
}

/** Whatever a call of Redis fails with, in our terms. */
export function toWindlass(error: unknown): WindlassError {
  if (error instanceof WindlassError) return error;
  if (error instanceof ErrorReply) return replyError(error);
  return unknown("this address", String(error), error);
}

/** For what Redis answers as the priorities of a queue, if they are none. */
export function garbled(queue: string, priorities: string): WindlassError {
  return new WindlassError(
    "STORE_CORRUPT",
    `Redis answered ${quote(priorities.slice(0, 40))} as the priorities of ${queue}; expected digits`,
    {
      remedy:
        "Look at the field priorities of the queue's key meta: another program wrote to it, or to the connection.",
    },
  );
}
