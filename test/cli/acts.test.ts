import assert from "node:assert/strict";
import { test } from "node:test";
import { localCall } from "../../src/api/call.ts";
import { actOnAll } from "../../src/cli/acts.ts";
import { allRefs } from "../../src/cli/task-list.ts";
import { memoryStore } from "../../src/stores/memory/index.ts";
import { fixture } from "../api/fixture.ts";
import { queuesOf } from "../support/queues-of.ts";

test("1,000 dead tasks are found and retried in a handful of round trips", async () => {
  const store = memoryStore();
  const calls: string[] = [];
  await using at = fixture({
    ...store,
    list: (filter) => {
      calls.push("list");
      return store.list(filter);
    },
    act: (tasks, act) => {
      calls.push(`${act} ${tasks.length}`);
      return store.act(tasks, act);
    },
  });
  for (let n = 0; n < 1_000; n++) await at.task("dead");
  const call = localCall(at.context);
  calls.length = 0;
  const refs = await allRefs(call, { state: "dead" });
  const summary = await actOnAll(call, "retry", refs, true);
  assert.deepEqual(summary, { done: 1_000, refused: [] });
  // Two pages, each of which looks at a few tasks first to see how large they are.
  assert.ok(calls.length <= 6, calls.join(", "));
  assert.deepEqual(calls.slice(-2), ["retry 500", "retry 500"]);
  assert.equal((await queuesOf(store))[0]?.counts.pending, 1_000);
});

test("nothing to act on is done at once", async () => {
  await using at = fixture();
  assert.deepEqual(await actOnAll(localCall(at.context), "retry", [], true), { done: 0, refused: [] });
});
