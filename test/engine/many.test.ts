/** Many tasks in one call: options for each, what is said of one of them, and ids that stand for something else. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { defineTask, hasCode, windlass, type WindlassError } from "windlass";
import * as z from "zod";
import { wrong } from "../support/wrong-calls.ts";
import { type Fixture, fixture } from "./fixture.ts";
import { queuesOf } from "../support/queues-of.ts";

const ID = "018f0000-0000-7000-8000-00000000000a";
const mail = defineTask({ type: "mail", input: z.object({ to: z.string() }), queue: "mail", run() {} });

/** Nothing was added. */
const untouched = async (at: Fixture) => assert.deepEqual(await queuesOf(at.store), []);

test("each of many has its own options", async () => {
  await using at = await fixture();
  const inputs = [{ to: "ada" }, { to: "alan" }, { to: "grace" }];
  const name = ({ to }: { to: string }, index: number) =>
    to === "alan" ? undefined : { key: `welcome:${to}`, priority: index, queue: "vip" };
  const added = await at.client.enqueueMany(mail, inputs, name);
  const kept = await Promise.all(added.map(async ({ id }) => (await at.client.get(id))!));
  assert.deepEqual(
    kept.map(({ queue, priority, payload }) => [queue, priority, (payload as { to: string }).to]),
    [
      ["vip", 0, "ada"],
      ["mail", 5, "alan"],
      ["vip", 2, "grace"],
    ],
  );
  const again = await at.client.enqueueMany(mail, inputs, name);
  assert.deepEqual(
    again.map(({ id, duplicate }, index) => [id === added[index]!.id, duplicate]),
    [
      [true, true],
      [false, false],
      [true, true],
    ],
  );
});

test("one id or key for all of them is refused, however many there are", async () => {
  await using at = await fixture();
  for (const options of [{ key: "k" }, { id: ID }, { keyWindow: "1h" }, { key: "k", keyWindow: "1h" }]) {
    for (const inputs of [[1, 2], [1, 1], [1]]) {
      await assert.rejects(at.client.enqueueMany("any", inputs, wrong(options)), (error: WindlassError) => {
        assert.deepEqual([error.code, error.pointer], ["INVALID_OPTION", Object.keys(options)[0]]);
        assert.match(error.message, /for all of the tasks; expected a function/);
        return true;
      });
    }
  }
  await untouched(at);
});

test("what is refused of one names it, and nothing is added", async () => {
  await using at = await fixture();
  const ok = { to: "ada" };
  const refused = async (call: Promise<unknown>, code: string, pointer: string, says: RegExp) => {
    await assert.rejects(call, (error: WindlassError) => {
      assert.deepEqual([error.code, error.pointer], [code, pointer]);
      assert.match(error.message, says);
      return true;
    });
    await untouched(at);
  };
  const { client } = at;
  const inputs = (input: unknown) => client.enqueueMany(mail, [ok, ok, wrong(input)]);
  await refused(
    inputs({ to: 7 }),
    "INVALID_PAYLOAD",
    "/inputs/2/payload/to",
    /^inputs\[2\]: .*\/payload\/to/,
  );
  await refused(inputs(undefined), "INVALID_PAYLOAD", "/inputs/2/payload", /^inputs\[2\]: /);
  const any = client.enqueueMany("any", [1, wrong(2n)]);
  await refused(any, "INVALID_PAYLOAD", "/inputs/1/payload", /^inputs\[1\]: /);
  const option = client.enqueueMany(mail, [ok, ok], (_, n) => ({ priority: wrong(n * 10) }));
  await refused(option, "INVALID_OPTION", "/inputs/1/priority", /^inputs\[1\]: priority is 10/);
  const promised = client.enqueueMany(
    "any",
    [1, 2],
    wrong(async () => ({ key: "k" })),
  );
  await refused(promised, "INVALID_OPTION", "/inputs/0", /^inputs\[0\]: /);
  const same = client.enqueueMany("any", [1, 2], () => ({ id: ID }));
  await refused(same, "KEY_CONFLICT", "/tasks/1/id", /^tasks\[1\] has the id of tasks\[0\]/);
  const all = client.enqueueAll([{ type: "a" }, { type: "b", priority: 99 }]);
  await refused(all, "INVALID_OPTION", "/requests/1/priority", /^requests\[1\]: priority is 99/);
  const one = client.enqueueAll([{ type: "b", priority: 99 }]);
  await refused(one, "INVALID_OPTION", "priority", /^priority is 99/);
});

test("what the function of the options throws is thrown", async () => {
  await using at = await fixture();
  const mine = new RangeError("mine");
  const call = at.client.enqueueMany("any", [1], () => {
    throw mine;
  });
  await assert.rejects(call, (error) => error === mine);
  await untouched(at);
});

for (const [name, url] of [
  ["memory", () => "memory:"],
  ["sqlite", (folder: string) => `sqlite:${join(folder, "windlass.db")}`],
] as const) {
  test(`${name}: an id that stands for another task is a conflict, in every way to add`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "windlass-many-"));
    t.after(() => rmSync(folder, { recursive: true }));
    await using client = await windlass(url(folder));
    const { id } = await client.enqueue("mail", { n: 1 }, { id: ID });
    assert.equal((await client.enqueue("mail", { n: 1 }, { id })).duplicate, true);
    assert.equal((await client.enqueue("mail", { n: 1 }, { id, priority: 0 })).duplicate, true);
    const conflict = (call: Promise<unknown>, pointer: string) =>
      assert.rejects(call, (error: WindlassError) => {
        assert.ok(hasCode(error, "KEY_CONFLICT"), String(error));
        assert.equal(error.pointer, pointer);
        assert.ok(error.message.includes(`the id ${id} stands for a task of type mail in queue default`));
        return true;
      });
    await conflict(client.enqueue("mail", { n: 2 }, { id }), "id");
    await conflict(client.enqueue("other", { n: 1 }, { id }), "id");
    await conflict(client.enqueue("mail", { n: 1 }, { id, queue: "other" }), "id");
    await conflict(client.enqueueAll([{ type: "mail", payload: 2, id }]), "id");
    await conflict(client.enqueueAll([{ type: "mail" }, { type: "mail", payload: 2, id }]), "/tasks/1/id");
    const many = client.enqueueMany("mail", [0, 1, 2], (n) => (n === 2 ? { id } : undefined));
    await conflict(many, "/tasks/2/id");
    assert.deepEqual((await client.get(id))!.payload, { n: 1 });
    await client.cancel(id);
    assert.equal((await client.enqueue("mail", { n: 1 }, { id })).duplicate, true);
    await conflict(client.enqueue("mail", { n: 2 }, { id }), "id");
  });
}

test("with middleware, too, an id that stands for another task is a conflict", async () => {
  await using client = await windlass("memory:", {
    middleware: { enqueue: [(tasks, next) => next(tasks.map((task) => ({ ...task, payload: "7" })))] },
  });
  await client.enqueue("mail", 1, { id: ID });
  assert.equal((await client.enqueue("mail", 2, { id: ID })).duplicate, true); // the same, as it was written
  await assert.rejects(client.enqueue("other", 1, { id: ID }), { code: "KEY_CONFLICT", pointer: "id" });
});
