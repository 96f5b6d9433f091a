/** Notifications between processes. */
import assert from "node:assert/strict";
import { rmSync, statSync } from "node:fs";
import { test } from "node:test";
import { Notifier } from "../../../src/stores/sqlite/notifier.ts";
import { temporaryFolder } from "../../support/sqlite-under-test.ts";

/** A notifier that listens, and a promise for each notification. */
function listening(path: string) {
  let notified = Promise.withResolvers<void>();
  const notifier = new Notifier(path, () => {
    notified.resolve();
    notified = Promise.withResolvers();
  });
  notifier.listen();
  return { notifier, next: () => notified.promise };
}

void test("a notification arrives, every time", async () => {
  using folder = temporaryFolder();
  const { notifier, next } = listening(folder.file("notify"));
  const sender = new Notifier(folder.file("notify"), () => assert.fail("nobody listens here"));
  for (let nth = 0; nth < 3; nth++) {
    const notified = next();
    sender.notify(1_000);
    await notified;
  }
  notifier.stop();
});

void test("a file that was removed is made again, and watched", async () => {
  using folder = temporaryFolder();
  const path = folder.file("notify");
  const { notifier, next } = listening(path);
  // Two events: its links change, then it is gone; after the second one it is there again.
  rmSync(path);
  while (statSync(path, { throwIfNoEntry: false }) === undefined) await next();
  const notified = next();
  new Notifier(path, () => undefined).notify(1_000);
  await notified;
  notifier.stop();
});

void test("notifying makes a missing file, and a missing directory is no error", () => {
  using folder = temporaryFolder();
  new Notifier(folder.file("notify"), () => undefined).notify(1_000);
  assert.equal(statSync(folder.file("notify")).mode & 0o777, 0o600);
  const nowhere = new Notifier(folder.file("no/notify"), () => undefined);
  nowhere.notify(1_000);
  nowhere.listen();
  nowhere.stop();
});
