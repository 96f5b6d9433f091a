/**
 * A task as one opaque text in Redis: only this file and `lua/shared/record.lua` know its form.
 *
 * | characters | what |
 * |---|---|
 * | 9 | created at, ms, base 36 |
 * | 1 | priority |
 * | 1 | marks: "@" plus 1 run at, 4 crash limit, 8 key, 16 settings |
 * | n + 1 | each of those that is marked, in this order, then the type: each with a space behind. The settings are JSON with |
 * |  | its length and a space in front, in characters as UTF-16 has them, because it may have spaces of its own |
 * | rest | payload |
 *
 * Everything is text, so a command is one string for the client. With a type of 10 characters the head takes 22 bytes.
 * jemalloc's classes are 112 and 128 bytes here, of which a string needs 4: a payload of 100 bytes has room for 24.
 */
import { readSettings, writeSettings } from "../../store/settings-text.ts";
import type { TaskSettings } from "../../task/settings.ts";
import type { NewTask } from "../../task/task.ts";

const CREATED_AT = 9;
const HEAD = 11;
const RUN_AT = 1;
const CRASH_LIMIT = 4;
const KEY = 8;
const SETTINGS = 16;
const ALL_MARKS = 31;
const NO_MARKS = 64;

const HIGHEST_CRASH_LIMIT = 2 ** 31;

/** What a record says. */
export interface RecordFields {
  readonly createdAt: number;
  readonly priority: number;
  readonly runAt: number;
  /** Undefined if it was given none. In the text, the crash limit is a field of its own, because scripts compare it. */
  readonly settings: TaskSettings | undefined;
  readonly key: string | undefined;
  readonly type: string;
  readonly payload: string;
}

/** An instant as records have it. */
export function stampOf(instant: number): string {
  return Math.max(0, Math.trunc(instant)).toString(36).padStart(CREATED_AT, "0");
}

/** A task's record. `runsLater`: the script puts in when it is to run, by the store's clock. */
export function writeRecord(task: NewTask, stamp: string, runsLater: boolean): string {
  const { crashLimit, key } = task;
  let marks = NO_MARKS;
  let fields = "";
  if (runsLater) marks += RUN_AT;
  if (crashLimit !== undefined) {
    marks += CRASH_LIMIT;
    fields += `${Math.min(Math.max(0, Math.trunc(crashLimit)), HIGHEST_CRASH_LIMIT)} `;
  }
  if (key !== undefined) {
    marks += KEY;
    fields += `${key.value} `;
  }
  const settings = writeSettings(crashLimit === undefined ? task : { ...task, crashLimit: undefined });
  if (settings !== undefined) {
    marks += SETTINGS;
    fields += `${settings.length} ${settings} `;
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
  const crashLimit = (marks & CRASH_LIMIT) === 0 ? undefined : Number(next());
  const key = (marks & KEY) === 0 ? undefined : next();
  const others = (marks & SETTINGS) === 0 ? undefined : readSettings(next(Number(next())));
  if ((marks & SETTINGS) !== 0 && others === undefined) return undefined;
  const settings = crashLimit === undefined ? others : { ...others, crashLimit };
  const type = next();
  if (type === "" || key === "" || Number.isNaN(runAt) || Number.isNaN(crashLimit)) return undefined;
  return { createdAt, priority, runAt, settings, key, type, payload: text.slice(at) };
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
