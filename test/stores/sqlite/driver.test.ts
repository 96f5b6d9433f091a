/** Which URLs name a file, and which are refused. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import { type FullStore, hasFacet } from "../../../src/store/facets.ts";
import { sqliteDriver } from "../../../src/stores/sqlite/driver.ts";
import { temporaryFolder } from "../../support/sqlite-under-test.ts";

void test("every form of URL names its file", async () => {
  using folder = temporaryFolder();
  const file = (name: string) => join(folder.path, name);
  for (const [url, path] of [
    [`sqlite:${file("a.db")}`, file("a.db")],
    [`sqlite://${file("b.db")}`, file("b.db")],
    [`SQLite:${relative(process.cwd(), file("c.db"))}`, file("c.db")],
    [`sqlite:${file("with%20space.db")}`, file("with space.db")],
    [`sqlite:${file("what%3F.db")}`, file("what?.db")],
    [`sqlite:${file("100%25.db")}`, file("100%.db")],
    [`sqlite:${file("d.db")}?synchronous=normal`, file("d.db")],
    [`sqlite:${file("e.db")}?synchronous=full`, file("e.db")],
    [`sqlite:${file("f.db")}?`, file("f.db")],
  ] as const) {
    await using store = await sqliteDriver.make(url);
    assert.ok(!existsSync(path), "nothing is opened yet");
    await store.open();
    assert.ok(existsSync(path), url);
    assert.ok(hasFacet(store, "diagnosable"));
  }
});

void test("the URL says how much is synchronous", async () => {
  using folder = temporaryFolder();
  for (const [mode, level] of [
    ["full", "ok"],
    ["normal", "warning"],
  ]) {
    await using store = await sqliteDriver.make(`sqlite:${folder.file()}?synchronous=${mode}`);
    await store.open();
    const findings = await (store as FullStore).diagnose();
    assert.equal(findings.find(({ topic }) => topic === "synchronous")?.level, level);
  }
});

for (const [url, code] of [
  ["sqlite:", "INVALID_URL"],
  ["sqlite://", "INVALID_URL"],
  ["sqlite:?synchronous=full", "INVALID_URL"],
  ["sqlite:100%.db", "INVALID_URL"],
  ["sqlite::memory:", "INVALID_OPTION"],
  ["sqlite:a.db?sync=full", "UNKNOWN_OPTION"],
  ["sqlite:a.db?synchronous=off", "INVALID_OPTION"],
  ["sqlite:a.db?synchronous=full?", "INVALID_OPTION"],
]) {
  void test(`${url} is refused with ${code}, before anything is made`, async () => {
    await assert.rejects(sqliteDriver.make(url!), { name: "WindlassError", code });
    assert.ok(!existsSync("a.db"));
  });
}
