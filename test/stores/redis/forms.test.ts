/** What is stored and sent comes back as it was: ids, records, workers, slots. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { readWorker, writeWorker } from "../../../src/stores/redis/attempt-state.ts";
import { ID_BYTES, packIds, readId, tokenText } from "../../../src/stores/redis/id.ts";
import { mergePriorities } from "../../../src/stores/redis/layout.ts";
import { slotOf } from "../../../src/stores/redis/net/slot.ts";
import { readRecord, rewriteRecord, stampOf, writeRecord } from "../../../src/stores/redis/record.ts";
import { settingsOf } from "../../../src/task/settings.ts";
import type { NewTask } from "../../../src/task/task.ts";

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/);

const anyTask: fc.Arbitrary<NewTask> = fc.record({
  id: fc.uuid(),
  type: name,
  queue: name,
  payload: fc.oneof(fc.json(), fc.string({ unit: "grapheme" })),
  priority: fc.integer({ min: 0, max: 9 }),
  retryLimit: fc.option(fc.nat(), { nil: undefined }),
  crashLimit: fc.option(fc.nat(), { nil: undefined }),
  key: fc.option(
    fc.record({
      value: fc.stringMatching(/^[\x21-\x7e]{1,255}$/),
      windowMs: fc.nat(),
      fingerprint: fc.string(),
    }),
    { nil: undefined },
  ),
  headers: fc.option(
    fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9._-]{0,20}$/), fc.string({ unit: "grapheme" }), {
      maxKeys: 5,
      noNullPrototype: true,
    }),
    { nil: undefined },
  ),
});

function recordOf(task: NewTask, createdAt: number): Buffer {
  return Buffer.from(writeRecord(task, stampOf(createdAt), false));
}

void test("a record says what the task said", () => {
  fc.assert(
    fc.property(anyTask, fc.nat(2 ** 41), (task, createdAt) => {
      const fields = readRecord(recordOf(task, createdAt));
      assert.ok(fields);
      assert.equal(fields.type, task.type);
      assert.equal(fields.payload, task.payload.toWellFormed());
      assert.equal(fields.priority, task.priority);
      assert.deepEqual(fields.settings, settingsOf(task));
      assert.equal(fields.key, task.key?.value);
      assert.deepEqual([fields.createdAt, fields.runAt], [createdAt, createdAt]);
    }),
  );
});

void test("a task without settings pays nothing for them", () => {
  const task: NewTask = { id: "", type: "email.send", queue: "q", payload: '"p"', priority: 5 };
  assert.equal(writeRecord(task, stampOf(1), false), '0000000015@email.send "p"');
  assert.equal(writeRecord({ ...task, crashLimit: 2 }, stampOf(1), true), '0000000015E2 email.send "p"');
  assert.equal(
    writeRecord({ ...task, crashLimit: 2, headers: { a: "b c" } }, stampOf(1), false),
    '0000000015T2 23 {"headers":{"a":"b c"}} email.send "p"',
  );
});

void test("a rewritten record differs in what was changed, and in nothing else", () => {
  fc.assert(
    fc.property(anyTask, fc.json(), fc.integer({ min: 0, max: 9 }), (task, payload, priority) => {
      const record = recordOf(task, 1_000);
      const next = rewriteRecord(record, { payload, priority });
      assert.deepEqual(next && readRecord(Buffer.from(next)), { ...readRecord(record), payload, priority });
    }),
  );
});

void test("a cut or foreign record is told from a whole one, and never throws", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => void readRecord(Buffer.from(bytes))));
  const record = recordOf(
    {
      id: "",
      type: "email.send",
      queue: "q",
      payload: "{}",
      priority: 5,
      key: { value: "k", windowMs: 1, fingerprint: "" },
      headers: { tenant: "a b" },
    },
    1,
  );
  const head = record.length - 2;
  for (let length = 0; length < head; length++)
    assert.equal(readRecord(record.subarray(0, length)), undefined);
});

void test("ids are 16 bytes each, and come back", () => {
  fc.assert(
    fc.property(fc.array(fc.uuid()), (ids) => {
      const packed = packIds(ids.map((id) => ({ id })));
      assert.equal(packed.length, 16 * ids.length);
      assert.deepEqual(
        ids.map((_, i) => readId(packed, ID_BYTES * i)),
        ids,
      );
    }),
  );
});

void test("a token is 16 digits, and what is none is not taken for one", () => {
  assert.equal(tokenText(1_763_776_000_000_123), "1763776000000123");
  assert.equal(tokenText(7), "0000000000000007");
  for (const forged of [0, -1, 1.5, Number.NaN, Infinity, 2 ** 60])
    assert.equal(tokenText(forged), "0".repeat(16));
});

void test("a worker's name is one word on the way, longer than 22 characters, and comes back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (worker) => {
      const word = writeWorker(worker);
      assert.match(word, /^\S* *$/);
      assert.ok(word.length >= 24);
      assert.equal(readWorker(word), worker.toWellFormed());
    }),
  );
});

void test("slots are those of the Redis Cluster specification", () => {
  assert.equal(slotOf("123456789"), 0x31c3);
  assert.equal(slotOf("foo"), 12_182);
  assert.equal(slotOf(""), 0);
});

void test("priorities merge in order", () => {
  assert.equal(mergePriorities("59", "025"), "0259");
});
