/**
 * A task as one opaque string in Redis: only this file and `lua/shared/record.lua` know its form.
 *
 * | bytes | what |
 * |---|---|
 * | 6 | created at, ms, big-endian: written by the script, by the store's clock |
 * | 1 | priority (low four bits) and marks (below) |
 * | 6 | run at, ms (mark 16): written by the script |
 * | 8 | retry limit, a double (mark 32) |
 * | 4 | crash limit (mark 64) |
 * | 1 + n | key (mark 128) |
 * | 1 + n | type |
 * | rest | payload, UTF-8 |
 *
 * With a type of 10 characters this is 18 bytes more than the payload. jemalloc's classes are 112 and 128 bytes here,
 * of which a string needs 4: a payload of 100 bytes has room for 24 more.
 */
import { DEFAULT_CRASH_LIMIT, type NewTask } from "../../task/task.ts";

const STAMP_BYTES = 6;
const RUN_AT = 16;
const RETRY_LIMIT = 32;
const CRASH_LIMIT = 64;
const KEY = 128;

const HIGHEST_CRASH_LIMIT = 2 ** 32 - 1;

/** What a record says. */
export interface RecordFields {
  readonly createdAt: number;
  readonly priority: number;
  readonly runAt: number;
  readonly retryLimit: number | undefined;
  readonly crashLimit: number;
  readonly key: string | undefined;
  readonly type: string;
  readonly payload: string;
  /** Where the payload begins. */
  readonly payloadAt: number;
}

/** At most as many bytes as `writeBody` writes. */
export function bodyBytes(task: NewTask): number {
  const { payload, key } = task;
  // Measuring costs as much as writing, so it is only done where three bytes per character would waste memory.
  const text = payload.length < 4_096 ? payload.length * 3 : Buffer.byteLength(payload);
  return 15 + (key === undefined ? 0 : key.value.length) + task.type.length + text;
}

/** Writes what the producer knows of a task: everything but the two instants. Answers where it ends. */
export function writeBody(target: Buffer, start: number, task: NewTask): number {
  const { retryLimit, crashLimit, key, type } = task;
  let at = start + 1;
  let marks = task.priority;
  if (retryLimit !== undefined) {
    marks |= RETRY_LIMIT;
    at = target.writeDoubleBE(retryLimit, at);
  }
  if (crashLimit !== undefined) {
    marks |= CRASH_LIMIT;
    at = target.writeUInt32BE(Math.min(Math.max(0, Math.trunc(crashLimit)), HIGHEST_CRASH_LIMIT), at);
  }
  if (key !== undefined) {
    marks |= KEY;
    target[at] = key.value.length;
    at += 1 + target.write(key.value, at + 1, "latin1");
  }
  target[at] = type.length;
  at += 1 + target.write(type, at + 1, "latin1");
  at += target.write(task.payload, at);
  target[start] = marks;
  return at;
}

/** A task's body alone. Mark 16 is left to `markRunAt`. */
export function packBody(task: NewTask): Buffer {
  const target = Buffer.allocUnsafe(bodyBytes(task));
  return target.subarray(0, writeBody(target, 0, task));
}

/** Marks a body at `start` as one into which the script writes when to run. */
export function markRunAt(target: Buffer, start: number): void {
  target[start] = target[start]! | RUN_AT;
}

/** The record's fields; undefined if it is cut or was never one. */
export function readRecord(record: Buffer): RecordFields | undefined {
  if (record.length < STAMP_BYTES + 2) return undefined;
  const createdAt = record.readUIntBE(0, STAMP_BYTES);
  const marks = record[STAMP_BYTES]!;
  const priority = marks % 16;
  let at = STAMP_BYTES + 1;
  let runAt = createdAt;
  let retryLimit: number | undefined;
  let crashLimit = DEFAULT_CRASH_LIMIT;
  let key: string | undefined;
  const has = (bytes: number): boolean => at + bytes <= record.length;
  if (priority > 9) return undefined;
  if ((marks & RUN_AT) !== 0) {
    if (!has(6)) return undefined;
    runAt = record.readUIntBE(at, 6);
    at += 6;
  }
  if ((marks & RETRY_LIMIT) !== 0) {
    if (!has(8)) return undefined;
    retryLimit = record.readDoubleBE(at);
    at += 8;
  }
  if ((marks & CRASH_LIMIT) !== 0) {
    if (!has(4)) return undefined;
    crashLimit = record.readUInt32BE(at);
    at += 4;
  }
  if ((marks & KEY) !== 0) {
    if (!has(1) || !has(1 + record[at]!)) return undefined;
    key = record.toString("latin1", at + 1, at + 1 + record[at]!);
    at += 1 + record[at]!;
  }
  const typeLength = record[at];
  if (typeLength === undefined || typeLength === 0 || !has(1 + typeLength)) return undefined;
  const type = record.toString("latin1", at + 1, at + 1 + typeLength);
  const payloadAt = at + 1 + typeLength;
  const payload = record.toString("utf8", payloadAt);
  return { createdAt, priority, runAt, retryLimit, crashLimit, key, type, payload, payloadAt };
}

/** The record with another payload or priority, all else as it is. */
export function rewriteRecord(
  record: Buffer,
  change: { readonly payload?: string | undefined; readonly priority?: number | undefined },
): Buffer | undefined {
  const fields = readRecord(record);
  if (fields === undefined) return undefined;
  const { payload, priority = fields.priority } = change;
  const next =
    payload === undefined
      ? Buffer.from(record)
      : Buffer.concat([record.subarray(0, fields.payloadAt), Buffer.from(payload)]);
  next[STAMP_BYTES] = (record[STAMP_BYTES]! & 0xf0) | priority;
  return next;
}
