/** What the scripts are made of, and that they hold no law of their own. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { LAW, type LawValue, moveArg } from "../../../src/stores/redis/law.ts";
import { loadScripts, SCRIPT_NAMES, type ScriptName } from "../../../src/stores/redis/scripts.ts";
import { moveOf } from "../../../src/task/life.ts";
import type { Outcome } from "../../../src/task/outcome.ts";
import { TASK_STATES } from "../../../src/task/task.ts";

const folder = new URL("../../../src/stores/redis/lua/", import.meta.url);

/** The scripts that are others under a law with this change. */
function changedBy(change: Readonly<Record<string, LawValue>>): ScriptName[] {
  const before = loadScripts();
  const after = loadScripts({ ...LAW, ...change });
  return SCRIPT_NAMES.filter((name) => before[name].sha !== after[name].sha);
}

function filesOf(path: string): string[] {
  return readdirSync(new URL(path, folder)).filter((name) => name.endsWith(".lua"));
}

void test("a changed line of the law changes the scripts that carry it out, and no others", () => {
  const expiry = LAW["EXPIRY"] as Readonly<Record<string, LawValue>>;
  assert.deepEqual(changedBy({ EXPIRY: { ...expiry, ifSpent: "cancelled" } }), ["maintain"]);
  assert.deepEqual(changedBy({ UNREADABLE: { to: "cancelled", reason: "invalid" } }), ["quarantine"]);
  assert.deepEqual(changedBy({ EDIT: { pending: "scheduled" } }), ["edit"]);
  assert.deepEqual(changedBy({ LATER: "retrying" }), ["add-keyed", "exchange-general"]);
  assert.deepEqual(changedBy({ DEFAULT_CRASH_LIMIT: 7 }), ["exchange-general", "maintain"]);
  assert.deepEqual(changedBy({ ATTEMPTS_KEPT: 7 }), ["exchange-general", "maintain", "quarantine"]);
});

void test("every constant of the law is in some script, as the law has it", () => {
  for (const name of Object.keys(LAW)) {
    const value = LAW[name]!;
    const other: LawValue =
      typeof value === "object" ? Object.fromEntries(Object.keys(value).map((each) => [each, "x"])) : "x";
    assert.notDeepEqual(changedBy({ [name]: other }), [], name);
  }
  assert.match(loadScripts().maintain.source, /\bor 3\b/);
  assert.match(
    loadScripts().edit.source,
    /\(\{scheduled='scheduled',pending='scheduled',retrying='retrying'\}\)/,
  );
});

void test("a constant that the law does not have is not asked for", () => {
  assert.throws(() => loadScripts({}), { code: "INTERNAL", message: /the constant / });
});

void test("a move goes along with each outcome, as the law has it", () => {
  const error = { name: "E", message: "m" };
  const outcomes: readonly (readonly [Outcome, string])[] = [
    [{ kind: "completed", keep: true }, "- -"],
    [{ kind: "completed", keep: true, result: "1" }, "- result"],
    [{ kind: "completed", keep: false, result: "1" }, "- nothing"],
    [{ kind: "retry", delayMs: 1, error }, "- error"],
    [{ kind: "dead", reason: "discarded", error }, "discarded error"],
    [{ kind: "snooze", delayMs: 1 }, "- -"],
    [{ kind: "requeue", delayMs: 1, why: "unhandled" }, "- -"],
    [{ kind: "requeue", delayMs: 1, why: "suspect" }, "- -"],
    [{ kind: "release" }, "- -"],
    [{ kind: "cancelled" }, "- -"],
  ];
  for (const [outcome, more] of outcomes) {
    const { to, ifCancelled, costs = "-", putsBack, counts = "-" } = moveOf(outcome);
    const puts = putsBack ? "back" : "-";
    assert.equal(moveArg(outcome), `${to} ${ifCancelled} ${costs} ${more} ${puts} ${counts}`);
  }
});

void test("scripts name no state that is not a place of its own, and no constant of the law", () => {
  for (const path of ["./", "./shared/"]) {
    for (const name of filesOf(path)) {
      const text = readFileSync(new URL(path + name, folder), "utf8").replaceAll(/--.*/g, "");
      const named = TASK_STATES.filter((state) => text.includes(`'${state}'`));
      // Only a dead task has a reason; running ones have a lease, pending ones are in a list.
      const allowed = new Set(["running", "pending", "dead"]);
      assert.deepEqual(
        named.filter((state) => !allowed.has(state)),
        [],
        name,
      );
    }
  }
});

void test("scripts are whole: no part is missing, none is left over, and no comment is sent", () => {
  const used = new Set<string>();
  for (const path of ["./", "./shared/"]) {
    for (const name of filesOf(path)) {
      const text = readFileSync(new URL(path + name, folder), "utf8");
      for (const [, part] of text.matchAll(/-- include: (\S+)/g)) used.add(`${part}.lua`);
    }
  }
  assert.deepEqual(
    filesOf("./shared/").filter((name) => !used.has(name)),
    [],
  );
  assert.deepEqual(filesOf("./"), SCRIPT_NAMES.map((name) => `${name}.lua`).toSorted());
  for (const { source } of Object.values(loadScripts())) {
    assert.doesNotMatch(source, /^\s*--|LAW\.|LAYOUT\./m);
  }
});
