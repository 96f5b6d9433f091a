/** The SQL files beside the code: every statement is there, is used and prepares, and repeats nothing that the code says. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CONSTANTS } from "../../../src/stores/sqlite/constants.ts";
import { openDatabase } from "../../../src/stores/sqlite/database.ts";
import { MIDDLE, POSITIONS, priorityOf } from "../../../src/stores/sqlite/rank.ts";
import { parseStatements, readStatements } from "../../../src/stores/sqlite/sql.ts";
import { prepareAll, STATEMENTS } from "../../../src/stores/sqlite/statements.ts";
import { DEFAULT_PRIORITY } from "../../../src/task/priority.ts";
import { TERMINAL_STATES } from "../../../src/task/life.ts";
import { PRIORITIES, TASK_STATES } from "../../../src/task/task.ts";
import { temporaryFolder } from "../../support/sqlite-under-test.ts";

const source = join(import.meta.dirname, "../../../src/stores/sqlite");

const files = readdirSync(join(source, "sql"));

function rawText(file: string): string {
  return readFileSync(join(source, "sql", file), "utf8");
}

function withoutComments(sql: string): string {
  return sql.replace(/--.*$/gm, "");
}

/** Every statement that the code declares, as `file.name`. */
const declared = Object.entries(STATEMENTS).flatMap(([file, statements]) =>
  Object.entries(statements).map(([name, statement]) => ({ name: `${file}.${name}`, statement })),
);

void test("the SQL files have the statements that are declared, and no other", () => {
  assert.deepEqual(
    files.toSorted(),
    Object.keys(STATEMENTS)
      .map((file) => `${file}.sql`)
      .toSorted(),
  );
  const written = files.flatMap((file) =>
    [...rawText(file).matchAll(/^-- name: (.*)$/gm)].map(([, name]) => `${file.replace(".sql", "")}.${name}`),
  );
  const own = declared.filter(({ statement }) => !("repeats" in statement)).map(({ name }) => name);
  assert.deepEqual(written.toSorted(), own.toSorted());
});

void test("every statement is used", () => {
  const code = readdirSync(source)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(source, file), "utf8"))
    .join("\n");
  const used = new Set(
    [...code.matchAll(/\bsql\.(\w+\.\w+)\s*\.(?:get|all|iterate|run|runWith|insert)\b/g)].map(
      ([, name]) => name,
    ),
  );
  assert.deepEqual(
    declared.map(({ name }) => name).filter((name) => !used.has(name)),
    [],
  );
});

void test("every statement prepares, and is one statement", () => {
  using folder = temporaryFolder();
  using db = openDatabase(folder.file(), { synchronous: "full", maxBytes: undefined });
  const statements = prepareAll(db);
  for (const [file, names] of Object.entries(STATEMENTS)) {
    for (const name of Object.keys(names)) {
      const prepared = (statements as unknown as Record<string, Record<string, unknown>>)[file]?.[name];
      assert.notEqual(prepared, undefined, `${file}.${name}`);
    }
    // SQLite prepares the first statement of a text and takes no notice of what follows it.
    for (const [name, text] of readStatements(file)) {
      assert.doesNotMatch(withoutComments(text), /;/, `${file}.${name}`);
    }
  }
});

void test("numbers and states that the code or the law knows are given to the SQL when it is loaded", () => {
  const used = new Set<string>();
  for (const file of files) {
    const text = withoutComments(rawText(file));
    for (const [, name] of text.matchAll(/\$\{(\w+)\}/g)) used.add(name!);
    assert.doesNotMatch(text, /\b\d{4,}\b/, `${file} has a number of its own`);
    for (const state of TASK_STATES) {
      assert.doesNotMatch(text, new RegExp(`'${state}'`), `${file} has a state of its own`);
    }
  }
  assert.deepEqual([...used].toSorted(), Object.keys(CONSTANTS).toSorted());
});

void test("what is given to the SQL is what the code and the law say", () => {
  assert.equal(CONSTANTS["MAX_INTEGER"], String(2 ** 53 - 1));
  assert.equal(CONSTANTS["POSITIONS"], String(POSITIONS));
  assert.equal(CONSTANTS["POSITION_BITS"], String(POSITIONS - 1));
  assert.equal(priorityOf(Number(CONSTANTS["LAST_RANK"])), PRIORITIES - 1);
  assert.equal(priorityOf(Number(CONSTANTS["LAST_RANK"]) + 1), PRIORITIES);
  assert.equal(Number(CONSTANTS["DEFAULT_RANK"]), DEFAULT_PRIORITY * POSITIONS + MIDDLE);
  assert.equal(CONSTANTS["FINISHED_STATES"], TERMINAL_STATES.map((state) => `'${state}'`).join(", "));
  assert.equal(CONSTANTS["COUNTS"], TASK_STATES.join(", "));
  const { forClaim, infos, count } = Object.fromEntries(readStatements("queue"));
  assert.match(forClaim ?? "", /min\(at, 9007199254740991\)/);
  assert.match(infos ?? "", /pending, scheduled, retrying, running, completed, cancelled, dead/);
  assert.match(count ?? "", /pending = pending \+ \?2,.* dead = dead \+ \?8/);
});

void test("a statement that asks for a value which nobody gives is refused when it is loaded", () => {
  assert.throws(() => parseStatements("-- name: any\nSELECT ${NO_SUCH_VALUE}", "any.sql"), {
    code: "INTERNAL",
    message: /\$\{NO_SUCH_VALUE\}/,
  });
});
