import assert from "node:assert/strict";
import { test } from "node:test";
import { defineTask } from "windlass";
import { headersOf } from "../../src/engine/request.ts";
import { fixture, until } from "./fixture.ts";

test("headers travel with a task to its handler, frozen; a task without has none", async () => {
  await using at = await fixture();
  const seen: unknown[] = [];
  const task = defineTask<number>({
    type: "any",
    run({ headers }) {
      assert.throws(() => Object.assign(headers, { tenant: "other" }), TypeError);
      seen.push(headers);
    },
  });
  const given = { traceparent: "00-4bf9", tenant: "ä" };
  const added = at.client.enqueue(task, 1, { headers: given });
  given.tenant = "changed while it waits to be sent";
  const { id } = await added;
  await at.client.enqueue(task, 2, { headers: {} });
  await at.client.enqueue(task, 3);
  await at.client.enqueueMany(task, [4], { headers: { tag: "x" } });
  void at.client.work([task], { signals: false, concurrency: 1 }).run();
  await until(() => seen.length === 4, "all have run");
  assert.deepEqual(seen, [{ traceparent: "00-4bf9", tenant: "ä" }, {}, {}, { tag: "x" }]);
  assert.deepEqual((await at.client.get(id))?.headers, { traceparent: "00-4bf9", tenant: "ä" });
});

test("32 headers of 4 KiB are taken, one more or a byte more is not", async () => {
  await using at = await fixture();
  const most = Object.fromEntries(
    Array.from({ length: 32 }, (_, n) => [`h${String(n).padStart(2, "0")}`, "x".repeat(125)]),
  );
  await at.client.enqueue("any", 1, { headers: most });
  const refused = { code: "INVALID_OPTION", pointer: "headers" };
  await assert.rejects(at.client.enqueue("any", 1, { headers: { ...most, h00: "x".repeat(126) } }), refused);
  await assert.rejects(at.client.enqueue("any", 1, { headers: { ...most, h: "" } }), refused);
});

test("what the engine adds counts as what is given does, and nobody but the engine names it", () => {
  const full = Object.fromEntries(Array.from({ length: 32 }, (_, n) => [`h${n}`, ""]));
  const { h0: _, ...roomForOne } = full;
  const engines = { "windlass-timeout": "1" };
  const refused = { code: "INVALID_OPTION", pointer: "headers" };
  assert.deepEqual(headersOf(roomForOne, engines), { ...roomForOne, ...engines });
  assert.throws(() => headersOf(full, engines), refused);
  assert.throws(() => headersOf({ a: "x".repeat(4_095) }, engines), refused);
  assert.throws(() => headersOf(engines, engines), refused);
  assert.throws(() => headersOf(new Map([["a", "b"]]) as never, engines), refused);
  assert.deepEqual(headersOf(undefined, engines), engines);
  assert.equal(headersOf(undefined, {}), undefined);
  assert.deepEqual(headersOf({}, {}), {});
  assert.ok(Object.isFrozen(headersOf({ a: "b" }, engines)));
});
