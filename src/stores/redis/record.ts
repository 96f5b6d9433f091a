/**
 * A task as one opaque text in Redis: only this file and `lua/shared/record.lua` know its form.
 *
 * | characters | what |
 * |---|---|
 * | 9 | created at, ms, base 36 |
 * | 1 | priority |
 * | 1 | marks: "@" plus 1 run at, 2 retry limit, 4 crash limit, 8 key, 16 headers |
 * | n + 1 | each of those that is marked, in this order, then the type: each with a space behind. Headers are a JSON object |
 * |  | with its length and a space in front, in characters as UTF-16 has them, because it may have spaces of its own |
 * | rest | payload |
 *
 * Everything is text, so a command is one string for the client. With a type of 10 characters the head takes 22 bytes.
 * jemalloc's classes are 112 and 128 bytes here, of which a string needs 4: a payload of 100 bytes has room for 24.
 */
import type { Headers } from "../../task/headers.ts";
import { DEFAULT_CRASH_LIMIT, type NewTask } from "../../task/task.ts";

const CREATED_AT = 9;
const HEAD = 11;
const RUN_AT = 1;
const RETRY_LIMIT = 2;
const CRASH_LIMIT = 4;
const KEY = 8;
const HEADERS = 16;
const ALL_MARKS = 31;
const NO_MARKS = 64;

const HIGHEST_CRASH_LIMIT = 2 ** 31;

/** What a record says. */
export interface RecordFields {
  readonly createdAt: number;
  readonly priority: number;
  readonly runAt: number;
  readonly retryLimit: number | undefined;
  readonly crashLimit: number;
  readonly key: string | undefined;
  readonly headers: Headers | undefined;
  readonly type: string;
  readonly payload: string;
}

/** An instant as records have it. */
export function stampOf(instant: number): string {
  return Math.max(0, Math.trunc(instant)).toString(36).padStart(CREATED_AT, "0");
}

/** A task's record. `runsLater`: the script puts in when it is to run, by the store's clock. */
export function writeRecord(task: NewTask, stamp: string, runsLater: boolean): string {
  const { retryLimit, crashLimit, key, headers } = task;
  let marks = NO_MARKS;
  let fields = "";
  if (runsLater) marks += RUN_AT;
  if (retryLimit !== undefined) {
    marks += RETRY_LIMIT;
    fields += `${retryLimit} `;
  }
  if (crashLimit !== undefined) {
    marks += CRASH_LIMIT;
    fields += `${Math.min(Math.max(0, Math.trunc(crashLimit)), HIGHEST_CRASH_LIMIT)} `;
  }
  if (key !== undefined) {
    marks += KEY;
    fields += `${key.value} `;
  }
  if (headers !== undefined) {
    const json = JSON.stringify(headers);
    marks += HEADERS;
    fields += `${json.length} ${json} `;
  }
  return `${stamp}${task.priority}${String.fromCharCode(marks)}${fields}${task.type} ${task.payload}`;
}

/** The record's fields; undefined if it is cut or was never one. */
export function readRecord(record: Buffer): RecordFields | undefined {
  const text = record.toString();
  const createdAt = Number.parseInt(text.slice(0, CREATED_AT), 36);
  const priority = text.charCodeAt(CREATED_AT) - 48;
  const marks = text.charCodeAt(CREATED_AT + 1) - NO_MARKS;
  if (!(createdAt >= 0 && priority >= 0 && priority <= 9 && marks >= 0 && marks <= ALL_MARKS))
    return undefined;
  let at = HEAD;
  const next = (length?: number): string => {
    const space = length === undefined ? text.indexOf(" ", at) : at + length;
    const field = space < 0 ? "" : text.slice(at, space);
    at = space < 0 ? text.length + 1 : space + 1;
    return field;
  };
  const runAt = (marks & RUN_AT) === 0 ? createdAt : Number(next());
  const retryLimit = (marks & RETRY_LIMIT) === 0 ? undefined : Number(next());
  const crashLimit = (marks & CRASH_LIMIT) === 0 ? DEFAULT_CRASH_LIMIT : Number(next());
  const key = (marks & KEY) === 0 ? undefined : next();
  const headers = (marks & HEADERS) === 0 ? undefined : readHeaders(next(Number(next())));
  const type = next();
  if (type === "" || key === "" || Number.isNaN(runAt) || Number.isNaN(crashLimit) || headers === null) {
    return undefined;
  }
  return {
    createdAt,
    priority,
    runAt,
    retryLimit,
    crashLimit,
    key,
    headers,
    type,
    payload: text.slice(at),
  };
}

/** Null if it was cut or was never one. */
function readHeaders(json: string): Headers | null {
  try {
    const headers: unknown = JSON.parse(json);
    return typeof headers === "object" ? (headers as Headers | null) : null;
  } catch {
    return null;
  }
}

/** The record with another payload or priority, all else as it is. */
export function rewriteRecord(
  record: Buffer,
  change: { readonly payload?: string | undefined; readonly priority?: number | undefined },
): string | undefined {
  const fields = readRecord(record);
  if (fields === undefined) return undefined;
  const { priority = fields.priority, payload = fields.payload } = change;
  const text = record.toString();
  const head = text.slice(0, text.length - fields.payload.length);
  return `${head.slice(0, CREATED_AT)}${priority}${head.slice(CREATED_AT + 1)}${payload}`;
}
