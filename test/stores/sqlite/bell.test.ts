/** The bell between processes. */
import assert from "node:assert/strict";
import { rmSync, statSync } from "node:fs";
import { test } from "node:test";
import { Bell } from "../../../src/stores/sqlite/bell.ts";
import { temporaryFolder } from "../../support/sqlite-under-test.ts";

/** A bell that somebody listens to, and a promise for each time that it is heard. */
function listening(path: string) {
  let heard = Promise.withResolvers<void>();
  const bell = new Bell(path, () => {
    heard.resolve();
    heard = Promise.withResolvers();
  });
  bell.listen();
  return { bell, next: () => heard.promise };
}

void test("a ring is heard, every time", async () => {
  using folder = temporaryFolder();
  const { bell, next } = listening(folder.file("bell"));
  const ringer = new Bell(folder.file("bell"), () => assert.fail("nobody listens here"));
  for (let nth = 0; nth < 3; nth++) {
    const heard = next();
    ringer.ring(1_000);
    await heard;
  }
  bell.quiet();
});

void test("a bell that was removed is put up again, and heard", async () => {
  using folder = temporaryFolder();
  const path = folder.file("bell");
  const { bell, next } = listening(path);
  // Two events: its links change, then it is gone; after the second one it is there again.
  rmSync(path);
  while (statSync(path, { throwIfNoEntry: false }) === undefined) await next();
  const heard = next();
  new Bell(path, () => undefined).ring(1_000);
  await heard;
  bell.quiet();
});

void test("ringing makes a missing bell, and a missing directory is no error", () => {
  using folder = temporaryFolder();
  new Bell(folder.file("bell"), () => undefined).ring(1_000);
  assert.equal(statSync(folder.file("bell")).mode & 0o777, 0o600);
  const nowhere = new Bell(folder.file("no/bell"), () => undefined);
  nowhere.ring(1_000);
  nowhere.listen();
  nowhere.quiet();
});
