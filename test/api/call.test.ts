/** Operations by name, typed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type InputOf, localCall, type OutputOf } from "../../src/api/call.ts";
import { fixture } from "./fixture.ts";

test("a call has the input and the output of its operation", async () => {
  await using at = fixture();
  const call = localCall(at.context);
  const added: OutputOf<"tasks.enqueue"> = await call("tasks.enqueue", { type: "job", payload: { n: 1 } });
  const { payload, attempts } = await call("tasks.get", { id: added.id });
  assert.deepEqual([payload, attempts], [{ n: 1 }, []]);
  const page: InputOf<"tasks.list"> = { state: "pending", limit: 1 };
  const { items } = await call("tasks.list", page);
  assert.deepEqual(
    items.map(({ id, state }) => [id, state]),
    [[added.id, "pending"]],
  );
});

test("a refusal is the error of the operation", async () => {
  await using at = fixture();
  const call = localCall(at.context);
  await assert.rejects(call("tasks.get", { id: "7" }), { code: "INVALID_ID" });
  const misspelt = { queue: "default", stat: "dead" };
  await assert.rejects(call("tasks.list", misspelt), { code: "UNKNOWN_OPTION" });
});
