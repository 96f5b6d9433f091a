/** One program may have two copies of the package: what one makes means the same to the other. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import * as own from "../../src/index.ts";
import { encodePayload, JsonText } from "../../src/engine/request.ts";
import { judge } from "../../src/task/judge.ts";
import { fixture, until } from "../engine/fixture.ts";

const ROOT = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "windlass-copy-"));
after(() => rmSync(folder, { recursive: true, force: true }));
cpSync(join(ROOT, "src"), join(folder, "src"), { recursive: true });
cpSync(join(ROOT, "package.json"), join(folder, "package.json"));
symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
const at = (path: string) => import(pathToFileURL(join(folder, path)).href) as Promise<unknown>;
const other = (await at("src/index.ts")) as typeof own;
const request = (await at("src/engine/request.ts")) as { JsonText: typeof JsonText };

test("they are two copies", () => {
  assert.notEqual(other.Discard, own.Discard);
  assert.notEqual(request.JsonText, JsonText);
});

const { Discard, Retry, Snooze, Aborted, WindlassError } = own;
const classes = { Discard, Retry, Snooze, Aborted, WindlassError };
const made: readonly [keyof typeof classes, object][] = [
  ["Discard", new other.Discard("no such card")],
  ["Retry", new other.Retry("again", { delay: "5s" })],
  ["Snooze", new other.Snooze("5s")],
  ["Aborted", new other.Aborted("shutdown")],
  ["WindlassError", new other.WindlassError("INVALID_OPTION", "no")],
];

for (const [name, error] of made) {
  test(`a ${name} of the other copy is one, and nothing else`, () => {
    for (const [kind] of made) {
      assert.equal(error instanceof (classes[kind] as typeof Error), kind === name, kind);
    }
    assert.ok(error instanceof Error);
  });

  test(`a class that extends ${name} recognises its own only`, () => {
    const Base = classes[name] as new (...args: never[]) => Error;
    class Mine extends Base {}
    const args = { WindlassError: ["INTERNAL", "x"], Aborted: ["shutdown"] }[name as string] ?? ["5s"];
    const mine = new Mine(...(args as never[]));
    assert.ok(mine instanceof Mine && mine instanceof Base && mine instanceof (other[name] as typeof Base));
    assert.ok(!(error instanceof Mine));
  });
}

test("an error of the other copy has its code", () => {
  const error: unknown = new other.WindlassError("STORE_CLOSED", "it is closed");
  assert.ok(own.hasCode(error, "STORE_CLOSED") && !own.hasCode(error, "UNKNOWN"));
});

test("what is no object, or one that cannot be looked at, is none of them", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const value of [undefined, null, 1, "Discard", () => 1, {}, { name: "Discard" }, proxy]) {
    for (const [name] of made) assert.ok(!(value instanceof (classes[name] as typeof Error)));
    assert.ok(!own.isTaskDefinition(value));
  }
});

test("text of JSON is kept as it stands, whoever says so", () => {
  assert.equal(encodePayload(new request.JsonText('{"n": 1.0}')), '{"n": 1.0}');
});

test("what a handler of the other copy throws steers its task", async () => {
  const policy = { limit: 3, baseMs: 1_000, maxMs: 60_000 };
  const judged = (thrown: unknown) => judge(0, thrown, policy, 0.5);
  assert.deepEqual(judged(new other.Snooze("7s")), { kind: "snooze", delayMs: 7_000 });
  const retry = judged(new other.Retry("later", { delay: "7s" }));
  assert.deepEqual([retry.kind, "delayMs" in retry && retry.delayMs], ["retry", 7_000]);
  const invalid = judged(new other.WindlassError("INVALID_PAYLOAD", "no"));
  assert.equal("reason" in invalid && invalid.reason, "invalid");

  await using there = await fixture();
  let runs = 0;
  const charge = other.defineTask<number>({
    type: "charge",
    run() {
      runs++;
      throw new other.Discard("the card is stolen: never again");
    },
  });
  const { id } = await there.client.enqueue(charge, 1);
  void there.client.work([charge], { signals: false }).run();
  await until(async () => (await there.client.get(id))?.state === "dead", "it is dead");
  assert.deepEqual([(await there.client.get(id))!.deadReason, runs], ["discarded", 1]);
});
