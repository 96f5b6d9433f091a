/** Closing a client ends within its stated time, whatever the store does with what is under way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "windlass";
import { fixture, overriding, turns, until } from "./fixture.ts";

const never = <T>() => new Promise<T>(() => {});

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => "added",
    (error: unknown) =>
      hasCode(error, "UNKNOWN") ? "UNKNOWN" : hasCode(error, "STORE_CLOSED") ? "STORE_CLOSED" : String(error),
  );

test("a store that never answers an add does not keep a client: what was sent is UNKNOWN, what was not is STORE_CLOSED", async () => {
  let calls = 0;
  const at = await fixture((store) =>
    overriding(store, {
      add: () => {
        calls += 1;
        return never();
      },
    }),
  );
  const sent = failure(at.client.enqueue("t", 1));
  const many = failure(at.client.enqueueMany("t", [1, 2, 3]));
  await until(() => calls === 2, "both are sent");
  const waiting = failure(at.client.enqueue("t", 2));
  let closed = false;
  const closing = at.client.close().then(() => (closed = true));
  await turns();
  await at.clock.advance(9_000);
  assert.ok(!closed, "the store may only be slow");
  await at.clock.advance(1_000);
  await closing;
  assert.deepEqual(await Promise.all([sent, many, waiting]), ["UNKNOWN", "UNKNOWN", "STORE_CLOSED"]);
  void at.client.enqueue("t", 3).catch(() => {});
  await until(() => calls === 3, "what is added later asks the store, which is closed");
});

test("an add that is only slow is waited for, one by one and many", async () => {
  const answer = Promise.withResolvers<void>();
  let calls = 0;
  const at = await fixture((store) =>
    overriding(store, {
      async add(tasks) {
        calls += 1;
        await answer.promise;
        return store.add(tasks);
      },
    }),
  );
  const one = failure(at.client.enqueue("t", 1));
  const many = failure(at.client.enqueueMany("t", [1, 2, 3]));
  await until(() => calls === 2, "both are sent");
  let closed = false;
  const closing = at.client.close().then(() => (closed = true));
  await turns();
  await at.clock.advance(5_000);
  assert.ok(!closed);
  answer.resolve();
  await closing;
  assert.deepEqual(await Promise.all([one, many]), ["added", "added"]);
});

test("a store that never ends its closing does not keep a client, and one that fails to close says so", async () => {
  const hung = await fixture((store) => overriding(store, { [Symbol.asyncDispose]: never }));
  let closed = false;
  const closing = hung.client.close().then(() => (closed = true));
  await turns();
  await hung.clock.advance(4_000);
  assert.ok(!closed);
  await hung.clock.advance(1_000);
  await closing;
  const failing = await fixture((store) =>
    overriding(store, { [Symbol.asyncDispose]: () => Promise.reject(new Error("the disk is full")) }),
  );
  await assert.rejects(failing.client.close(), /the disk is full/);
});
